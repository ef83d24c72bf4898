package io.dromon.sst.stream;

import io.dromon.sst.Progress;
import io.dromon.sst.SnapshotJoiner;
import io.dromon.sst.SnapshotMethod.Terms;
import io.dromon.sst.SnapshotTarget;
import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.TransferListener;
import io.dromon.sst.archive.ArchiveException;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.channel.AuthenticatingListener;
import io.dromon.sst.channel.ProgressCounters;
import io.dromon.sst.channel.Proof;
import io.dromon.sst.channel.TlsChannel;
import io.dromon.sst.channel.TransferThreads;
import io.dromon.sst.tunnel.TunnelAddress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The taking end of method {@code stream}: one transfer. Listens from {@link #listen} on; {@link #await} returns when
 * the snapshot is in place. Each connection of the donor is a {@link JoinerConnection} on a thread of its own.
 */
final class StreamJoiner implements SnapshotJoiner {
    /** The donor may reconnect within this time to learn that the commit succeeded. */
    private static final Duration LINGER = Duration.ofSeconds(3);
    /** A donor without a connection reconnects within this time to learn why the transfer failed, or not at all. */
    private static final Duration RECONNECT = Duration.ofMillis(1500);

    /** Connections may take so long to tell the donor why the transfer failed. */
    private static final Duration FAILURE_NOTICE = JoinerConnection.FAILURE_NOTICE;

    private static final Duration END_OF_THREADS = Duration.ofSeconds(10);

    private final TransferListener listener;
    private final ProgressCounters progress = new ProgressCounters();
    private final JoinerState state;
    private final SegmentApplier applier;
    private final TransferThreads threads = new TransferThreads();
    private final AtomicReference<Proof.@Nullable Party> donor = new AtomicReference<>();
    private final Terms terms;
    private final AuthenticatingListener server;

    private StreamJoiner(InetSocketAddress address, Terms terms, SnapshotTarget target) throws IOException {
        this.terms = terms;
        this.listener = terms.listener();
        this.state = new JoinerState(terms.settings(), progress);
        this.applier = new SegmentApplier(target, progress);
        applier.warning().ifPresent(listener::note);
        boolean listens = false;
        try {
            this.server =
                    AuthenticatingListener.open(address, terms, progress, threads, this::admit, new Connections());
            listens = true;
        } finally {
            if (!listens) {
                applier.close();
            }
        }
    }

    /**
     * Begins to listen. The target is locked until {@link #close}.
     *
     * @param address port 0 for any
     */
    static StreamJoiner listen(InetSocketAddress address, Terms terms, SnapshotTarget target) throws IOException {
        return new StreamJoiner(address, terms, target);
    }

    @Override
    public InetSocketAddress address() throws IOException {
        return server.address();
    }

    @Override
    public Progress progress() {
        return progress;
    }

    @Override
    public Manifest await() throws IOException, InterruptedException {
        Optional<Manifest> manifest = state.awaitEnd();
        if (manifest.isPresent()) {
            state.awaitNoConnection(LINGER);
            return manifest.get();
        }
        state.awaitDonorTold(RECONNECT);
        throw state.failure().orElseGet(() -> new IOException("failed"));
    }

    @Override
    public void cancel() {
        state.fail(new TransferException(Reason.CANCELLED, "cancelled at the joiner"));
    }

    @Override
    public void close() throws IOException {
        state.closing();
        server.close();
        try {
            if (state.failure().isPresent()) {
                threads.await(FAILURE_NOTICE);
            }
            threads.interrupt();
            threads.await(END_OF_THREADS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        applier.close(); // waits for a commit
    }

    /** Also after a failure: the donor is told why. */
    private boolean admit(Proof.Party newcomer) {
        Proof.Party known = donor.updateAndGet(now -> now == null ? newcomer : now);
        return known != null && known.is(newcomer);
    }

    /** What the donor's connections do, each on its own thread. */
    private final class Connections implements AuthenticatingListener.Handler {
        @Override
        public boolean hasRoom() {
            return state.hasRoom();
        }

        @Override
        public void serve(TlsChannel channel, InetSocketAddress peer) {
            if (state.opened(channel)) {
                listener.started(progress);
            }
            try (channel) {
                new JoinerConnection(channel, terms.settings(), state, applier, progress).receive();
            } catch (InterruptedException | InterruptedIOException e) {
                listener.note("the connection of " + TunnelAddress.of(peer) + " was ended (" + e.getMessage() + ")");
            } catch (IOException | RuntimeException | Error e) {
                failed(peer, e);
            } finally {
                state.closed(channel);
            }
        }

        private void failed(InetSocketAddress peer, Throwable e) {
            if (e instanceof ArchiveException) {
                state.fail(new TransferException(Reason.TARGET, String.valueOf(e.getMessage()), e));
            } else if (e instanceof TransferException known) {
                state.fail(known);
            } else if (e instanceof RuntimeException || e instanceof Error) {
                state.fail(new IOException("a bug: " + e, e));
            } else if (!state.isOver()) {
                progress.reconnected();
                listener.note("the connection of " + TunnelAddress.of(peer) + " broke: " + e.getMessage());
            }
        }
    }
}
