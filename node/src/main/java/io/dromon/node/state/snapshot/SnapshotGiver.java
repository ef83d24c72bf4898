package io.dromon.node.state.snapshot;

import io.dromon.sst.SnapshotDonor;
import io.dromon.sst.SnapshotMethod;
import io.dromon.sst.SnapshotSource;
import io.dromon.sst.SstSettings;
import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.channel.TransferThreads;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A donor's end of one snapshot. Safe for threads. */
public final class SnapshotGiver {
    private final SnapshotSettings settings;
    private final SnapshotRequest request;
    private final Source source;
    private final TransferThreads threads = new TransferThreads();
    private @Nullable SnapshotDonor donor;
    private boolean cancelled;

    /**
     * What is sent.
     *
     * @param directory what the application leaves there; removed when the transfer is over, however it ends
     * @param position the last event that it holds
     * @param content makes the files
     */
    public record Source(Path directory, Position position, Content content) {}

    /** The files of a snapshot, which are made before they are sent; called once, on the thread of the transfer. */
    @FunctionalInterface
    public interface Content {
        /**
         * Makes the files, and gives back what they are made of.
         *
         * @param wanted whether the transfer still goes on; else nothing is to be made
         */
        void make(boolean wanted) throws IOException;
    }

    private SnapshotGiver(SnapshotSettings settings, SnapshotRequest request, Source source) {
        this.settings = settings;
        this.request = request;
        this.source = source;
    }

    /**
     * Sends a directory on a thread of its own; returns at once.
     *
     * @param request of the joiner
     * @param source of the application
     * @param listener hears the end in any case
     */
    public static SnapshotGiver give(
            SnapshotSettings settings, SnapshotRequest request, Source source, SnapshotListener listener) {
        SnapshotGiver giver = new SnapshotGiver(settings, request, source);
        giver.threads.start("dromon-sst-giver", () -> giver.run(listener));
        return giver;
    }

    /**
     * Why a request cannot be served at all, before the application is asked for a snapshot.
     *
     * @throws SnapshotException with the reason and what to do
     */
    public static void check(SnapshotSettings settings, SnapshotRequest request) throws SnapshotException {
        SnapshotSettings.Method method = method(request);
        Optional<String> whyNot = settings.whyNotGiven()
                .or(() -> settings.problem(SstSettings.Role.DONOR, method)
                        .map(why -> "the joiner at " + request.joiner().hostPort() + " asks for a snapshot by method "
                                + method.wireName() + ", and " + why + ", or another wsrep_sst_method there"));
        if (whyNot.isPresent()) {
            throw new SnapshotException(Reason.SOURCE, whyNot.get());
        }
    }

    private static SnapshotSettings.Method method(SnapshotRequest request) throws SnapshotException {
        return SnapshotSettings.Method.named(request.method())
                .filter(method -> method != SnapshotSettings.Method.SKIP)
                .orElseThrow(() -> new SnapshotException(
                        Reason.PROTOCOL,
                        "the joiner at " + request.joiner().hostPort() + " asks for a snapshot by method '"
                                + request.method() + "', which no node gives: set wsrep_sst_method=stream there"));
    }

    private void run(SnapshotListener listener) {
        SnapshotException failure = null;
        try {
            source.content().make(!isCancelled());
            check(settings, request);
            send(listener);
        } catch (SnapshotException e) {
            failure = e;
        } catch (IOException | TlsConfigException | RuntimeException | Error e) {
            failure = SnapshotException.of(
                    "the snapshot for " + request.joiner().hostPort() + " was not given", e, Reason.SOURCE);
        }
        TransferDirectory.removeOrWarn(source.directory());
        if (failure == null) {
            listener.onTransferred(source.position());
        } else {
            listener.onFailure(failure);
        }
    }

    private synchronized boolean isCancelled() {
        return cancelled;
    }

    private void send(SnapshotListener listener) throws IOException, TlsConfigException, SnapshotException {
        SnapshotSettings.Method method = method(request);
        SstSettings sst = settings.settings(
                SstSettings.Role.DONOR, method, request.joiner().host());
        try (TlsContexts tls = sst.contexts()) {
            SnapshotDonor sender = begin(method.transport(sst)
                    .donor(
                            InetSocketAddress.createUnresolved(
                                    request.joiner().host(), request.joiner().port()),
                            new SnapshotMethod.Terms(
                                    tls, request.token(), sst.stream(), new TransferLog("giving a snapshot")),
                            new SnapshotSource.Files(source.directory())));
            Manifest unused = TransferThreads.call(
                    "dromon-sst-send",
                    () -> sender.send(source.position()),
                    SnapshotTaker.PROGRESS_EVERY,
                    () -> TransferLog.tell(listener, progress()));
        }
    }

    private synchronized SnapshotDonor begin(SnapshotDonor made) throws TransferException {
        if (cancelled) {
            throw new TransferException(Reason.CANCELLED, "cancelled");
        }
        donor = made;
        return made;
    }

    /** How far it is. */
    public synchronized SnapshotProgress progress() {
        return donor == null ? SnapshotProgress.NOTHING : SnapshotProgress.of(donor.progress());
    }

    /** Ends a transfer that runs, with {@link Reason#CANCELLED}; returns at once. Nothing happens if it has ended. */
    public synchronized void cancel() {
        cancelled = true;
        if (donor != null) {
            donor.cancel();
        }
    }
}
