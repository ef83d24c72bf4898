package io.dromon.sst.stream;

import io.dromon.sst.Progress;
import io.dromon.sst.SnapshotJoiner;
import io.dromon.sst.SnapshotTarget;
import io.dromon.sst.Token;
import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.TransferListener;
import io.dromon.sst.TransferSettings;
import io.dromon.sst.archive.ArchiveException;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.Staging;
import io.dromon.sst.channel.AcceptLoop;
import io.dromon.sst.channel.DurationText;
import io.dromon.sst.channel.Frame;
import io.dromon.sst.channel.Frame.Header;
import io.dromon.sst.channel.ProgressCounters;
import io.dromon.sst.channel.Proof;
import io.dromon.sst.channel.Refusals;
import io.dromon.sst.channel.TlsChannel;
import io.dromon.sst.tunnel.TunnelAddress;
import io.dromon.transport.link.HalfOpen;
import io.dromon.transport.tls.TlsContexts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The taking end of method {@code stream}: one transfer. Listens from {@link #listen} on; {@link #await} returns when
 * the snapshot is in place. Unauthenticated connections are told nothing, cost a thread for the handshake time at most,
 * and do not end the wait.
 */
public final class StreamJoiner implements SnapshotJoiner {
    private static final long LINGER_MS = 3000;
    /** A donor without a connection comes again for the reason of a failure within this time, or not at all. */
    private static final long TELL_MS = 1500;

    private static final long QUIET_NS = 1_000_000_000L;
    private static final long LAST_WORD_NS = 5 * QUIET_NS;

    private final ServerSocketChannel server;
    private final TlsContexts contexts;
    private final Token token;
    private final TransferSettings settings;
    private final TransferListener listener;
    private final ProgressCounters progress = new ProgressCounters();
    private final SegmentApplier intake;
    private final byte[] session = Proof.random(Proof.SESSION);
    private final HalfOpen<Thread> halfOpen = AcceptLoop.halfOpen();
    private final Refusals refusals;
    private final AtomicInteger proven = new AtomicInteger();
    private final AtomicReference<Proof.@Nullable Party> donor = new AtomicReference<>();
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
    private final AtomicReference<@Nullable Manifest> result = new AtomicReference<>();
    private final Set<Thread> threads = new HashSet<>();
    private volatile boolean closing;
    private volatile boolean heard;
    private volatile boolean told;
    private boolean committing;

    private StreamJoiner(
            ServerSocketChannel server,
            TlsContexts contexts,
            Token token,
            TransferSettings settings,
            SnapshotTarget receiver,
            TransferListener listener)
            throws IOException {
        this.server = server;
        this.contexts = contexts;
        this.token = token;
        this.settings = settings;
        this.listener = listener;
        this.refusals = new Refusals(listener, contexts);
        this.intake = new SegmentApplier(receiver, progress);
        intake.warning().ifPresent(listener::note);
    }

    /**
     * Begins to listen. The target is locked until {@link #close}.
     *
     * @param address port 0 for any
     * @param contexts this end's certificate and trust; stays open
     * @param token for the one donor
     */
    public static StreamJoiner listen(
            InetSocketAddress address,
            TlsContexts contexts,
            Token token,
            TransferSettings settings,
            SnapshotTarget receiver,
            TransferListener listener)
            throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            AcceptLoop.bind(server, address);
            StreamJoiner joiner = new StreamJoiner(server, contexts, token, settings, receiver, listener);
            joiner.start("sst-joiner-listen", AcceptLoop.of(server, joiner::accepted, listener));
            return joiner;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Where it listens. */
    @Override
    public InetSocketAddress address() throws IOException {
        return (InetSocketAddress) server.getLocalAddress();
    }

    /** The counters, live. */
    @Override
    public Progress progress() {
        return progress;
    }

    /**
     * Waits for the snapshot.
     *
     * @throws TransferException if it did not come whole within the times; the old state is then untouched
     */
    @Override
    public Manifest await() throws IOException, InterruptedException {
        long begun = System.nanoTime();
        synchronized (this) {
            while (result.get() == null && failure.get() == null) {
                long now = System.nanoTime();
                if (closing && !committing) {
                    throw new TransferException(Reason.CANCELLED, "cancelled");
                }
                if (committing) {
                    wait(100);
                } else if (!heard && now - begun > settings.first().toNanos()) {
                    fail(new TransferException(
                            Reason.IDLE,
                            "no donor came within " + DurationText.of(settings.first()) + " (sst-initial-timeout)"));
                } else if (heard && progress.sinceMovedNs() > settings.idle().toNanos()) {
                    fail(new TransferException(
                            Reason.IDLE, "nothing came for " + DurationText.of(settings.idle()) + " (idle time)"));
                } else if (now - begun > settings.total().toNanos()) {
                    fail(new TransferException(
                            Reason.TOO_LONG,
                            "the transfer took longer than " + DurationText.of(settings.total()) + " (total time)"));
                } else {
                    wait(100);
                }
            }
        }
        Manifest manifest = result.get();
        if (manifest != null) {
            linger();
            return manifest;
        }
        tell();
        IOException failed = failure.get();
        throw failed == null ? new IOException("failed") : failed;
    }

    /** A donor whose connections have all broken comes again, and hears why there is nothing to come for. */
    private void tell() throws InterruptedException {
        boolean knows = failure.get() instanceof TransferException known && known.reason() == Reason.PEER_FAILED;
        long until = System.nanoTime() + TELL_MS * 1_000_000;
        synchronized (this) {
            while (heard && !told && !knows && !closing && System.nanoTime() < until) {
                wait(20);
            }
        }
    }

    /** If the connection broke under the word DONE, the donor comes again for it. */
    private void linger() throws InterruptedException {
        long until = System.nanoTime() + LINGER_MS * 1_000_000;
        synchronized (this) {
            while (proven.get() > 0 && System.nanoTime() < until) {
                wait(20);
            }
        }
    }

    /** Ends a transfer that is not over; {@link #await} then fails. */
    @Override
    public void cancel() {
        fail(new TransferException(Reason.CANCELLED, "cancelled at the joiner"));
    }

    private synchronized void fail(IOException e) {
        if (!committing) { // else it is too late to fail, except for the commit itself
            failure.compareAndSet(null, e);
        }
        notifyAll();
    }

    private synchronized void beginCommit() throws IOException {
        IOException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
        committing = true;
    }

    private synchronized void endCommit(@Nullable Manifest manifest) {
        if (manifest == null) {
            committing = false;
        } else {
            result.set(manifest);
        }
        notifyAll();
    }

    /** Stops listening, ends what runs, and removes what is not whole. */
    @Override
    public void close() throws IOException {
        closing = true;
        server.close();
        List<Thread> all;
        synchronized (threads) {
            all = List.copyOf(threads);
        }
        try {
            if (failure.get() != null) {
                long until = System.nanoTime() + LAST_WORD_NS; // they tell the donor why
                for (Thread thread : all) {
                    thread.join(Math.max(1, (until - System.nanoTime()) / 1_000_000));
                }
            }
            for (Thread thread : all) {
                thread.interrupt();
            }
            for (Thread thread : all) {
                thread.join(10_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        intake.close(); // waits for a commit
    }

    private void start(String name, Runnable work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } finally {
                        synchronized (threads) {
                            threads.remove(Thread.currentThread());
                        }
                    }
                },
                name);
        thread.setDaemon(true);
        synchronized (threads) {
            threads.add(thread);
        }
        thread.start();
    }

    // ---- on the thread that listens

    private void accepted(SocketChannel socket) {
        if (proven.get() >= TransferSettings.MOST_STREAMS) {
            quietlyClose(socket);
            return;
        }
        start("sst-joiner-connection", () -> serve(socket));
    }

    private static void quietlyClose(SocketChannel socket) {
        try {
            socket.close();
        } catch (IOException e) {
            Thread.onSpinWait(); // it is gone
        }
    }

    // ---- on the thread of a connection

    private void serve(SocketChannel socket) {
        InetSocketAddress peer = (InetSocketAddress) socket.socket().getRemoteSocketAddress();
        boolean admitted = false;
        halfOpen.enter(peer.getAddress(), Thread.currentThread());
        try (TlsChannel channel = TlsChannel.over(
                socket, contexts, true, progress, settings.handshake().toNanos())) {
            try {
                long deadline = System.nanoTime() + settings.handshake().toNanos();
                channel.handshake(settings.handshake().toNanos());
                Proof.joiner(channel, token, session, deadline, this::admit);
                admitted = true;
            } finally {
                halfOpen.leave(Thread.currentThread());
            }
            proven.incrementAndGet();
            try {
                heard();
                channel.idleNs(settings.silence().toNanos());
                receive(channel);
            } finally {
                proven.decrementAndGet();
            }
        } catch (InterruptedException | java.io.InterruptedIOException e) {
            ended(peer, admitted, e);
        } catch (IOException | RuntimeException | Error e) {
            refused(peer, admitted, e);
        } finally {
            halfOpen.leave(Thread.currentThread());
            synchronized (this) {
                notifyAll();
            }
        }
    }

    private void ended(InetSocketAddress peer, boolean admitted, Exception e) {
        if (admitted) {
            listener.note("the connection of " + TunnelAddress.of(peer) + " was ended (" + e.getMessage() + ")");
        } else if (!closing) {
            refusals.refused(peer, Refusals.unproven(e));
        }
    }

    private void refused(InetSocketAddress peer, boolean admitted, Throwable e) {
        if (!admitted) {
            refusals.refused(peer, e);
        } else if (e instanceof ArchiveException) {
            fail(new TransferException(Reason.TARGET, String.valueOf(e.getMessage()), e));
        } else if (e instanceof TransferException known) {
            fail(known);
        } else if (e instanceof RuntimeException || e instanceof Error) {
            fail(new IOException("a bug: " + e, e));
        } else if (!closing && result.get() == null) {
            progress.reconnected();
            listener.note("the connection of " + TunnelAddress.of(peer) + " broke: " + e.getMessage());
        }
    }

    private boolean admit(Proof.Party newcomer) {
        Proof.Party known = donor.updateAndGet(now -> now == null ? newcomer : now);
        return known != null && known.is(newcomer); // after a failure as well: it is told why
    }

    private void heard() {
        if (!heard) {
            heard = true;
            progress.moved();
            listener.started(progress);
        }
    }

    private void receive(TlsChannel channel) throws IOException, InterruptedException {
        ByteBuffer ack = ByteBuffer.allocateDirect(Frame.HEADER);
        long silenceNs = settings.silence().toNanos();
        try (SegmentApplier.Tools tools = new SegmentApplier.Tools()) {
            long heardNs = System.nanoTime();
            while (true) {
                IOException failed = failure.get();
                if (failed != null) {
                    giveUp(channel, failed);
                    return;
                }
                if (!channel.await(Frame.HEADER, System.nanoTime() + 200_000_000L)) {
                    if (System.nanoTime() - heardNs > silenceNs) {
                        throw new IOException("nothing came over it for " + DurationText.of(settings.silence()));
                    }
                    continue;
                }
                heardNs = System.nanoTime();
                int length = Frame.length(channel.received());
                channel.await(length);
                ByteBuffer in = channel.received();
                int end = in.position() + length;
                Header header = Frame.header(in);
                progress.wire(length);
                switch (header.type()) {
                    case BATCH, CHUNK, HOLE, LIVE -> {
                        apply(header, in, tools);
                        ack.clear();
                        Frame.seal(ack, Frame.HEADER, Frame.Type.ACK, 0, 0, header.unit(), 0, 0);
                        in.position(end);
                        channel.write(ack);
                        continue;
                    }
                    case BEGIN -> intake.begin(Frame.words(text(in, header)));
                    case ALIVE -> progress.moved();
                    case MANIFEST -> commit(channel, in, header);
                    case ABORT -> throw aborted(channel, in, header);
                    default -> throw Frame.protocol("a donor sends no " + header.type());
                }
                in.position(end);
            }
        } catch (IOException e) {
            boolean ownFault = e instanceof ArchiveException
                    || (e instanceof TransferException known && known.reason() != Reason.PEER_FAILED);
            if (ownFault) {
                fail(
                        e instanceof ArchiveException
                                ? new TransferException(Reason.TARGET, String.valueOf(e.getMessage()), e)
                                : e);
                giveUp(channel, e);
            } else if (!(e instanceof TransferException)) {
                hearLast(channel); // it may have said why it has gone
            }
            throw e;
        }
    }

    /** What the donor said last; it is told that this was heard. */
    private static TransferException aborted(TlsChannel channel, ByteBuffer in, Header header)
            throws TransferException {
        String why = "the donor gave up: " + Frame.words(text(in, header));
        try {
            say(channel, Frame.Type.FAIL, why);
        } catch (IOException e) {
            Thread.onSpinWait(); // it says it again, or not
        }
        return new TransferException(Reason.PEER_FAILED, why);
    }

    /** What was said before a connection broke stands behind units that will come again, or will not. */
    private static void hearLast(TlsChannel channel) throws TransferException {
        try {
            long deadline = System.nanoTime() + QUIET_NS;
            while (channel.await(Frame.HEADER, deadline)) {
                int length = Frame.length(channel.received());
                if (!channel.await(length, deadline)) {
                    return;
                }
                ByteBuffer in = channel.received();
                int end = in.position() + length;
                Header header = Frame.header(in);
                if (header.type() == Frame.Type.ABORT) {
                    throw aborted(channel, in, header);
                }
                in.position(end);
            }
        } catch (TransferException e) {
            throw e;
        } catch (IOException e) {
            Thread.onSpinWait(); // that was all
        }
    }

    private void giveUp(TlsChannel channel, IOException why) throws IOException {
        say(channel, Frame.Type.FAIL, String.valueOf(why.getMessage()));
        if (channel.drain(QUIET_NS, LAST_WORD_NS)) {
            told = true;
        }
    }

    /** What goes wrong here is the joiner's fault, not the connection's. */
    private void apply(Header header, ByteBuffer in, SegmentApplier.Tools tools)
            throws IOException, InterruptedException {
        try {
            intake.apply(header, in, tools);
        } catch (ArchiveException | TransferException | java.io.InterruptedIOException e) {
            throw e;
        } catch (java.nio.channels.ClosedByInterruptException e) {
            throw new java.io.InterruptedIOException("stopped");
        } catch (IOException e) {
            throw target(e);
        }
    }

    private static IOException target(IOException e) {
        IOException named = Staging.named(e);
        return named instanceof ArchiveException
                ? named
                : new TransferException(Reason.TARGET, "the joiner cannot write: " + e.getMessage(), e);
    }

    private static byte[] text(ByteBuffer in, Header header) throws TransferException {
        if (header.metaLength() > 8192) {
            throw Frame.protocol("a long text");
        }
        byte[] text = new byte[header.metaLength()];
        in.get(in.position(), text);
        return text;
    }

    private static void say(TlsChannel channel, Frame.Type type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        channel.write(Frame.message(type, 0, bytes.length > 8192 ? java.util.Arrays.copyOf(bytes, 8192) : bytes));
    }

    private void commit(TlsChannel channel, ByteBuffer in, Header header) throws IOException, InterruptedException {
        byte[] text = text(in, header);
        beginCommit();
        AtomicReference<@Nullable Manifest> manifest = new AtomicReference<>();
        AtomicReference<@Nullable Exception> trouble = new AtomicReference<>();
        Thread worker = new Thread(
                () -> {
                    try {
                        manifest.set(intake.commit(text));
                    } catch (IOException | InterruptedException | RuntimeException e) {
                        trouble.set(e);
                    }
                },
                "sst-joiner-commit");
        worker.setDaemon(true);
        worker.start();
        try {
            while (worker.isAlive()) { // bringing it to disk can take longer than the idle time
                worker.join(500);
                progress.moved();
                if (worker.isAlive()) {
                    sayAlive(channel);
                }
            }
        } catch (InterruptedException e) {
            worker.join(); // too late to stop: it is known in a moment whether it counts
            Thread.currentThread().interrupt();
        }
        Exception failed = trouble.get();
        endCommit(failed == null ? manifest.get() : null);
        if (failed instanceof ArchiveException known) {
            throw known;
        }
        if (failed instanceof TransferException known) {
            throw known;
        }
        if (failed != null) {
            throw target(failed instanceof IOException io ? io : new IOException(failed));
        }
        say(channel, Frame.Type.DONE, "");
    }

    private static void sayAlive(TlsChannel channel) {
        try {
            say(channel, Frame.Type.ALIVE, "");
        } catch (IOException e) {
            // The donor comes again, or not: what is whole counts.
            Thread.onSpinWait();
        }
    }
}
