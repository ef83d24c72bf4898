package io.dromon.sst.stream;

import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.TransferListener;
import io.dromon.sst.TransferSettings;
import io.dromon.sst.archive.ArchiveException;
import io.dromon.sst.archive.ManifestBuilder;
import io.dromon.sst.channel.DurationText;
import io.dromon.sst.channel.Frame;
import io.dromon.sst.channel.ProgressCounters;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** One of the donor's connections, made again as often as it takes until the transfer is over. */
final class DonorWorker implements Runnable {
    private static final Duration RETRY = Duration.ofMillis(200);

    private final Transfer transfer;
    private final DonorState state;
    private final SegmentQueue queue;
    private final TransferSettings settings;

    /**
     * What the connections of a transfer share.
     *
     * @param announcement said at the beginning of each connection
     * @param position for the manifest
     */
    record Transfer(
            DonorConnector connector,
            DonorState state,
            SegmentQueue queue,
            ManifestBuilder content,
            String announcement,
            Position position,
            TransferSettings settings,
            TransferListener listener,
            ProgressCounters progress) {}

    DonorWorker(Transfer transfer) {
        this.transfer = transfer;
        this.state = transfer.state;
        this.queue = transfer.queue;
        this.settings = transfer.settings;
    }

    @Override
    public void run() {
        try {
            while (!state.isOver()) {
                DonorConnection connection;
                try {
                    connection = transfer.connector.connect(Optional.of(transfer.announcement), settings.handshake());
                } catch (IOException e) {
                    Thread.sleep(RETRY.toMillis()); // in this time another connection may be let in
                    transfer.connector.checkWorthRetrying(e, state);
                    continue;
                }
                use(connection);
            }
        } catch (ArchiveException e) {
            state.fail(new TransferException(Reason.SOURCE, String.valueOf(e.getMessage()), e));
        } catch (IOException e) {
            state.fail(e);
        } catch (InterruptedException e) {
            state.interrupted();
        } catch (RuntimeException | Error e) {
            state.fail(new IOException("a bug: " + e, e));
        }
    }

    /** Fails only with what ends the transfer. */
    private void use(DonorConnection connection) throws IOException, InterruptedException {
        try (connection) {
            send(connection);
        } catch (ArchiveException e) {
            throw e;
        } catch (TransferException e) {
            if (e.reason() != Reason.IDLE) {
                throw e;
            }
            queue.again(connection.unacknowledged());
        } catch (IOException e) {
            queue.again(connection.unacknowledged());
            if (!state.isOver()) {
                transfer.progress.reconnected();
                transfer.listener.note("a connection to " + transfer.connector.joiner() + " broke (" + e.getMessage()
                        + "), it is made again");
                Thread.sleep(RETRY.toMillis());
            }
        }
    }

    private void send(DonorConnection connection) throws IOException, InterruptedException {
        boolean sentManifest = false;
        state.opened(connection);
        try {
            while (!state.isOver()) {
                Segment segment = connection.hasRoom() ? queue.next(this) : null;
                if (segment != null) {
                    connection.send(segment);
                    connection.listen(queue, System.nanoTime());
                } else {
                    if (!sentManifest && queue.isDone() && state.takeManifest()) {
                        sentManifest = true;
                        connection.say(
                                Frame.Type.MANIFEST,
                                transfer.content.manifest(transfer.position).print());
                    }
                    connection.listen(queue, connection.nextAliveNs(settings.silence()));
                    connection.alive(settings.silence());
                }
                if (connection.isDone()) {
                    state.finish();
                    return;
                }
                connection.checkSilence(settings.silence());
                checkIdle();
            }
        } catch (ArchiveException e) {
            state.fail(new TransferException(Reason.SOURCE, String.valueOf(e.getMessage()), e));
            throw e;
        } catch (TransferException e) {
            state.fail(e);
            throw e;
        } catch (IOException e) {
            connection.hearLast(queue); // the joiner may have said why it has gone
            throw e;
        } finally {
            state.closed(connection);
            if (sentManifest && !connection.isDone()) {
                state.manifestUnanswered();
            }
            Optional<String> notice = state.failureNotice();
            if (notice.isPresent() && connection.abort(notice.get(), DonorState.FAILURE_NOTICE)) {
                state.joinerTold();
            }
        }
    }

    /** What the joiner must say at least is ALIVE. */
    private void checkIdle() throws TransferException {
        if (transfer.progress.sinceMovedNs() > settings.idle().toNanos() && !state.isOver()) {
            throw new TransferException(
                    Reason.TOO_LONG,
                    "nothing moved for " + DurationText.of(settings.idle()) + " (idle time); the transfer is given up");
        }
    }
}
