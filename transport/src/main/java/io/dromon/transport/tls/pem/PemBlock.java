package io.dromon.transport.tls.pem;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One block of a PEM file as it stands there. The whole file is looked at: a line that was meant to begin or end a block
 * and does not is an error, since what stands behind it would be dropped without notice (OpenSSL refuses such an end and
 * overlooks such a beginning). Text between the blocks is allowed; a line that begins with {@code #} is a comment
 * whatever it holds.
 *
 * @param label what stands behind BEGIN
 * @param line where it begins, from 1
 * @param text the block alone, with its own first and last line
 */
record PemBlock(String label, int line, String text) {
    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([^-]*)-----");
    private static final Pattern END = Pattern.compile("-----END ([^-]*)-----");
    /** Also those of word processors, which the text has as its bytes, one character each. */
    private static final String DASH = "(-|\u0080[\u0090-\u0095]|\u0096|\u0097)";

    private static final String KIND = "[A-Z0-9# .]*(CERTIFICATE|KEY|CRL|REQUEST|PARAMETERS|PKCS ?#?7|CMS)";
    /** What may be meant as such a line: other dashes, too few of them, something in front or behind. */
    private static final Pattern MARKER = Pattern.compile("-----\\s*(BEGIN|END)\\b|" + DASH + "\\s*(BEGIN|END)\\s+"
            + KIND + "|\\b(BEGIN|END)\\s+" + KIND + "\\s*" + DASH);

    /** All blocks of a file, in its order. */
    static List<PemBlock> read(String option, Object file, String text) throws PemException {
        List<PemBlock> blocks = new ArrayList<>();
        String[] lines = text.split("\n", -1); // a CR before it is stripped
        if (lines.length == 1 && text.indexOf('\r') >= 0 && text.contains("-----BEGIN ")) {
            throw new PemException(option + ": " + file + ": its lines end with CR alone, and openssl finds nothing in"
                    + " it; convert it, for example with tr '\\r' '\\n'");
        }
        @Nullable String label = null;
        StringBuilder block = new StringBuilder();
        int began = 0;
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].stripTrailing();
            if (line.stripLeading().startsWith("#") && label == null) {
                continue;
            }
            Matcher begin = BEGIN.matcher(line);
            Matcher end = END.matcher(line);
            if (label == null && begin.matches()) {
                label = begin.group(1);
                began = i + 1;
                block.setLength(0);
                block.append(line).append('\n');
            } else if (label != null && end.matches() && end.group(1).equals(label)) {
                blocks.add(new PemBlock(
                        label, began, block.append(line).append('\n').toString()));
                label = null;
            } else if (MARKER.matcher(line).find()) {
                throw new PemException(option + ": " + file + ", line " + (i + 1) + ": " + wrong(line, label, began)
                        + "; nothing of the file is taken, since what stands behind it would be missing");
            } else if (label != null) {
                block.append(line).append('\n');
            }
        }
        if (label != null) {
            throw new PemException(option + ": " + file + " is damaged: the block that begins in line " + began
                    + " (BEGIN " + printable(label) + ") has no end; the file was cut, copy it anew");
        }
        return blocks;
    }

    private static String wrong(String line, @Nullable String label, int began) {
        if (line.matches("-----END [^-]*-----+BEGIN [^-]*-----")) {
            return "the end of a block and the beginning of the next stand in one line (files were put together of which"
                    + " one has no line break at its end); break the line between the two";
        }
        if (line.startsWith(" ") || line.startsWith("\t")) {
            return "the line is indented; a line BEGIN or END starts with its five dashes";
        }
        if (label == null && END.matcher(line).matches()) {
            return "a block ends that has no beginning; its BEGIN line is missing or is damaged";
        }
        if (label != null && END.matcher(line).matches()) {
            return "END and BEGIN (line " + began + ") name different kinds of block; they must be the same";
        }
        if (label != null && BEGIN.matcher(line).matches()) {
            return "a block begins although the one of line " + began + " has not ended; its END line is missing or is"
                    + " damaged";
        }
        return "a damaged line BEGIN or END (\"" + printable(line)
                + "\"); it must be five dashes, BEGIN or END, the kind of block, and five dashes, and nothing else";
    }

    /** Whether OpenSSL's programs write it beside certificates, and it holds none. */
    boolean isHarmless() {
        return label.endsWith(" KEY")
                || label.equals("PRIVATE KEY")
                || label.endsWith(" PARAMETERS")
                || label.endsWith(" REQUEST")
                || label.equals("ATTRIBUTE CERTIFICATE")
                || label.equals("X509 CRL");
    }

    /** No control characters, and an end: a wrong file may be anything. */
    static String printable(String text) {
        String cut = text.length() > 80 ? text.substring(0, 80) + "..." : text;
        return cut.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
