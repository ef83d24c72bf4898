package io.dromon.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Values that are lists: separated by commas, blanks around them cut off, each once, none empty. */
final class Lists {
    private static final Pattern LABELS =
            Pattern.compile("(\\*\\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*");
    /** A URI rule that stands for all that is below a path. */
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://[^*/]+(/[^*/]+)*/\\*");

    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{64}");
    /** What {@code openssl x509 -fingerprint -sha256} prints in front. */
    private static final Pattern FINGERPRINT_LABEL = Pattern.compile("(?i)(sha-?256)( fingerprint)?[=:]");

    private Lists() {}

    static <T> List<T> parse(String text, Function<String, T> parser) {
        LinkedHashSet<T> values = new LinkedHashSet<>();
        for (String part : split(text)) {
            String value = part.strip();
            if (value.isEmpty()) {
                throw new IllegalArgumentException("an entry is empty");
            }
            values.add(parser.apply(value));
        }
        return List.copyOf(values);
    }

    static String print(List<String> values) {
        return String.join(
                ",",
                values.stream()
                        .map(value -> value.replace("\\", "\\\\").replace(",", "\\,"))
                        .toList());
    }

    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                i++;
                part.append(text.charAt(i));
            } else if (c == ',') {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        parts.add(part.toString());
        return parts;
    }

    /** With its kind in front. */
    static String alternativeName(String text) {
        int colon = text.indexOf(':');
        String kind = colon < 0 ? "" : text.substring(0, colon).toUpperCase(Locale.ROOT);
        String rest = text.substring(colon + 1).strip();
        if (kind.equals("URI")) {
            return uri(rest);
        }
        if (kind.equals("IP")) {
            return ip(rest);
        }
        if (kind.equals("DNS")) {
            return dns(rest);
        }
        if (text.contains("://")) {
            return uri(text);
        }
        return IPV4.matcher(text).matches() || colon >= 0 ? ip(text) : dns(text);
    }

    private static String uri(String text) {
        if (!text.matches("[A-Za-z][A-Za-z0-9+.-]*:\\S+")) {
            throw new IllegalArgumentException("'" + text + "' is no URI");
        }
        if (text.contains("*") && !PREFIX.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "' would match nothing: a * of a URI can only be all that"
                    + " stands behind the last slash, below a host, as in spiffe://example.org/db/*");
        }
        return "URI:" + text;
    }

    private static String ip(String text) {
        boolean v4 = IPV4.matcher(text).matches();
        if (v4 && Arrays.stream(text.split("\\.")).anyMatch(part -> Integer.parseInt(part) > 255)) {
            throw new IllegalArgumentException("'" + text + "' is no IP address");
        }
        if (!v4 && !IPV6.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "' is no IP address");
        }
        try {
            // Numeric, so nothing is looked up: hexadecimal digits with colons, or four numbers.
            return "IP:" + java.net.InetAddress.getByName(text).getHostAddress();
        } catch (java.net.UnknownHostException e) {
            throw new IllegalArgumentException("'" + text + "' is no IP address", e);
        }
    }

    private static String dns(String text) {
        String name = text.toLowerCase(Locale.ROOT);
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        if (!LABELS.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + text + "' is no DNS name"
                    + (text.contains("*") ? "; a * can only be the whole first label, as in *.db.example.org" : ""));
        }
        return "DNS:" + name;
    }

    static String fingerprint(String text) {
        String digits = FINGERPRINT_LABEL
                .matcher(text)
                .replaceFirst("")
                .replace(":", "")
                .strip()
                .toLowerCase(Locale.ROOT);
        if (!DIGITS.matcher(digits).matches()) {
            throw new IllegalArgumentException("'" + text + "' is no SHA-256 fingerprint: 64 hexadecimal digits, as"
                    + " openssl x509 -noout -fingerprint -sha256 prints them");
        }
        return digits;
    }
}
