package io.dromon.sst.archive;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Name of an entry relative to the root of a snapshot: bytes, components divided by {@code /}. What exists is safe: not
 * absolute, no empty component, no {@code .} or {@code ..}, no NUL, not longer than Linux allows.
 */
public final class EntryName {
    /** Linux' PATH_MAX, without the NUL. */
    public static final int LONGEST = 4095;

    private static final int LONGEST_COMPONENT = 255;

    private final byte[] bytes;
    private final int hash;

    private EntryName(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
    }

    /** A name from outside. */
    public static EntryName of(byte[] bytes) throws ArchiveException {
        EntryName name = new EntryName(bytes.clone());
        if (bytes.length > LONGEST) {
            throw unsafe(name, "is longer than " + LONGEST + " bytes");
        }
        int start = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i < bytes.length && bytes[i] == 0) {
                throw unsafe(name, "holds a NUL");
            }
            if (i == bytes.length || bytes[i] == '/') {
                int length = i - start;
                if (length == 0) {
                    throw unsafe(name, "is absolute, empty, or has an empty component");
                }
                if (length > LONGEST_COMPONENT) {
                    throw unsafe(name, "has a component of more than " + LONGEST_COMPONENT + " bytes");
                }
                if (bytes[start] == '.' && (length == 1 || (length == 2 && bytes[start + 1] == '.'))) {
                    throw unsafe(name, "has a component . or ..");
                }
                start = i + 1;
            }
        }
        return name;
    }

    /** A name from outside, UTF-8. */
    public static EntryName of(String name) throws ArchiveException {
        return of(name.getBytes(StandardCharsets.UTF_8));
    }

    private static ArchiveException unsafe(EntryName name, String why) {
        return new ArchiveException(ArchiveException.Problem.UNSAFE_NAME, "the name \"" + name + "\" " + why);
    }

    /** The name of something in this directory. */
    EntryName child(byte[] component) throws ArchiveException {
        byte[] joined = Arrays.copyOf(bytes, bytes.length + 1 + component.length);
        joined[bytes.length] = '/';
        System.arraycopy(component, 0, joined, bytes.length + 1, component.length);
        return of(joined);
    }

    /** The directory that holds it, nothing at the root. */
    public Optional<EntryName> parent() {
        for (int i = bytes.length - 1; i > 0; i--) {
            if (bytes[i] == '/') {
                return Optional.of(new EntryName(Arrays.copyOf(bytes, i)));
            }
        }
        return Optional.empty();
    }

    /** How many directories lie above it. */
    int depth() {
        int depth = 0;
        for (byte b : bytes) {
            depth += b == '/' ? 1 : 0;
        }
        return depth;
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Their number. */
    public int length() {
        return bytes.length;
    }

    /** Writes the bytes. */
    public void put(ByteBuffer out) {
        out.put(bytes);
    }

    Path under(Path root) {
        return RawPaths.resolve(root, bytes);
    }

    /** The text, if the bytes are UTF-8. */
    Optional<String> utf8() {
        return utf8(bytes);
    }

    static Optional<String> utf8(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EntryName name && Arrays.equals(bytes, name.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** For people: bytes that are no printable ASCII as {@code \xNN}, except whole UTF-8 letters; at most 300 characters. */
    @Override
    public String toString() {
        return printable(bytes);
    }

    static String printable(byte[] bytes) {
        String text = utf8(bytes).orElseGet(() -> new String(bytes, StandardCharsets.ISO_8859_1));
        boolean isUtf8 = utf8(bytes).isPresent();
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length() && shown.length() < 300; i++) {
            char c = text.charAt(i);
            if (c == '\\' || c == '"') {
                shown.append('\\').append(c);
            } else if ((c >= ' ' && c < 127)
                    || (isUtf8 && (Character.isLetterOrDigit(c) || Character.isSurrogate(c)))) {
                shown.append(c);
            } else {
                shown.append(c < 256 ? String.format("\\x%02x", (int) c) : String.format("\\u%04x", (int) c));
            }
        }
        return shown.toString();
    }
}
