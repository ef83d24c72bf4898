package io.dromon.node.store;

import io.dromon.transport.wire.Position;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.UUID;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * All entries of a {@link MemoryEngine} in one file. Big-endian:
 *
 * <pre>
 *  | magic (8) | history (16) | seqno (8) | entry | entry | ... | 0 (4) | CRC32C of all before it (4) |
 *
 *  entry:  | key length (4), not 0 | key | value length (4) | value |        keys ascend
 * </pre>
 */
final class MemoryDump {
    private static final long MAGIC = 0x44524f4d_53540001L; // "DROMST", version 1
    private static final int BUFFER_BYTES = 1 << 16;

    private MemoryDump() {}

    static void write(Path file, MemoryEngine.Version version) throws IOException {
        CRC32C sum = new CRC32C();
        try (DataOutputStream out = new DataOutputStream(
                new BufferedOutputStream(new CheckedOutputStream(Files.newOutputStream(file), sum), BUFFER_BYTES))) {
            out.writeLong(MAGIC);
            out.writeLong(version.position().history().getMostSignificantBits());
            out.writeLong(version.position().history().getLeastSignificantBits());
            out.writeLong(version.position().seqno());
            Iterator<Entry> entries = SortedNode.scan(version.map(), new byte[0], null);
            while (entries.hasNext()) {
                Entry entry = entries.next();
                out.writeInt(entry.key().length);
                out.write(entry.key());
                out.writeInt(entry.value().length);
                out.write(entry.value());
            }
            out.writeInt(0);
            out.flush();
            out.writeInt((int) sum.getValue());
        }
    }

    /** @throws StoreException if the file is not whole, or is something else */
    static MemoryEngine.Version read(Path file) throws IOException {
        long length = Files.size(file);
        CRC32C sum = new CRC32C();
        try (DataInputStream in = new DataInputStream(
                new CheckedInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES), sum))) {
            if (in.readLong() != MAGIC) {
                throw new StoreException(
                        StoreException.Reason.OTHER_FORMAT,
                        file + " is no state of a store in memory, or of a newer version");
            }
            UUID history = new UUID(in.readLong(), in.readLong());
            long seqno = in.readLong();
            SortedNode map = readEntries(in, length, file);
            int computed = (int) sum.getValue();
            if (in.readInt() != computed || in.read() >= 0) {
                throw damaged(file, "its checksum, or its length, is wrong", null);
            }
            return new MemoryEngine.Version(map, new Position(history, seqno));
        } catch (EOFException e) {
            throw damaged(file, "it is cut off", e);
        } catch (IllegalArgumentException e) {
            throw damaged(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static @Nullable SortedNode readEntries(DataInputStream in, long length, Path file) throws IOException {
        SortedNode map = null;
        byte @Nullable [] before = null;
        for (int keyLength = in.readInt(); keyLength != 0; keyLength = in.readInt()) {
            byte[] key = bytes(in, keyLength, length, file);
            if (before != null && Change.KEY_ORDER.compare(before, key) >= 0) {
                throw damaged(file, "its keys do not ascend", null);
            }
            before = key;
            map = SortedNode.put(map, new Entry(key, bytes(in, in.readInt(), length, file)));
        }
        return map;
    }

    private static byte[] bytes(DataInputStream in, int count, long length, Path file) throws IOException {
        if (count < 0 || count > length) {
            throw damaged(file, "it names " + Integer.toUnsignedString(count) + " bytes and has " + length, null);
        }
        byte[] bytes = new byte[count];
        in.readFully(bytes);
        return bytes;
    }

    private static StoreException damaged(Path file, String what, @Nullable Throwable cause) {
        return new StoreException(StoreException.Reason.CORRUPT, file + " is damaged: " + what, cause);
    }
}
