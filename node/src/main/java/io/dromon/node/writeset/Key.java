package io.dromon.node.writeset;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Murmur128;
import io.dromon.transport.wire.PeerText;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;

/**
 * A resource that a write-set touches, by its path: {@code accounts / 42} (chapter 05 section 6.1). Every shorter path
 * is a branch of the key and is referenced with it.
 *
 * @param type what the write-set does with it
 * @param path at least one part; a part is any string of bytes
 */
public record Key(KeyType type, List<Bytes> path) {
    public Key {
        path = List.copyOf(path);
        if (path.isEmpty()) {
            throw new IllegalArgumentException("a key has at least one part");
        }
    }

    /** A key whose parts are texts, in UTF-8. */
    public static Key of(KeyType type, String... parts) {
        List<Bytes> path = new ArrayList<>(parts.length);
        for (String part : parts) {
            path.add(new Bytes(part.getBytes(StandardCharsets.UTF_8)));
        }
        return new Key(type, path);
    }

    /** A key whose parts are bytes; the arrays are copied. */
    public static Key of(KeyType type, byte[]... parts) {
        List<Bytes> path = new ArrayList<>(parts.length);
        for (byte[] part : parts) {
            path.add(new Bytes(part.clone()));
        }
        return new Key(type, path);
    }

    /**
     * How many parts of the path make up the key part with this hash: a branch, or the whole key.
     *
     * @param first as {@link KeyCursor#first}
     */
    public OptionalInt depthOf(long first) {
        Murmur128 hash = new Murmur128();
        for (int i = 0; i < path.size(); i++) {
            addPart(hash, path.get(i));
            if ((hash.digest().first() & ~KeySet.NOT_HASH) == first) {
                return OptionalInt.of(i + 1);
            }
        }
        return OptionalInt.empty();
    }

    static void addPart(Murmur128 hash, Bytes part) {
        hash.addInt(part.length()).add(part.array(), part.offset(), part.length());
    }

    /** A path for people: {@code accounts/42}; parts that are no text in hexadecimal. */
    public static String text(List<Bytes> path) {
        return String.join("/", texts(path));
    }

    /** The parts of a path for people. */
    public static List<String> texts(List<Bytes> path) {
        return path.stream().map(Key::text).toList();
    }

    private static String text(Bytes part) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(part.array(), part.offset(), part.length()))
                    .toString();
            if (text.equals(PeerText.printable(text))) {
                return text;
            }
        } catch (CharacterCodingException e) {
            // no text: in hexadecimal below
        }
        return "0x" + HexFormat.of().formatHex(part.toArray());
    }
}
