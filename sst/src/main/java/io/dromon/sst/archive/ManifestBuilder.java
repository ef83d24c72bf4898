package io.dromon.sst.archive;

import io.dromon.transport.wire.Position;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Counts a snapshot, at both ends, in any order and from several threads.
 *
 * <p>The checksum of all is the sum, modulo 2^128, of the first 16 bytes of the SHA-256 of each record: one per entry
 * (name, kind, size, mode, time, link) and one per piece of content (name, offset, length, CRC-32C). A sum knows no
 * order, so pieces may travel over several connections. It finds faults of programs, memory and disks; against people
 * stands TLS.
 */
public final class ManifestBuilder {
    private final ThreadLocal<MessageDigest> digests = ThreadLocal.withInitial(ManifestBuilder::sha256);
    private long entries;
    private long bytes;
    private long high;
    private long low;

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** An entry; its content comes in pieces. */
    public void entry(Entry entry) {
        byte[] link = entry.link() == null ? new byte[0] : entry.link();
        ByteBuffer record = ByteBuffer.allocate(64 + entry.name().length() + link.length);
        record.put("entry".getBytes(StandardCharsets.US_ASCII))
                .putInt(entry.name().length());
        entry.name().put(record);
        record.put((byte) entry.kind().ordinal())
                .putLong(entry.size())
                .putInt(entry.mode())
                .putLong(entry.modifiedNs())
                .put(link);
        add(record, 1, entry.size());
    }

    /** A piece of an entry's content. */
    public void piece(EntryName name, long offset, int length, int crc32c) {
        ByteBuffer record = ByteBuffer.allocate(64 + name.length());
        record.put("piece".getBytes(StandardCharsets.US_ASCII)).putInt(name.length());
        name.put(record);
        record.putLong(offset).putInt(length).putInt(crc32c);
        add(record, 0, 0);
    }

    private void add(ByteBuffer record, int moreEntries, long moreBytes) {
        MessageDigest digest = digests.get();
        digest.update(record.flip());
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        long addedHigh = hash.getLong();
        long addedLow = hash.getLong();
        synchronized (this) {
            entries += moreEntries;
            bytes += moreBytes;
            long sum = low + addedLow;
            high += addedHigh + (Long.compareUnsigned(sum, low) < 0 ? 1 : 0);
            low = sum;
        }
    }

    /** Entries so far. */
    public synchronized long entries() {
        return entries;
    }

    /** Bytes of the entries so far. */
    public synchronized long bytes() {
        return bytes;
    }

    /** What it comes to. */
    public synchronized Manifest manifest(Position position) {
        return new Manifest(entries, bytes, Manifest.digits(high, low), position);
    }
}
