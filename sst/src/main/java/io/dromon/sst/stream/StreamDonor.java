package io.dromon.sst.stream;

import io.dromon.sst.Progress;
import io.dromon.sst.SnapshotSource;
import io.dromon.sst.Token;
import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.TransferListener;
import io.dromon.sst.TransferSettings;
import io.dromon.sst.archive.ArchiveException;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.ManifestBuilder;
import io.dromon.sst.archive.Position;
import io.dromon.sst.archive.SourceTree;
import io.dromon.sst.channel.DurationText;
import io.dromon.sst.channel.Frame;
import io.dromon.sst.channel.JoinerDialler;
import io.dromon.sst.channel.ProgressCounters;
import io.dromon.sst.channel.Proof;
import io.dromon.sst.channel.TlsChannel;
import io.dromon.sst.tunnel.TunnelAddress;
import io.dromon.transport.tls.TlsContexts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The giving end of method {@code stream}: one transfer. {@link #send} runs it; {@link #cancel} ends it from another
 * thread.
 */
public final class StreamDonor {
    private static final String PRODUCER = "sst-producer";
    private static final Duration RETRY = Duration.ofMillis(200);
    private static final int LIVE_AHEAD = 8;
    /** So long the joiner may take to come to the last word. */
    private static final Duration LAST_WORD = Duration.ofSeconds(5);

    private final InetSocketAddress joiner;
    private final JoinerDialler dial;
    private final TransferSettings settings;
    private final TransferListener listener;
    private final ProgressCounters progress = new ProgressCounters();
    private final RateLimit limit;
    private final ManifestBuilder tally = new ManifestBuilder();
    private final byte[] session = Proof.random(Proof.SESSION);
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
    private final AtomicReference<Proof.@Nullable Party> party = new AtomicReference<>();
    private final AtomicBoolean everConnected = new AtomicBoolean();
    private final AtomicBoolean saidThatItWaits = new AtomicBoolean();
    private final AtomicBoolean manifestTaken = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicBoolean told = new AtomicBoolean();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger tlsRefused = new AtomicInteger();
    private volatile boolean finished;

    /**
     * @param joiner where the joiner listens; a name that is not resolved is looked up for each connection
     * @param contexts this end's certificate and trust; stays open
     * @param token from the state request
     */
    public StreamDonor(
            InetSocketAddress joiner,
            TlsContexts contexts,
            Token token,
            TransferSettings settings,
            TransferListener listener) {
        this.joiner = joiner;
        this.dial = new JoinerDialler(joiner, contexts, token);
        this.settings = settings;
        this.listener = listener;
        this.limit = new RateLimit(settings.bytesPerSecond());
    }

    /**
     * Sends a snapshot; returns when the joiner has it on disk and in place.
     *
     * @param position the last event that it holds
     * @throws TransferException if it did not come to that; the joiner then still has its old state, except that
     *     {@link Reason#IDLE} and {@link Reason#UNREACHABLE} after the last byte may leave it unknown
     */
    public Manifest send(SnapshotSource supply, Position position) throws IOException, InterruptedException {
        SourceTree.@Nullable Walk walk = null;
        String announcement;
        SourceTree.Count count = new SourceTree.Count(0, 0);
        if (supply instanceof SnapshotSource.Files files) {
            try {
                SourceTree tree = SourceTree.of(files.source());
                count = tree.count(line -> {});
                announcement = "files " + count.entries() + " " + count.bytes() + " " + position;
                progress.start(count.bytes());
                walk = tree.walk(listener::note);
            } catch (ArchiveException e) {
                fail(new TransferException(Reason.SOURCE, String.valueOf(e.getMessage()), e));
                throw gaveUp();
            }
        } else {
            announcement = "live 0 0 " + position;
            progress.start(0);
        }
        SegmentQueue units = new SegmentQueue(walk, count);
        int streams = supply instanceof SnapshotSource.Live ? 1 : settings.streams();
        try {
            for (int i = 0; i < streams; i++) {
                start("sst-donor-" + i, () -> connectionLoop(units, announcement, position));
            }
            if (supply instanceof SnapshotSource.Live live) {
                start(PRODUCER, () -> produce(live.producer(), units));
            }
            supervise();
        } finally {
            finished = true;
            stopThreads();
            units.close();
        }
        if (failure.get() != null) {
            throw gaveUp();
        }
        return tally.manifest(position);
    }

    /** Why; the joiner hears it too, over a connection of its own if there is no other. */
    private IOException gaveUp() {
        IOException failed = failure.get();
        Optional<String> word = lastWord();
        if (word.isPresent() && !told.get()) {
            try (DonorConnection connection = connect(Optional.empty(), LAST_WORD)) {
                boolean unused = connection.abort(word.get(), LAST_WORD);
            } catch (IOException e) {
                listener.note("the joiner at " + TunnelAddress.of(joiner) + " cannot be told: " + e.getMessage());
            }
        }
        return failed == null ? new IOException("failed") : failed;
    }

    /** What a joiner is told, unless it knows or is not there. */
    private Optional<String> lastWord() {
        IOException failed = failure.get();
        if (failed == null) {
            return Optional.empty();
        }
        Reason reason = failed instanceof TransferException known ? known.reason() : Reason.PROTOCOL;
        return switch (reason) {
            case UNREACHABLE, TLS_REFUSED, TOKEN_REFUSED, PEER_FAILED -> Optional.empty();
            case CANCELLED -> Optional.of(failed.getMessage() + " at the donor");
            default -> Optional.of(String.valueOf(failed.getMessage()));
        };
    }

    private void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        synchronized (threads) {
            threads.add(thread);
        }
        thread.start();
    }

    private void supervise() throws InterruptedException {
        long deadline = System.nanoTime() + settings.total().toNanos();
        synchronized (this) {
            while (!finished && failure.get() == null) {
                long now = System.nanoTime();
                if (now > deadline) {
                    fail(new TransferException(
                            Reason.TOO_LONG,
                            "the transfer took longer than " + DurationText.of(settings.total()) + " (total time)"));
                    return;
                }
                wait(Math.max(1, Math.min(200, (deadline - now) / 1_000_000)));
            }
        }
    }

    private void stopThreads() throws InterruptedException {
        List<Thread> all;
        synchronized (threads) {
            all = List.copyOf(threads);
        }
        if (lastWord().isPresent()) {
            long until = System.nanoTime() + LAST_WORD.toNanos();
            for (Thread thread : all) {
                if (thread.getName().equals(PRODUCER)) {
                    thread.interrupt(); // it has nothing to say
                }
            }
            for (Thread thread : all) {
                thread.join(Math.max(1, (until - System.nanoTime()) / 1_000_000));
            }
        }
        all.forEach(Thread::interrupt);
        for (Thread thread : all) {
            thread.join(5000);
        }
    }

    /** Ends the transfer; {@link #send} then fails. */
    public void cancel() {
        fail(new TransferException(Reason.CANCELLED, "cancelled"));
    }

    private void fail(IOException e) {
        failure.compareAndSet(null, e);
        synchronized (this) {
            notifyAll();
        }
    }

    private void interrupted() {
        if (!finished) {
            fail(new TransferException(Reason.CANCELLED, "interrupted"));
        }
    }

    private void finish() {
        finished = true;
        synchronized (this) {
            notifyAll();
        }
    }

    private boolean isOver() {
        return finished || failure.get() != null;
    }

    /** The counters, live. */
    public Progress progress() {
        return progress;
    }

    // ---- on the threads of the connections

    private void connectionLoop(SegmentQueue units, String announcement, Position position) {
        Object own = new Object();
        try {
            while (!isOver()) {
                DonorConnection connection;
                try {
                    connection = connect(Optional.of(announcement), settings.handshake());
                } catch (IOException e) {
                    connectFailed(e);
                    continue;
                }
                try (connection) {
                    run(connection, own, units, position);
                } catch (ArchiveException e) {
                    throw e;
                } catch (TransferException e) {
                    if (e.reason() != Reason.IDLE) {
                        throw e;
                    }
                    units.again(connection.unacknowledged());
                } catch (IOException e) {
                    units.again(connection.unacknowledged());
                    broken(e);
                }
            }
        } catch (ArchiveException e) {
            fail(new TransferException(Reason.SOURCE, String.valueOf(e.getMessage()), e));
        } catch (IOException e) {
            fail(e);
        } catch (InterruptedException e) {
            interrupted();
        } catch (RuntimeException | Error e) {
            fail(new IOException("a bug: " + e, e));
        }
    }

    private void broken(IOException e) throws InterruptedException {
        if (!isOver()) {
            progress.reconnected();
            listener.note("a connection to " + TunnelAddress.of(joiner) + " broke (" + e.getMessage()
                    + "), it is made again");
            Thread.sleep(RETRY.toMillis());
        }
    }

    private void connectFailed(IOException e) throws IOException, InterruptedException {
        if (e instanceof SSLException && !everConnected.get() && tlsRefused.getAndIncrement() < settings.streams()) {
            Thread.sleep(RETRY.toMillis()); // a flipped bit is one accident, a certificate is refused again
            return;
        }
        if (e instanceof SSLException && !everConnected.get()) {
            throw new TransferException(Reason.TLS_REFUSED, String.valueOf(e.getMessage()), e);
        }
        if (e instanceof TransferException known && known.reason() == Reason.TOKEN_REFUSED) {
            Thread.sleep(RETRY.toMillis());
            if (open.get() == 0) {
                throw known;
            }
            return; // another connection was let in, and will hear what is wrong
        }
        if (e instanceof TransferException known && known.reason() != Reason.IDLE) {
            throw known;
        }
        if (isOver()) {
            return;
        }
        if (progress.sinceMovedNs() > settings.idle().toNanos()) {
            throw new TransferException(
                    everConnected.get() ? Reason.IDLE : Reason.UNREACHABLE,
                    "the joiner at " + TunnelAddress.of(joiner) + " cannot be reached"
                            + (everConnected.get() ? " again for " : " for ") + DurationText.of(settings.idle()) + ": "
                            + e.getMessage(),
                    e);
        }
        if (!everConnected.get() && !saidThatItWaits.getAndSet(true)) {
            listener.note("the joiner at " + TunnelAddress.of(joiner) + " does not answer yet: " + e.getMessage()
                    + "; trying again for " + DurationText.of(settings.idle()));
        }
        Thread.sleep(RETRY.toMillis());
    }

    /** @param announcement none: only for a last word */
    private DonorConnection connect(Optional<String> announcement, Duration within) throws IOException {
        TlsChannel channel = dial.proven(session, this::admit, progress, within);
        boolean kept = false;
        try {
            channel.idleNs(settings.silence().toNanos());
            DonorConnection connection =
                    new DonorConnection(channel, progress, limit, tally, new AdaptiveZstd(settings.compression()));
            if (announcement.isPresent()) {
                connection.say(Frame.Type.BEGIN, announcement.get());
            }
            if (!everConnected.getAndSet(true)) {
                progress.moved();
                listener.started(progress);
            }
            kept = true;
            return connection;
        } finally {
            if (!kept) {
                channel.close();
            }
        }
    }

    /** The first joiner that proves the token is the joiner; one that takes its place has not what was sent before. */
    private boolean admit(Proof.Party found) {
        Proof.Party known = party.updateAndGet(now -> now == null ? found : now);
        return known != null && known.is(found);
    }

    private void run(DonorConnection connection, Object own, SegmentQueue units, Position position)
            throws IOException, InterruptedException {
        boolean toldAll = false;
        open.incrementAndGet();
        try {
            while (!isOver()) {
                Segment unit = connection.hasRoom() ? units.next(own) : null;
                if (unit != null) {
                    connection.send(unit);
                    connection.listen(units, System.nanoTime());
                } else if (units.isDone() && (toldAll || manifestTaken.compareAndSet(false, true))) {
                    if (!toldAll) {
                        toldAll = true;
                        connection.say(
                                Frame.Type.MANIFEST, tally.manifest(position).print());
                    }
                    connection.listen(units, System.nanoTime() + 100_000_000L);
                    connection.alive(settings.silence());
                } else {
                    boolean waits = !connection.unacknowledged().isEmpty();
                    if (!waits) {
                        units.pause(20);
                    }
                    connection.listen(units, System.nanoTime() + (waits ? 50_000_000L : 0));
                    connection.alive(settings.silence());
                }
                if (connection.isDone()) {
                    finish();
                    return;
                }
                connection.checkSilence(settings.silence());
                checkIdle();
            }
        } catch (ArchiveException e) {
            fail(new TransferException(Reason.SOURCE, String.valueOf(e.getMessage()), e));
            throw e;
        } catch (TransferException e) {
            fail(e);
            throw e;
        } catch (IOException e) {
            connection.hearLast(units); // it may have said why it has gone
            throw e;
        } finally {
            open.decrementAndGet();
            if (toldAll && !connection.isDone()) {
                manifestTaken.set(false); // the next connection tells it again
            }
            Optional<String> word = lastWord();
            if (word.isPresent() && connection.abort(word.get(), LAST_WORD)) {
                told.set(true);
            }
        }
    }

    private void checkIdle() throws TransferException {
        // Silence of the joiner: what it must say at least is ALIVE.
        if (progress.sinceMovedNs() > settings.idle().toNanos() && !isOver()) {
            throw new TransferException(
                    Reason.TOO_LONG,
                    "nothing moved for " + DurationText.of(settings.idle()) + " (idle time); the transfer is given up");
        }
    }

    private void produce(SnapshotSource.Producer producer, SegmentQueue units) {
        try (LiveChannel out = new LiveChannel(units)) {
            producer.produce(out);
            out.flush();
            units.end();
        } catch (IOException e) {
            fail(new TransferException(Reason.SOURCE, String.valueOf(e.getMessage()), e));
        } catch (InterruptedException e) {
            interrupted();
        } catch (RuntimeException | Error e) {
            fail(new IOException("a bug of the source: " + e, e));
        }
    }

    /** Cuts what a producer writes into units. */
    private static final class LiveChannel implements WritableByteChannel {
        private final SegmentQueue units;
        private ByteBuffer piece;
        private boolean closed;

        LiveChannel(SegmentQueue units) {
            this.units = units;
            this.piece = units.piece();
        }

        @Override
        public int write(ByteBuffer data) throws IOException {
            if (closed) {
                throw new ClosedChannelException();
            }
            int length = data.remaining();
            while (data.hasRemaining()) {
                int count = Math.min(piece.remaining(), data.remaining());
                piece.put(data.duplicate().limit(data.position() + count));
                data.position(data.position() + count);
                if (!piece.hasRemaining()) {
                    flush();
                }
            }
            return length;
        }

        void flush() throws IOException {
            if (piece.position() == 0) {
                return;
            }
            try {
                units.offer(piece.flip(), LIVE_AHEAD);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new java.io.InterruptedIOException("the transfer ended");
            }
            piece = units.piece();
        }

        @Override
        public boolean isOpen() {
            return !closed;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
