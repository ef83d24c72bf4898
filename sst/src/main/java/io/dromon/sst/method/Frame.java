package io.dromon.sst.method;

import io.dromon.sst.archive.ArchiveException;
import io.dromon.sst.archive.Blocks;
import io.dromon.sst.archive.Entry;
import io.dromon.sst.archive.EntryName;
import io.dromon.transport.wire.PeerText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What travels on a proven connection, big-endian.
 *
 * <pre>
 *   0        4     5      6        8          16           20        24       24+m
 *   | length | type | flags | m      | unit     | raw length | CRC-32C | meta   | data ...
 * </pre>
 *
 * {@code length} counts all of the frame. {@code raw length} and the checksum are of the data before compression
 * (flag 1). {@code meta}, of {@code m} bytes, is never compressed.
 */
final class Frame {
    static final int HEADER = 24;

    /** Data of a unit, uncompressed. */
    static final int MOST_DATA = Blocks.PIECE;

    /** Largest frame of either side. */
    static final int LARGEST = MOST_DATA + 16 * 1024;

    static final int ZSTD = 1;

    /** Of files: larger ones go in chunks. */
    static final int LARGEST_IN_BATCH = 128 * 1024;

    /** Stands for units that are no stretch of one file where content is counted. */
    static final EntryName NO_FILE = noFile();

    private static final int ENTRY_FIXED = 1 + 2 + 8 + 8 + 2 + 2;

    private Frame() {}

    private static EntryName noFile() {
        try {
            return EntryName.of("unit");
        } catch (ArchiveException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Kinds of frames; the first four carry units. */
    enum Type {
        BATCH,
        CHUNK,
        HOLE,
        LIVE,
        BEGIN,
        MANIFEST,
        ABORT,
        ALIVE,
        ACK,
        DONE,
        FAIL;

        private static final Type[] ALL = values();

        static Type of(int code) throws TransferException {
            if (code < 0 || code >= ALL.length) {
                throw protocol("unknown frame type " + code);
            }
            return ALL[code];
        }
    }

    /** Text of the other side, for people: nothing that could fake a line or turn it round. */
    static String words(byte[] text) {
        return PeerText.printable(new String(text, StandardCharsets.UTF_8));
    }

    static TransferException protocol(String what) {
        return new TransferException(TransferException.Reason.PROTOCOL, "the other side breaks the protocol: " + what);
    }

    /** A received header; the frame is whole in the buffer. */
    record Header(int length, Type type, int flags, int metaLength, long unit, int rawLength, int crc) {}

    /** Reads the length, which is checked. */
    static int length(ByteBuffer in) throws TransferException {
        int length = in.getInt(in.position());
        if (length < HEADER || length > LARGEST) {
            throw protocol("a frame of " + length + " bytes");
        }
        return length;
    }

    static Header header(ByteBuffer in) throws TransferException {
        Header header = new Header(
                in.getInt(),
                Type.of(in.get()),
                in.get(),
                Short.toUnsignedInt(in.getShort()),
                in.getLong(),
                in.getInt(),
                in.getInt());
        if (header.metaLength > header.length - HEADER || header.rawLength < 0 || header.rawLength > MOST_DATA) {
            throw protocol("lengths that do not fit in a " + header.type + " frame");
        }
        return header;
    }

    /** Writes a header at the buffer's start and sets the buffer to be sent: {@code end} is the frame's length. */
    static void seal(
            ByteBuffer frame, int end, Type type, int flags, int metaLength, long unit, int rawLength, int crc) {
        frame.putInt(0, end)
                .put(4, (byte) type.ordinal())
                .put(5, (byte) flags)
                .putShort(6, (short) metaLength)
                .putLong(8, unit)
                .putInt(16, rawLength)
                .putInt(20, crc)
                .position(0)
                .limit(end);
    }

    /** A frame without unit, with a short text or other bytes as its meta. */
    static ByteBuffer message(Type type, long unit, byte[] meta) {
        ByteBuffer frame = ByteBuffer.allocateDirect(HEADER + meta.length);
        frame.position(HEADER);
        frame.put(meta);
        seal(frame, HEADER + meta.length, type, 0, meta.length, unit, 0, 0);
        return frame;
    }

    static int entryLength(Entry entry) {
        byte[] link = entry.link();
        return ENTRY_FIXED + entry.name().length() + (link == null ? 0 : link.length);
    }

    static void putEntry(ByteBuffer out, Entry entry) {
        byte[] link = entry.link() == null ? new byte[0] : entry.link();
        out.put((byte) entry.kind().ordinal())
                .putShort((short) entry.mode())
                .putLong(entry.size())
                .putLong(entry.modifiedNs())
                .putShort((short) entry.name().length())
                .putShort((short) link.length);
        entry.name().put(out);
        out.put(link);
    }

    static Entry entry(ByteBuffer in) throws TransferException, ArchiveException {
        if (in.remaining() < ENTRY_FIXED) {
            throw protocol("a cut entry");
        }
        int kind = in.get();
        int mode = in.getShort();
        long size = in.getLong();
        long modified = in.getLong();
        int nameLength = Short.toUnsignedInt(in.getShort());
        int linkLength = Short.toUnsignedInt(in.getShort());
        if (nameLength + linkLength > in.remaining()
                || kind < 0
                || kind >= Entry.Kind.values().length
                || size < 0
                || (mode & ~0777) != 0) {
            throw protocol("a malformed entry");
        }
        byte[] bytes = new byte[nameLength];
        in.get(bytes);
        byte[] link = new byte[linkLength];
        in.get(link);
        EntryName name = EntryName.of(bytes);
        return switch (Entry.Kind.values()[kind]) {
            case FILE -> Entry.file(name, size, mode, modified);
            case DIRECTORY -> Entry.directory(name, mode, modified);
            case LINK -> Entry.link(name, link, modified);
        };
    }
}
