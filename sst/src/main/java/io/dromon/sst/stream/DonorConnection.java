package io.dromon.sst.stream;

import io.dromon.sst.Progress.Stage;
import io.dromon.sst.TransferException;
import io.dromon.sst.archive.Entry;
import io.dromon.sst.archive.ManifestBuilder;
import io.dromon.sst.archive.SourceTree.SourceEntry;
import io.dromon.sst.archive.Zeros;
import io.dromon.sst.channel.DurationText;
import io.dromon.sst.channel.Frame;
import io.dromon.sst.channel.Frame.Header;
import io.dromon.sst.channel.ProgressCounters;
import io.dromon.sst.channel.TlsChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/** A proven connection at the donor: sends segments, and hears which are safe. For one thread. */
final class DonorConnection implements AutoCloseable {
    /** SegmentQueue on their way. */
    private static final int WINDOW = 16;

    /** After so long without a byte the joiner does not listen any more. */
    private static final long QUIET_NS = 2_000_000_000L;

    /** After so long the joiner hears that this end is still there. */
    private static final long MOST_SILENT_NS = 1_000_000_000L;

    private final TlsChannel channel;
    private final ProgressCounters progress;
    private final RateLimit limit;
    private final ManifestBuilder content;
    private final AdaptiveZstd zstd;
    private final Map<Long, Sent> sent = new LinkedHashMap<>();
    private final ByteBuffer frame = ByteBuffer.allocateDirect(Frame.LARGEST);
    private final ByteBuffer packed = ByteBuffer.allocateDirect(Frame.LARGEST + 8192);
    private final CRC32C crc = new CRC32C();
    private long spokenNs = System.nanoTime();
    private long heardNs = spokenNs;
    private boolean done;

    /** A segment on its way and the checksum of what was sent of it. */
    private record Sent(Segment segment, int crc) {}

    DonorConnection(
            TlsChannel channel,
            ProgressCounters progress,
            RateLimit limit,
            ManifestBuilder content,
            AdaptiveZstd zstd) {
        this.channel = channel;
        this.progress = progress;
        this.limit = limit;
        this.content = content;
        this.zstd = zstd;
    }

    /** What was sent and not acknowledged. */
    List<Segment> unacknowledged() {
        return sent.values().stream().map(Sent::segment).toList();
    }

    boolean hasRoom() {
        return sent.size() < WINDOW;
    }

    void send(Segment segment) throws IOException, InterruptedException {
        if (sent.isEmpty()) {
            heardNs = System.nanoTime(); // from now on there is something to hear
        }
        sent.put(segment.id(), new Sent(segment, 0));
        if (segment instanceof Segment.Chunk chunk) {
            chunk(chunk);
        } else if (segment instanceof Segment.Batch batch) {
            batch(batch);
        } else if (segment instanceof Segment.Live live) {
            frame.clear().position(Frame.HEADER);
            frame.put(live.data().duplicate());
            ship(Frame.Type.LIVE, live.id(), 0, live.data().remaining());
        }
        sent.put(segment.id(), new Sent(segment, (int) crc.getValue()));
        zstd.sent(segment.bytes());
    }

    private void chunk(Segment.Chunk chunk) throws IOException, InterruptedException {
        Entry entry = chunk.file().source().entry();
        int meta = EntryCodec.length(entry) + 8;
        frame.clear().position(Frame.HEADER);
        EntryCodec.put(frame, entry);
        frame.putLong(chunk.offset());
        long start = System.nanoTime();
        int from = frame.position();
        frame.limit(from + chunk.length());
        chunk.file().read(frame, chunk.offset());
        progress.spent(Stage.READ, System.nanoTime() - start);
        if (isZero(from, chunk.length())) {
            crc(from, chunk.length());
            Frame.seal(frame, from, Frame.Type.HOLE, 0, meta, chunk.id(), chunk.length(), (int) crc.getValue());
            put(frame);
            return;
        }
        ship(Frame.Type.CHUNK, chunk.id(), meta, chunk.length());
    }

    private boolean isZero(int from, int length) {
        for (int at = 0; at < length; at += Zeros.BLOCK) {
            if (!Zeros.isZero(frame, from + at, Math.min(Zeros.BLOCK, length - at))) {
                return false;
            }
        }
        return true;
    }

    private void batch(Segment.Batch batch) throws IOException, InterruptedException {
        frame.clear().position(Frame.HEADER);
        long start = System.nanoTime();
        for (SourceEntry source : batch.entries()) {
            Entry entry = source.entry();
            EntryCodec.put(frame, entry);
            if (entry.kind() != Entry.Kind.FILE) {
                continue;
            }
            try (FileChannel file = source.open()) {
                int end = frame.position() + (int) entry.size();
                frame.limit(end);
                read(source, file);
                frame.limit(frame.capacity());
            }
            source.verify();
        }
        progress.spent(Stage.READ, System.nanoTime() - start);
        ship(Frame.Type.BATCH, batch.id(), 0, frame.position() - Frame.HEADER);
    }

    private void read(SourceEntry source, FileChannel file) throws IOException {
        try {
            while (frame.hasRemaining()) {
                if (file.read(frame) < 0) {
                    throw source.changed();
                }
            }
        } catch (IOException e) {
            throw source.failed(e);
        }
    }

    private void crc(int from, int length) {
        crc.reset();
        crc.update(frame.slice(from, length));
    }

    /** Sends what stands in the frame buffer behind header and meta. */
    private void ship(Frame.Type type, long id, int meta, int length) throws IOException, InterruptedException {
        int from = Frame.HEADER + meta;
        crc(from, length);
        long start = System.nanoTime();
        packed.clear();
        int size = zstd.compress(frame, from, length, packed, from);
        progress.spent(Stage.COMPRESS, System.nanoTime() - start);
        ByteBuffer out = frame;
        if (size >= 0) {
            packed.put(Frame.HEADER, frame, Frame.HEADER, meta);
            out = packed;
        }
        Frame.seal(out, from + (size < 0 ? length : size), type, size < 0 ? 0 : Frame.ZSTD, meta, id, length, (int)
                crc.getValue());
        put(out);
    }

    private void put(ByteBuffer out) throws IOException, InterruptedException {
        int length = out.remaining();
        limit.take(length);
        channel.write(out);
        progress.wire(length);
        spokenNs = System.nanoTime();
    }

    void say(Frame.Type type, String text) throws IOException {
        channel.write(Frame.text(type, text));
        spokenNs = System.nanoTime();
    }

    /**
     * Tells why the transfer failed; waits until the joiner, which may have segments to write before that, has answered.
     *
     * @return whether it has heard it
     */
    boolean abort(String text, Duration limit) {
        try {
            say(Frame.Type.ABORT, text);
            long deadline = System.nanoTime() + limit.toNanos();
            while (channel.await(Frame.HEADER, Math.min(deadline, System.nanoTime() + QUIET_NS))) {
                int length = Frame.length(channel.received());
                channel.await(length);
                ByteBuffer in = channel.received();
                int end = in.position() + length;
                Frame.Type type = Frame.header(in).type();
                if (type == Frame.Type.FAIL || type == Frame.Type.DONE) {
                    return true;
                }
                in.position(end);
            }
            return false;
        } catch (IOException e) {
            return false; // it has gone
        }
    }

    /** What came before a connection broke: the joiner may have said why it gave up. */
    void hearLast(SegmentQueue queue) throws TransferException {
        try {
            listen(queue, System.nanoTime());
        } catch (TransferException e) {
            throw e;
        } catch (IOException e) {
            heardNs = System.nanoTime(); // nothing
        }
    }

    /** Keeps a connection alive that has nothing to send. */
    void alive(Duration silence) throws IOException {
        if (System.nanoTime() - nextAliveNs(silence) >= 0) {
            say(Frame.Type.ALIVE, "");
        }
    }

    /** When this end has to say again that it is there. */
    long nextAliveNs(Duration silence) {
        return spokenNs + Math.min(MOST_SILENT_NS, silence.toNanos() / 3);
    }

    /** Ends a wait in {@link #listen}; any thread. */
    void wakeUp() {
        channel.wakeUp();
    }

    /** Fails if segments are on their way and the joiner has long acknowledged none. */
    void checkSilence(Duration limit) throws IOException {
        if (!sent.isEmpty() && System.nanoTime() - heardNs > limit.toNanos()) {
            throw new IOException("nothing came from the joiner for " + DurationText.of(limit));
        }
    }

    /** Hears acknowledgements until a time or {@link #wakeUp}, at least those that are there. */
    void listen(SegmentQueue queue, long untilNs) throws IOException {
        boolean first = true;
        while (channel.awaitUnlessWoken(Frame.HEADER, first ? untilNs : System.nanoTime())) {
            first = false;
            heardNs = System.nanoTime();
            int length = Frame.length(channel.received());
            channel.await(length);
            ByteBuffer in = channel.received();
            Header header = Frame.header(in);
            byte[] text = new byte[length - Frame.HEADER];
            in.get(text);
            switch (header.type()) {
                case ACK -> acknowledged(header.segment(), queue);
                case ALIVE -> progress.moved(); // it brings to disk what it has
                case DONE -> done = true;
                case FAIL ->
                    throw new TransferException(
                            TransferException.Reason.PEER_FAILED, "the joiner gave up: " + Frame.words(text));
                default -> throw Frame.protocol("a joiner sends no " + header.type());
            }
            if (done) {
                return;
            }
        }
    }

    private void acknowledged(long id, SegmentQueue queue) throws IOException {
        Sent known = sent.remove(id);
        if (known == null) {
            throw Frame.protocol("it acknowledges what was not sent");
        }
        // First counted, then safe: the one who sees that all is safe writes the manifest.
        long bytes = known.segment.bytes(); // a piece of a live stream is used again as soon as it is safe
        count(known.segment, known.crc);
        queue.acknowledge(known.segment);
        progress.done(bytes);
    }

    private void count(Segment segment, int checksum) {
        if (segment instanceof Segment.Batch batch) {
            for (SourceEntry source : batch.entries()) {
                content.entry(source.entry());
            }
            content.piece(Segment.NO_FILE, segment.id(), 0, checksum);
        } else if (segment instanceof Segment.Chunk chunk) {
            Entry entry = chunk.file().source().entry();
            if (chunk.offset() == 0) {
                content.entry(entry);
            }
            content.piece(entry.name(), chunk.offset(), chunk.length(), checksum);
        } else {
            content.piece(Segment.NO_FILE, segment.id(), (int) segment.bytes(), checksum);
        }
    }

    boolean isDone() {
        return done;
    }

    @Override
    public void close() {
        channel.close();
        zstd.close();
    }
}
