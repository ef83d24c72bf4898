package io.dromon.config;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * Names of files as texts, whatever the locale of the process is. To the kernel a name is bytes; here its text is UTF-8,
 * and a byte that belongs to no UTF-8 character is the lone surrogate U+DC00 plus the byte, as Python has it. So nothing is
 * lost between an option file, a command line and the file system.
 *
 * <p>{@link Path#of(String, String...)} and {@link Path#toString} go through {@code sun.jnu.encoding}, which under {@code
 * LC_ALL=C} knows nothing beyond ASCII. A {@code file:} URI is made of the bytes themselves on every Unix.
 */
public final class NameBytes {
    private static final int ESCAPE = 0xDC00;
    private static final HexFormat HEX = HexFormat.of();

    private NameBytes() {}

    /** The text of these bytes. */
    public static String decode(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder(); // reports what it cannot read
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length + 1); // no byte becomes more than one character
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            if (!result.isError()) {
                return out.flip().toString();
            }
            for (int i = 0; i < result.length(); i++) {
                out.put((char) (ESCAPE + (in.get() & 0xff)));
            }
            decoder.reset();
        }
    }

    /** The bytes of this text. */
    public static byte[] encode(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() + 16);
        text.codePoints().forEach(c -> {
            if (isEscape(c)) {
                bytes.write(c - ESCAPE);
            } else {
                bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
            }
        });
        return bytes.toByteArray();
    }

    /** Whether the text stands for bytes that are UTF-8: a text for people, and not only for the file system. */
    public static boolean isText(String text) {
        return text.codePoints().noneMatch(NameBytes::isEscape);
    }

    /**
     * The path of this name.
     *
     * @throws InvalidPathException if it cannot be one
     */
    public static Path path(String name) {
        if (isAscii(name)) {
            return Path.of(name);
        }
        if (name.indexOf('\0') >= 0) {
            throw new InvalidPathException(name, "Nul character not allowed");
        }
        StringBuilder uri = new StringBuilder(3 * name.length() + 10).append("file:///");
        for (byte b : encode(name)) {
            if (b == '/' || b == '.' || (b > 0 && Character.isLetterOrDigit(b))) {
                uri.append((char) b);
            } else {
                uri.append('%').append(HEX.toHexDigits(b));
            }
        }
        Path absolute = Path.of(URI.create(uri.toString()));
        return name.startsWith("/") ? absolute : absolute.subpath(0, absolute.getNameCount());
    }

    /** The name of this path, from which {@link #path} makes it again. */
    public static String text(Path path) {
        String text = path.toString();
        if (isAscii(text) && text.indexOf('?') < 0) {
            return text; // a question mark may stand for what the locale cannot say
        }
        StringBuilder name = new StringBuilder(text.length());
        if (path.isAbsolute()) {
            name.append('/');
        }
        Path root = Path.of("/");
        for (Path part : path) {
            byte[] raw = root.resolve(part).toUri().getRawPath().getBytes(StandardCharsets.US_ASCII);
            name.append(name.length() > 0 && name.charAt(name.length() - 1) != '/' ? "/" : "")
                    .append(decode(unescaped(raw)));
        }
        return name.toString();
    }

    /** The bytes behind the first slash of a URI's path, without a slash at its end, which a directory gets. */
    private static byte[] unescaped(byte[] raw) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length);
        int end = raw[raw.length - 1] == '/' ? raw.length - 1 : raw.length;
        for (int i = 1; i < end; i++) {
            if (raw[i] == '%') {
                bytes.write(HexFormat.fromHexDigit(raw[i + 1]) << 4 | HexFormat.fromHexDigit(raw[i + 2]));
                i += 2;
            } else {
                bytes.write(raw[i]);
            }
        }
        return bytes.toByteArray();
    }

    private static boolean isEscape(int codePoint) {
        return codePoint >= ESCAPE + 0x80 && codePoint <= ESCAPE + 0xff;
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }
}
