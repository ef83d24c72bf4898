package io.dromon.node.state.snapshot;

import io.dromon.config.Address;
import io.dromon.sst.SnapshotJoiner;
import io.dromon.sst.SnapshotMethod;
import io.dromon.sst.SnapshotTarget;
import io.dromon.sst.SstSettings;
import io.dromon.sst.Token;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.archive.Limits;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.channel.TransferThreads;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsContexts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A joiner's end of one snapshot: {@link #listen} before the state request is sent, {@link #take} when a donor is chosen, and
 * {@link #close} in any case, after the application has restored what came. Safe for threads.
 *
 * <pre>{@code
 * SnapshotTaker taker = SnapshotTaker.listen(settings);
 * Bytes request = new StateRequest(taker.request().encode(), istPart).encode();
 * ... the state request, its donor ...
 * taker.take(listener);        // onTransferred: restore taker.directory(), then close
 * }</pre>
 *
 * How long a donor may take to come, to be silent and to send all is {@code sst-initial-timeout}, {@code idle-timeout} and
 * {@code total-timeout} of {@code [sst]}; a donor that fails tells the group, and the caller then cancels.
 */
public final class SnapshotTaker implements AutoCloseable {
    static final Duration PROGRESS_EVERY = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotTaker.class);

    /** Who has to release what: the thread of the transfer while it runs, else who closes. */
    private enum Stage {
        LISTENING,
        RUNNING,
        ENDED
    }

    private final Path directory;
    private final SnapshotRequest request;
    private final TlsContexts tls;
    private final SnapshotJoiner joiner;
    private final TransferThreads threads = new TransferThreads();
    private Stage stage = Stage.LISTENING;
    private boolean closed;

    private SnapshotTaker(Path directory, SnapshotRequest request, TlsContexts tls, SnapshotJoiner joiner) {
        this.directory = directory;
        this.request = request;
        this.tls = tls;
        this.joiner = joiner;
    }

    /**
     * Begins to listen. Removes what an earlier transfer has left, loads certificates: not for the protocol thread.
     *
     * @throws SnapshotException if no snapshot can be taken here, with the reason and what to do
     */
    public static SnapshotTaker listen(SnapshotSettings settings) throws SnapshotException {
        Optional<String> whyNot =
                settings.whyNotTaken().or(() -> settings.problem(SstSettings.Role.JOINER, settings.method()));
        if (whyNot.isPresent()) {
            throw new SnapshotException(Reason.TARGET, whyNot.get());
        }
        TlsContexts tls = null;
        boolean listens = false;
        try {
            SstSettings sst = settings.settings(SstSettings.Role.JOINER, settings.method(), "");
            tls = sst.contexts();
            SnapshotTaker taker = listen(settings, sst, tls);
            listens = true;
            return taker;
        } catch (IOException | TlsConfigException | RuntimeException e) {
            throw SnapshotException.of("no snapshot can be taken", e, Reason.TARGET);
        } finally {
            if (!listens && tls != null) {
                tls.close();
            }
        }
    }

    private static SnapshotTaker listen(SnapshotSettings settings, SstSettings sst, TlsContexts tls)
            throws IOException {
        Path incoming = settings.incoming();
        TransferDirectory.make(settings.directory());
        Token token = Token.create();
        SnapshotJoiner joiner = settings.method()
                .transport(sst)
                .listen(
                        ReceiveAddress.bind(settings.receive()),
                        new SnapshotMethod.Terms(tls, token, sst.stream(), new TransferLog("taking a snapshot")),
                        new SnapshotTarget.Directory(incoming, Limits.NONE));
        boolean ready = false;
        try {
            TransferDirectory.remove(incoming); // only now it is ours alone; no donor knows the token yet
            Address at = settings.receive().with("", joiner.address().getPort());
            SnapshotRequest request = new SnapshotRequest(settings.method().wireName(), at, token);
            ready = true;
            return new SnapshotTaker(incoming, request, tls, joiner);
        } finally {
            if (!ready) {
                joiner.close();
            }
        }
    }

    /** The SST part of the state request. */
    public SnapshotRequest request() {
        return request;
    }

    /** Where the snapshot is, from {@link SnapshotListener#onTransferred} to {@link #close}. */
    public Path directory() {
        return directory;
    }

    /** How far it is. */
    public SnapshotProgress progress() {
        return SnapshotProgress.of(joiner.progress());
    }

    /**
     * Waits for the donor and receives, on a thread of its own; returns at once. Once only.
     *
     * @param listener hears the end in any case; of a taker that is closed already nothing
     */
    public void take(SnapshotListener listener) {
        synchronized (this) {
            if (closed) {
                return;
            }
            if (stage != Stage.LISTENING) {
                throw new IllegalStateException("a snapshot is taken once");
            }
            stage = Stage.RUNNING;
        }
        threads.start("dromon-sst-taker", () -> run(listener));
    }

    private void run(SnapshotListener listener) {
        Manifest whole = null;
        SnapshotException failure = null;
        try {
            whole = TransferThreads.call(
                    "dromon-sst-receive", joiner::await, PROGRESS_EVERY, () -> TransferLog.tell(listener, progress()));
        } catch (IOException | RuntimeException | Error e) {
            failure = SnapshotException.of(
                    "no snapshot came to " + request.joiner().hostPort() + ", the old state stays", e, Reason.TARGET);
        }
        stopListening();
        if (whole != null && ended()) {
            listener.onTransferred(whole.position());
            return;
        }
        TransferDirectory.removeOrWarn(directory);
        boolean unused = ended();
        listener.onFailure(
                failure != null ? failure : new SnapshotException(Reason.CANCELLED, "cancelled at the joiner"));
    }

    /** Whether the snapshot is still wanted. */
    private synchronized boolean ended() {
        stage = Stage.ENDED;
        return !closed;
    }

    private void stopListening() {
        try {
            joiner.close();
        } catch (IOException | RuntimeException e) {
            LOG.warn("the end of a snapshot's listener: {}", e.toString());
        }
        tls.close();
    }

    /** Ends a transfer that runs, with {@link Reason#CANCELLED}; returns at once. Nothing happens if it has ended. */
    public void cancel() {
        joiner.cancel();
    }

    /**
     * Ends a transfer that runs, which then removes what came, or removes what came whole: the application has taken it, or
     * never will.
     */
    @Override
    public void close() {
        Stage before;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            before = stage;
        }
        switch (before) {
            case LISTENING -> {
                stopListening();
                TransferDirectory.removeOrWarn(directory);
            }
            case RUNNING -> joiner.cancel();
            case ENDED -> TransferDirectory.removeOrWarn(directory);
        }
    }
}
