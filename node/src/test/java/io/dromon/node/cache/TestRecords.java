package io.dromon.node.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.wire.Bytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/** Records whose content follows from their seqno, and caches for them. */
final class TestRecords {
    static final UUID HISTORY = UUID.fromString("6c85ca8e-e52e-11f1-8519-369fc54b9e1c");
    static final UUID OTHER_HISTORY = UUID.fromString("7c85ca8e-e52e-11f1-8519-369fc54b9e1c");
    static final long SEGMENT_BYTES = 4096;

    private TestRecords() {}

    /** Sixteen segments of 4 KiB. */
    static CacheSettings settings(Path directory) {
        return new CacheSettings(directory, 16 * SEGMENT_BYTES, SEGMENT_BYTES, 1 << 20, true);
    }

    static RecordKind kind(long seqno) {
        return seqno % 7 == 0
                ? RecordKind.SKIPPED
                : seqno % 11 == 0 ? RecordKind.CONFIGURATION_CHANGE : RecordKind.WRITE_SET;
    }

    /** Up to 600 bytes. */
    static byte[] content(long seqno) {
        SplittableRandom random = new SplittableRandom(seqno);
        byte[] content = new byte[kind(seqno) == RecordKind.SKIPPED ? 0 : 1 + random.nextInt(600)];
        random.nextBytes(content);
        return content;
    }

    /** In two ranges, each with other bytes around it. */
    static void append(WriteSetCache cache, long seqno) {
        byte[] content = content(seqno);
        int header = Math.min(64, content.length);
        byte[] around = new byte[content.length + 6];
        System.arraycopy(content, 0, around, 3, content.length);
        cache.append(
                seqno,
                kind(seqno),
                new Bytes(around, 3, header),
                new Bytes(around, 3 + header, content.length - header));
    }

    static void append(WriteSetCache cache, long from, long to) {
        for (long seqno = from; seqno <= to; seqno++) {
            append(cache, seqno);
            cache.flush();
        }
    }

    static void check(CachedRecord record, long seqno) {
        assertThat(record.seqno()).isEqualTo(seqno);
        assertThat(record.kind()).isEqualTo(kind(seqno));
        assertThat(record.content()).isEqualTo(new Bytes(content(seqno)));
    }

    /** Reads and checks everything from a seqno on. */
    static List<Long> read(WriteSetCache cache, long from) throws LeaseEndedException {
        try (CacheLease lease = cache.lease(from).orElseThrow()) {
            return rest(lease, from);
        }
    }

    /** Reads and checks what comes next, from a seqno on. */
    static List<Long> rest(CacheLease lease, long from) throws LeaseEndedException {
        List<Long> seqnos = new ArrayList<>();
        for (var record = lease.next(); record.isPresent(); record = lease.next()) {
            check(record.get(), from + seqnos.size());
            seqnos.add(record.get().seqno());
        }
        return seqnos;
    }

    /** All that a cache says that it has is there and is right. */
    static void checkAll(WriteSetCache cache) throws LeaseEndedException {
        if (cache.first() >= 0) {
            assertThat(read(cache, cache.first())).hasSize((int) (cache.last() - cache.first() + 1));
        }
    }
}
