package io.dromon.node.cache;

import io.dromon.node.cache.LeaseEndedException.Reason;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Uuids;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The write-set cache: what every seqno of a history holds, from {@link #first} to {@link #last} without a gap, so that this
 * node can bring a member up to date that was away (chapter 06, sections 5.2 and 7). The package's page tells how it is
 * stored.
 *
 * <p>Once it is open no error of the disk leaves it, and none stops the node: it keeps less, or nothing, and {@link
 * #status} says so.
 *
 * <table>
 * <caption>Who may call what</caption>
 * <tr><th>thread</th><th>methods</th><th>may wait for</th></tr>
 * <tr><td>the one that appends, the protocol thread</td><td>{@link #append}, {@link #reset}, {@link #drop}, {@link
 *     #flush}</td>
 *     <td>nothing</td></tr>
 * <tr><td>one other, the upkeep thread</td><td>{@link #upkeep}, {@link #change}, {@link #close} (then nothing is appended
 *     any more)</td><td>the disk</td></tr>
 * <tr><td>any</td><td>{@link #first}, {@link #last}, {@link #history}, {@link #lease}, {@link #status}</td>
 *     <td>nothing</td></tr>
 * <tr><td>the executor's</td><td>writing and deleting</td><td>the disk</td></tr>
 * </table>
 */
public final class WriteSetCache implements AutoCloseable {
    /** Most bytes that the content of a record can have. */
    public static final int MAX_CONTENT_BYTES = RecordFormat.MAX_CONTENT_BYTES;

    private static final Logger LOG = LoggerFactory.getLogger(WriteSetCache.class);
    private static final long CLOSE_MS = TimeUnit.SECONDS.toMillis(30);

    private final String nodeName;
    private final Executor disk;
    private final CacheFiles files;
    private final Segments segments;
    private final SegmentWriter writer;
    private final AppendRate rate = new AppendRate();
    private final AtomicLong appendedBytes = new AtomicLong();
    private final AtomicLong last;
    private final CRC32C crc = new CRC32C();
    private volatile UUID history;
    private volatile boolean closed;

    /** The appending thread's, as all below. */
    private long chain;

    private @Nullable Segment tail;
    private @Nullable Chunk chunk;

    private WriteSetCache(
            String nodeName,
            CacheSettings settings,
            UUID history,
            CacheRecovery.Found found,
            CacheFiles files,
            Executor disk) {
        this.nodeName = nodeName;
        this.disk = disk;
        this.files = files;
        this.history = history;
        this.chain = found.chain();
        this.segments = new Segments(settings, found.kept());
        this.writer = new SegmentWriter(nodeName, segments, files);
        int kept = found.kept().size();
        this.last = new AtomicLong(kept == 0 ? -1 : found.kept().get(kept - 1).last());
    }

    /**
     * Opens a cache, with what is there of a history. May read the disk for seconds after a crash of the machine.
     *
     * <p>The caller has made sure that no other process and no other node uses the directory: it holds the lock of the data
     * directory, or of {@code gcache.dir} where that is another one.
     *
     * @param nodeName for the log
     * @param history of the group that this node was in; {@link Uuids#NIL} if none, then nothing is kept
     * @param position seqno that the node's state is at; records behind it are dropped, since they come again. -1 if it is
     *     not known: then {@link #reset} follows before the first record, unless that continues what is there
     * @param disk writes and deletes. It may run a task at once; if it has threads of its own, one is enough; it is
     *     not interrupted, and takes tasks until {@link #close} has returned
     * @throws FileSystemException with what to do, if the directory cannot be used or others can write there
     */
    public static WriteSetCache open(
            String nodeName, CacheSettings settings, UUID history, long position, Executor disk) throws IOException {
        return open(nodeName, settings, history, position, disk, CacheDirectory.open(settings.directory()));
    }

    static WriteSetCache open(
            String nodeName, CacheSettings settings, UUID history, long position, Executor disk, CacheFiles files)
            throws IOException {
        CacheRecovery recovery = new CacheRecovery(files, history, position < 0 ? Long.MAX_VALUE : position);
        boolean wanted = settings.recover() && settings.capacityBytes() > 0 && !history.equals(Uuids.NIL);
        CacheRecovery.Found found = wanted ? recovery.run() : recovery.discard();
        found.notes().stream().limit(20).forEach(note -> LOG.info("{}: write-set cache: {}", nodeName, note));
        WriteSetCache cache = new WriteSetCache(nodeName, settings, history, found, files, disk);
        LOG.info("{}: write-set cache {}: {}", nodeName, files, cache.contents());
        return cache;
    }

    private String contents() {
        long lowest = first();
        return lowest < 0 ? "empty" : history + ":" + lowest + " to " + last() + ", " + segments.bytes() + " bytes";
    }

    // ---- the appending thread

    /**
     * Adds what the next seqno holds: everything that is ordered goes here in its order, and what a state transfer brings.
     * If {@code seqno} does not follow {@link #last}, the cache begins anew with it.
     *
     * <p>The record is copied once, in memory. It goes to the disk when {@link #flush} is called, or a lot is there.
     *
     * @param header first part of the content: a write-set's certified header, or nothing
     * @param rest second part of it; the content is empty for {@link RecordKind#SKIPPED} and only for that
     * @throws IllegalArgumentException if the content does not fit the kind, or has more than {@link #MAX_CONTENT_BYTES}
     * @throws IllegalStateException if no history is known
     */
    public void append(long seqno, RecordKind kind, Bytes header, Bytes rest) {
        long contentBytes = (long) header.length() + rest.length();
        if (seqno < 0 || contentBytes > MAX_CONTENT_BYTES || !kind.mayHave(contentBytes)) {
            throw new IllegalArgumentException("seqno " + seqno + ", " + kind + " of " + contentBytes + " bytes");
        }
        if (history.equals(Uuids.NIL)) {
            throw new IllegalStateException("no history; reset comes first");
        }
        if (closed) {
            return;
        }
        long before = last.getPlain();
        if (seqno != before + 1 && before >= 0) {
            empty(Reason.RESET, "seqno " + seqno + " does not follow " + before);
        }
        store(seqno, kind, header, rest, RecordFormat.HEADER_BYTES + contentBytes);
        last.setRelease(seqno);
        appendedBytes.setRelease(appendedBytes.getPlain() + RecordFormat.HEADER_BYTES + contentBytes);
    }

    private void store(long seqno, RecordKind kind, Bytes header, Bytes rest, long size) {
        Segment segment = tail;
        Chunk place = chunk;
        if (segment != null && place != null && !segment.isDropped() && segment.end() + size <= segmentBytes()) {
            int at = (int) (segment.end() - place.start);
            if (size <= place.size() - at) {
                RecordFormat.write(place.bytes, at, seqno, kind, header, rest, crc);
                place.fillTo(at + (int) size);
                segment.grow(seqno, place.start + at + size);
                return;
            }
        } else {
            segment = null;
        }
        storeInNewChunk(segment, seqno, kind, header, rest, size);
    }

    /** @param segment that has room, null for a new one */
    private void storeInNewChunk(
            @Nullable Segment segment, long seqno, RecordKind kind, Bytes header, Bytes rest, long size) {
        if (!takes(seqno, size)) {
            return;
        }
        Chunk fresh;
        long start = segment == null ? 0 : segment.end();
        int at = segment == null ? SegmentFormat.RECORDS_AT : 0;
        try {
            fresh = new Chunk(start, Math.max(usualChunkBytes(), at + (int) size));
        } catch (OutOfMemoryError e) {
            empty(Reason.OUTRUN, "no memory for a record of " + size + " bytes");
            return;
        }
        RecordFormat.write(fresh.bytes, at, seqno, kind, header, rest, crc);
        Segment filled = segment == null ? begin(seqno, fresh) : segment;
        fresh.fillTo(at + (int) size);
        filled.grow(seqno, start + at + size);
        boolean inTime = segment == null ? segments.begin(filled, fresh) : segments.add(filled, fresh);
        tail = filled;
        chunk = fresh;
        if (!inTime) {
            LOG.warn("{}: {}", nodeName, segments.alarm().orElse("the disk is too slow"));
        }
        flush();
    }

    private Segment begin(long seqno, Chunk fresh) {
        if (segments.isEmpty()) {
            chain++; // what was there may still be on the disk
        }
        SegmentFormat.Header header = new SegmentFormat.Header(history, chain, seqno);
        SegmentFormat.write(ByteBuffer.wrap(fresh.bytes), header);
        return Segment.begin(header);
    }

    /** Whether a record is stored at all. */
    private boolean takes(long seqno, long size) {
        long capacity = segments.capacityBytes();
        if (segments.isSuspended() || capacity == 0) {
            drop(Reason.OUTRUN); // a segment may have been begun meanwhile: no gap behind it
            return false;
        }
        if (size > capacity) {
            empty(
                    Reason.OUTRUN,
                    "seqno " + seqno + " has " + size + " bytes, the cache may have " + capacity
                            + "; a larger gcache.size would keep it");
            return false;
        }
        return true;
    }

    private long segmentBytes() {
        return segments.settings().segmentBytes();
    }

    private int usualChunkBytes() {
        return (int) Math.min(Chunk.USUAL_BYTES, segmentBytes());
    }

    private void empty(Reason reason, String why) {
        if (first() >= 0) {
            LOG.warn("{}: write-set cache: {}; dropped: {}", nodeName, why, contents());
        }
        drop(reason);
    }

    private void drop(Reason reason) {
        segments.dropAll(reason);
        tail = null;
        chunk = null;
    }

    /**
     * Begins anew: another history, or another place in it, as after a snapshot. All records are dropped, leases end.
     *
     * @param lastSeqno position of the state; the next record has the seqno behind it. -1 if any may be next
     */
    public void reset(UUID newHistory, long lastSeqno) {
        LOG.info("{}: write-set cache begins anew at {}:{}; dropped: {}", nodeName, newHistory, lastSeqno, contents());
        drop(Reason.RESET);
        history = newHistory;
        last.setRelease(lastSeqno);
        flush();
    }

    /**
     * Drops all records; the next one follows {@link #last} as before.
     *
     * @param why for the log
     */
    public void drop(String why) {
        empty(Reason.RESET, why);
    }

    /** Has written what was appended. Called at the end of each turn: it costs little when nothing is to be done. */
    public void flush() {
        if (segments.wakesWriter()) {
            try {
                disk.execute(writer::run);
            } catch (RejectedExecutionException e) {
                segments.giveUp("the thread that writes has ended");
            }
        }
    }

    // ---- any thread

    /** Lowest seqno that is there: what a node announces as {@code cached}; -1 if there is none. */
    public long first() {
        return segments.first();
    }

    /** Highest seqno that was appended, or where the cache began; -1 if none. */
    public long last() {
        return last.getAcquire();
    }

    /** What the seqnos belong to; {@link Uuids#NIL} if there is none. */
    public UUID history() {
        return history;
    }

    /**
     * Begins to read. Nothing from {@code from} on is deleted while the lease is open, within its limits.
     *
     * @return empty if {@code from} is not there
     */
    public Optional<CacheLease> lease(long from) {
        return closed
                ? Optional.empty()
                : segments.pin(from).map(pin -> new CacheLease(nodeName, segments, files, pin, from));
    }

    public CacheStatus status() {
        CacheSettings settings = segments.settings();
        long lowest = first();
        long highest = last();
        long bytes = segments.bytes();
        long capacity = segments.capacityBytes();
        long reach = segments.isSuspended() ? 0 : Math.max(0, capacity - settings.segmentBytes());
        long seqnos = lowest < 0 || bytes == 0 ? 0 : (long) ((double) reach * (highest - lowest + 1) / bytes);
        Optional<Duration> time = rate.bytesPerSecond().stream()
                .filter(perSecond -> perSecond > 0)
                .mapToObj(perSecond -> Duration.ofSeconds((long) (reach / perSecond)))
                .findFirst();
        return new CacheStatus(
                history,
                lowest,
                highest,
                bytes,
                capacity,
                segments.alarm(),
                new CacheStatus.Reach(reach, seqnos, time));
    }

    // ---- the upkeep thread

    /**
     * Syncs full segments to the disk, so that recovery need not read them; measures the rate; tries a disk again that was
     * full. To be called every few seconds.
     *
     * @param nowNs time of a clock that never goes back
     */
    public void upkeep(long nowNs) {
        rate.sample(nowNs, appendedBytes.getAcquire());
        segments.upkeep(nowNs);
        writer.seal();
    }

    /** Takes other sizes; a smaller one from the next segment on. The directory stays. */
    public void change(CacheSettings changed) {
        if (!changed.directory().equals(segments.settings().directory())) {
            throw new IllegalArgumentException("the directory of a cache that is open stays "
                    + segments.settings().directory());
        }
        segments.change(changed);
    }

    /**
     * Writes what is left and seals everything, so that the next start reads nothing; ends all leases. Waits for the disk,
     * 30 s at most. Records that are appended afterwards are ignored. Again is fine.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        segments.close();
        flush();
        try {
            if (segments.awaitWriter(CLOSE_MS)) {
                writer.close();
                writer.seal();
            } else {
                LOG.warn("{}: write-set cache: the disk did not take the last records within 30 s", nodeName);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        segments.endLeases();
    }
}
