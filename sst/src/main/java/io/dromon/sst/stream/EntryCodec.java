package io.dromon.sst.stream;

import io.dromon.sst.TransferException;
import io.dromon.sst.archive.ArchiveException;
import io.dromon.sst.archive.Entry;
import io.dromon.sst.archive.EntryName;
import io.dromon.sst.channel.Frame;
import java.nio.ByteBuffer;

/**
 * An entry as it stands in a batch, or in the meta part of a chunk, big-endian.
 *
 * <pre>
 *   0      1      3      11           19            21            23      23+n
 *   | kind | mode | size | modified   | name length | link length | name  | link ...
 * </pre>
 */
final class EntryCodec {
    private static final int ENTRY_FIXED = 1 + 2 + 8 + 8 + 2 + 2;

    private EntryCodec() {}

    /** Bytes that it takes. */
    static int length(Entry entry) {
        byte[] link = entry.link();
        return ENTRY_FIXED + entry.name().length() + (link == null ? 0 : link.length);
    }

    static void put(ByteBuffer out, Entry entry) {
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

    /** Reads one, which is checked. */
    static Entry read(ByteBuffer in) throws TransferException, ArchiveException {
        if (in.remaining() < ENTRY_FIXED) {
            throw Frame.protocol("a cut entry");
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
            throw Frame.protocol("a malformed entry");
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
