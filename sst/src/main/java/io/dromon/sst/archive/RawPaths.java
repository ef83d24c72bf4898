package io.dromon.sst.archive;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/**
 * Paths from and to the bytes of the file system.
 *
 * <p>{@link Path#toString} and {@link Path#of(String, String...)} go through {@code sun.jnu.encoding} and lose what it
 * cannot say: with {@code LANG=C.UTF-8} a name that is no UTF-8 becomes one with U+FFFD, which cannot be opened; with
 * {@code LANG=C} every name with an umlaut does. The {@code file:} URI of a path is made of its bytes on every Unix,
 * in both directions, whatever the locale is. It is also slow (it looks into the file system), so names of ASCII alone,
 * which every usual encoding of the JVM says as they are, take the short way.
 */
final class RawPaths {
    private static final HexFormat HEX = HexFormat.of();
    private static final byte SLASH = '/';

    /** Whether a decoded ASCII character stands for the byte of that number, and for nothing else. */
    private static final boolean ASCII_IS_PLAIN = Set.of(
                    "UTF-8", "ANSI_X3.4-1968", "US-ASCII", "ISO-8859-1", "ISO-8859-15")
            .contains(System.getProperty("sun.jnu.encoding", ""));

    private RawPaths() {}

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == 0 || text.charAt(i) > 127) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isAscii(byte[] name) {
        for (byte b : name) {
            if (b <= 0) {
                return false;
            }
        }
        return name.length > 0;
    }

    /** The bytes of an absolute path, without a slash at the end. */
    private static byte[] absoluteBytes(Path path) {
        String raw = path.toAbsolutePath().toUri().getRawPath();
        byte[] bytes = new byte[raw.length()];
        int length = 0;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                bytes[length++] = (byte) HexFormat.fromHexDigits(raw, i + 1, i + 3);
                i += 2;
            } else {
                bytes[length++] = (byte) c;
            }
        }
        while (length > 1 && bytes[length - 1] == SLASH) {
            length--; // toUri() adds one to a directory
        }
        return Arrays.copyOf(bytes, length);
    }

    /** The bytes of the last component of a path. */
    static byte[] lastName(Path path) {
        Path last = path.getFileName();
        String text = last == null ? "" : last.toString();
        if (ASCII_IS_PLAIN && isAscii(text)) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
        byte[] bytes = absoluteBytes(path);
        int start = bytes.length;
        while (start > 0 && bytes[start - 1] != SLASH) {
            start--;
        }
        return Arrays.copyOfRange(bytes, start, bytes.length);
    }

    /** The bytes of a path as it is, relative or absolute: the content of a symbolic link. */
    static byte[] bytes(Path path) {
        if (path.isAbsolute()) {
            return absoluteBytes(path);
        }
        byte[] root = absoluteBytes(Path.of(""));
        byte[] bytes = absoluteBytes(path);
        int from = root.length == 1 ? 1 : root.length + 1;
        return bytes.length < from ? new byte[0] : Arrays.copyOfRange(bytes, from, bytes.length);
    }

    /** A path below an absolute one; {@code name} is relative and made of plain components. */
    static Path resolve(Path base, byte[] name) {
        if (ASCII_IS_PLAIN && isAscii(name)) {
            return base.resolve(new String(name, StandardCharsets.US_ASCII));
        }
        byte[] root = absoluteBytes(base);
        StringBuilder uri = new StringBuilder(3 * (root.length + name.length) + 10).append("file://");
        append(uri, root);
        if (root.length != 1) {
            uri.append('/');
        }
        append(uri, name);
        return Path.of(URI.create(uri.toString()));
    }

    /** The relative path of these bytes, with its {@code ..} as they are: for a symbolic link. */
    static Path relative(byte[] name) {
        StringBuilder uri = new StringBuilder(3 * name.length + 10).append("file:///");
        append(uri, name);
        Path path = Path.of(URI.create(uri.toString()));
        return path.subpath(0, path.getNameCount());
    }

    private static void append(StringBuilder uri, byte[] bytes) {
        for (byte b : bytes) {
            if (b == SLASH || b == '.' || (b > 0 && Character.isLetterOrDigit(b))) {
                uri.append((char) b);
            } else {
                uri.append('%').append(HEX.toHexDigits(b));
            }
        }
    }
}
