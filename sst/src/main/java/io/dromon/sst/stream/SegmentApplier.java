package io.dromon.sst.stream;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.dromon.sst.Progress.Stage;
import io.dromon.sst.SnapshotTarget;
import io.dromon.sst.TransferException;
import io.dromon.sst.archive.ArchiveException;
import io.dromon.sst.archive.Blocks;
import io.dromon.sst.archive.Entry;
import io.dromon.sst.archive.EntryName;
import io.dromon.sst.archive.Limits;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.ManifestBuilder;
import io.dromon.sst.archive.Staging;
import io.dromon.sst.archive.Staging.StagedFile;
import io.dromon.sst.channel.Frame;
import io.dromon.sst.channel.Frame.Header;
import io.dromon.sst.channel.ProgressCounters;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Writes received segments into the staging folder, or to the consumer of a live stream. Safe for threads. */
final class SegmentApplier implements AutoCloseable {
    private static final int MOST_OPEN_FILES = 1024;

    private final SnapshotTarget target;
    private final @Nullable Staging staging;
    private final ProgressCounters progress;
    private final ManifestBuilder content = new ManifestBuilder();
    private final ReceivedSegments log = new ReceivedSegments();
    private final Map<EntryName, Growing> growing = new HashMap<>();
    private long nextLive;
    private @Nullable Position position;
    private @Nullable Manifest committed;

    private record Growing(StagedFile file, AtomicLong missing) {}

    SegmentApplier(SnapshotTarget target, ProgressCounters progress) throws IOException {
        this.target = target;
        this.progress = progress;
        this.staging = target instanceof SnapshotTarget.Directory directory
                ? Staging.open(directory.target(), directory.limits())
                : null;
    }

    /** {@link Staging#warning}. */
    Optional<String> warning() {
        return staging == null ? Optional.empty() : staging.warning();
    }

    /** {@code KIND ENTRIES BYTES POSITION}; each connection says the same. */
    synchronized void begin(String text) throws IOException {
        String[] words = text.split(" ", -1);
        try {
            if (words.length != 4) {
                throw Frame.protocol("a BEGIN that is none");
            }
            boolean live = words[0].equals("live");
            if (live != (target instanceof SnapshotTarget.Live)) {
                throw Frame.protocol(live ? "a live stream for a directory" : "files where a live stream is expected");
            }
            Position told = Position.parse(words[3]);
            if (position != null && !position.equals(told)) {
                throw Frame.protocol("another position than before");
            }
            Limits announced = new Limits(Long.parseLong(words[1]), Long.parseLong(words[2]));
            if (position == null) {
                position = told;
                progress.start(announced.bytes());
                if (staging != null) {
                    staging.announce(announced);
                }
            }
        } catch (IllegalArgumentException e) {
            throw Frame.protocol("a BEGIN that is none");
        }
    }

    /** Buffers of one connection. */
    static final class Buffers implements AutoCloseable {
        private final ByteBuffer unpacked = ByteBuffer.allocateDirect(Frame.MOST_DATA);
        private @Nullable ZstdDecompressCtx zstd;
        private final CRC32C crc = new CRC32C();

        /** Made when it is needed first: loading the library takes time. */
        private ZstdDecompressCtx zstd() {
            ZstdDecompressCtx made = zstd;
            if (made == null) {
                made = new ZstdDecompressCtx();
                zstd = made;
            }
            return made;
        }

        @Override
        public void close() {
            if (zstd != null) {
                zstd.close();
            }
        }
    }

    /** Applies a segment whose frame stands behind {@code header} in the buffer, unless it is here already. */
    void apply(Header header, ByteBuffer in, Buffers buffers) throws IOException, InterruptedException {
        if (position == null) {
            throw Frame.protocol("segments before BEGIN");
        }
        if (!log.claim(header.segment())) {
            return;
        }
        boolean applied = false;
        try {
            int meta = in.position();
            int from = meta + header.metaLength();
            int length = header.length() - Frame.HEADER - header.metaLength();
            ByteBuffer head = in.slice(meta, header.metaLength());
            ByteBuffer data =
                    header.type() == Frame.Type.HOLE ? zeros(header, buffers) : data(header, in, from, length, buffers);
            buffers.crc.reset();
            buffers.crc.update(data.duplicate());
            if ((int) buffers.crc.getValue() != header.crc()) {
                throw Frame.protocol("the checksum of a segment is wrong");
            }
            long start = System.nanoTime();
            switch (header.type()) {
                case BATCH -> batch(header, data);
                case LIVE -> live(header, data);
                default -> chunk(header, head, data);
            }
            progress.spent(Stage.WRITE, System.nanoTime() - start);
            applied = true;
        } finally {
            if (applied) {
                log.applied(header.segment());
            } else {
                log.failed(header.segment());
            }
        }
    }

    private static ByteBuffer zeros(Header header, Buffers buffers) {
        for (int i = 0; i < header.rawLength(); i++) {
            buffers.unpacked.put(i, (byte) 0);
        }
        return buffers.unpacked.slice(0, header.rawLength());
    }

    private ByteBuffer data(Header header, ByteBuffer in, int from, int length, Buffers buffers) throws IOException {
        if ((header.flags() & Frame.ZSTD) == 0) {
            if (length != header.rawLength()) {
                throw Frame.protocol("a segment of another length than it says");
            }
            return in.slice(from, length);
        }
        long start = System.nanoTime();
        try {
            int size = buffers.zstd()
                    .decompressDirectByteBuffer(buffers.unpacked, 0, header.rawLength(), in, from, length);
            if (size != header.rawLength()) {
                throw Frame.protocol("a segment of another length than it says");
            }
        } catch (ZstdException e) {
            throw Frame.protocol("a segment that cannot be decompressed");
        }
        progress.spent(Stage.DECOMPRESS, System.nanoTime() - start);
        return buffers.unpacked.slice(0, header.rawLength());
    }

    private void batch(Header header, ByteBuffer data) throws IOException {
        Staging folder = folder();
        long bytes = 0;
        while (data.hasRemaining()) {
            Entry entry = EntryCodec.read(data);
            switch (entry.kind()) {
                case DIRECTORY -> folder.directory(entry);
                case LINK -> folder.link(entry);
                case FILE -> {
                    if (entry.size() > data.remaining()) {
                        throw Frame.protocol("a cut file in a batch");
                    }
                    int end = data.position() + (int) entry.size();
                    try (StagedFile file = folder.create(entry)) {
                        if (entry.size() == 0
                                || Blocks.writeSparse(
                                        file.channel(), data.duplicate().limit(end), 0)) {
                            file.finishWhole();
                        } else {
                            file.finish();
                        }
                    }
                    data.position(end);
                    bytes += entry.size();
                }
            }
            content.entry(entry);
        }
        content.piece(Segment.NO_FILE, header.segment(), 0, header.crc());
        progress.done(bytes);
    }

    private void chunk(Header header, ByteBuffer head, ByteBuffer data) throws IOException {
        Entry entry = EntryCodec.read(head);
        if (head.remaining() != 8 || entry.kind() != Entry.Kind.FILE) {
            throw Frame.protocol("a malformed chunk");
        }
        long offset = head.getLong();
        int length = data.remaining();
        if (length == 0 || offset < 0 || offset > entry.size() - length) {
            throw Frame.protocol("a chunk outside of its file");
        }
        Growing file = grow(entry);
        if (header.type() == Frame.Type.CHUNK) {
            boolean unused = Blocks.writeSparse(file.file.channel(), data, offset);
        }
        if (offset == 0) {
            content.entry(entry);
        }
        content.piece(entry.name(), offset, length, header.crc());
        progress.done(length);
        if (file.missing.addAndGet(-length) <= 0) {
            file.file.finish();
            synchronized (growing) {
                growing.remove(entry.name());
            }
        }
    }

    private Growing grow(Entry entry) throws IOException {
        synchronized (growing) {
            Growing known = growing.get(entry.name());
            if (known == null) {
                if (growing.size() >= MOST_OPEN_FILES) {
                    throw Frame.protocol("more than " + MOST_OPEN_FILES + " files at once");
                }
                known = new Growing(folder().create(entry), new AtomicLong(entry.size()));
                growing.put(entry.name(), known);
            } else if (known.file.entry().size() != entry.size()) {
                throw Frame.protocol("chunks of one file that do not fit");
            }
            return known;
        }
    }

    private Staging folder() throws TransferException {
        if (staging == null) {
            throw Frame.protocol("files where a live stream is expected");
        }
        return staging;
    }

    private synchronized void live(Header header, ByteBuffer data) throws IOException {
        if (!(target instanceof SnapshotTarget.Live live)) {
            throw Frame.protocol("a live stream for a directory");
        }
        if (header.segment() != nextLive) {
            throw Frame.protocol("a live stream out of order");
        }
        int length = data.remaining();
        live.consumer().write(data);
        nextLive++;
        content.piece(Segment.NO_FILE, header.segment(), length, header.crc());
        progress.done(length);
    }

    /** The donor says that this is all: checks it, and makes it count; the second time it just says so again. */
    synchronized Manifest commit(byte[] text) throws IOException, InterruptedException {
        Manifest told = Manifest.parse(text);
        if (committed != null) {
            return committed;
        }
        Manifest counted = content.manifest(told.position());
        boolean whole;
        synchronized (growing) {
            whole = growing.isEmpty();
        }
        if (!whole || !told.sameContent(counted) || !told.position().equals(position)) {
            throw new ArchiveException(
                    ArchiveException.Problem.WRONG_MANIFEST,
                    "what arrived is not what the donor sent: " + counted.entries() + " entries and " + counted.bytes()
                            + " bytes instead of " + told.entries() + " and " + told.bytes());
        }
        if (staging != null) {
            staging.commit();
        } else if (target instanceof SnapshotTarget.Live live) {
            live.consumer().commit();
        }
        committed = told;
        return told;
    }

    @Override
    public synchronized void close() throws IOException {
        synchronized (growing) {
            for (Growing file : growing.values()) {
                file.file.close();
            }
            growing.clear();
        }
        if (committed == null && target instanceof SnapshotTarget.Live live) {
            live.consumer().abort();
        }
        if (staging != null) {
            staging.close();
        }
    }
}
