package io.dromon.node.cli.member.lines;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file of records.
 *
 * @param history of all seqnos in it
 * @param base the last seqno before it
 * @param last the last seqno in it, {@code base} if it has no record
 * @param length of what is whole, bytes
 */
record Segment(Path file, UUID history, long base, long last, long length) {
    static final String SUFFIX = ".lines";
    /** Bytes of the header. */
    static final int HEADER = 40;

    private static final byte[] MAGIC = "DROMLINE".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int BUFFER = 1 << 18;

    /** What is done with each record. */
    interface Visitor {
        void accept(LineRecord record) throws IOException;
    }

    static String name(long base) {
        return String.format(Locale.ROOT, "%019d", base) + SUFFIX;
    }

    static ByteBuffer header(UUID history, long base) {
        ByteBuffer out = ByteBuffer.allocate(HEADER);
        out.put(MAGIC).putInt(VERSION);
        out.putLong(history.getMostSignificantBits()).putLong(history.getLeastSignificantBits());
        out.putLong(base);
        out.putInt(checksum(out.array()));
        return out.flip();
    }

    private static int checksum(byte[] header) {
        CRC32C crc = new CRC32C();
        crc.update(header, 0, HEADER - Integer.BYTES);
        return (int) crc.getValue();
    }

    /**
     * Reads all records up to the first that is not whole.
     *
     * @return null if not even the header is whole
     * @throws IOException if the file cannot be read, or is of another version
     */
    static @Nullable Segment read(Path file, Visitor visitor) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer in = ByteBuffer.allocate(BUFFER).limit(0);
            if (channel.size() < HEADER) {
                return null;
            }
            byte[] header = take(channel, in, HEADER);
            ByteBuffer fields = ByteBuffer.wrap(header);
            boolean ours = ByteBuffer.wrap(header, 0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC));
            if (!ours || fields.getInt(HEADER - Integer.BYTES) != checksum(header)) {
                return null;
            }
            fields.position(MAGIC.length);
            int version = fields.getInt();
            if (version != VERSION) {
                throw new IOException(file + " is of version " + version + ", and this program reads version " + VERSION
                        + ": start the program that wrote it");
            }
            UUID history = new UUID(fields.getLong(), fields.getLong());
            long base = fields.getLong();
            return records(channel, in, new Segment(file, history, base, base, HEADER), visitor);
        }
    }

    private static Segment records(FileChannel channel, ByteBuffer in, Segment begin, Visitor visitor)
            throws IOException {
        long size = channel.size();
        long at = begin.length;
        long last = begin.last;
        while (size - at >= LineRecord.HEAD) {
            ByteBuffer head = ByteBuffer.wrap(take(channel, in, LineRecord.HEAD));
            int length = head.getInt();
            int checksum = head.getInt();
            if (!LineRecord.isPossible(length) || length > size - at - LineRecord.HEAD) {
                break;
            }
            byte[] body = take(channel, in, length);
            if (!LineRecord.isWhole(body, checksum)) {
                break;
            }
            LineRecord record = LineRecord.read(body);
            if (record.seqno() <= last) {
                break;
            }
            visitor.accept(record);
            last = record.seqno();
            at += LineRecord.HEAD + length;
        }
        return new Segment(begin.file, begin.history, begin.base, last, at);
    }

    /** The next bytes, which are there by the size of the file. */
    private static byte[] take(FileChannel channel, ByteBuffer in, int count) throws IOException {
        byte[] bytes = new byte[count];
        int done = 0;
        while (done < count) {
            if (!in.hasRemaining()) {
                in.clear();
                if (channel.read(in) < 0) {
                    throw new EOFException("the file of lines became shorter while it was read");
                }
                in.flip();
            }
            int part = Math.min(count - done, in.remaining());
            in.get(bytes, done, part);
            done += part;
        }
        return bytes;
    }
}
