package io.dromon.sst.stream;

import io.dromon.sst.Progress;
import io.dromon.sst.SnapshotDonor;
import io.dromon.sst.SnapshotMethod.Terms;
import io.dromon.sst.SnapshotSource;
import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.TransferListener;
import io.dromon.sst.TransferSettings;
import io.dromon.sst.archive.ArchiveException;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.ManifestBuilder;
import io.dromon.sst.archive.SourceTree;
import io.dromon.sst.channel.ProgressCounters;
import io.dromon.sst.channel.TransferThreads;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * The giving end of method {@code stream}: one transfer. {@link #send} runs it, {@link #cancel} ends it from another
 * thread. Each connection is a {@link DonorWorker} on a thread of its own.
 */
final class StreamDonor implements SnapshotDonor {
    private static final Duration END_OF_THREADS = Duration.ofSeconds(5);

    private final SnapshotSource source;
    private final TransferSettings settings;
    private final TransferListener listener;
    private final ProgressCounters progress = new ProgressCounters();
    private final ManifestBuilder content = new ManifestBuilder();
    private final DonorConnector connector;
    private final DonorState state;
    private final TransferThreads workers = new TransferThreads();
    private final TransferThreads producers = new TransferThreads();

    /** @param joiner where it listens; a name that is not resolved is looked up for each connection */
    StreamDonor(InetSocketAddress joiner, Terms terms, SnapshotSource source) {
        this.source = source;
        this.settings = terms.settings();
        this.listener = terms.listener();
        this.connector = new DonorConnector(joiner, terms, progress, content);
        this.state = new DonorState(settings);
    }

    @Override
    public Progress progress() {
        return progress;
    }

    @Override
    public void cancel() {
        state.fail(new TransferException(Reason.CANCELLED, "cancelled"));
    }

    @Override
    public Manifest send(Position position) throws IOException, InterruptedException {
        if (source instanceof SnapshotSource.Files files) {
            SourceTree.Walk walk;
            SourceTree.Count count;
            try {
                SourceTree tree = SourceTree.of(files.source());
                count = tree.count(line -> {});
                progress.start(count.bytes());
                walk = tree.walk(listener::note);
            } catch (ArchiveException e) {
                state.fail(new TransferException(Reason.SOURCE, String.valueOf(e.getMessage()), e));
                throw gaveUp();
            }
            SegmentQueue queue = new SegmentQueue(walk, count, state::wakeConnections);
            String announcement = "files " + count.entries() + " " + count.bytes() + " " + position;
            run(queue, announcement, position, settings.streams());
        } else if (source instanceof SnapshotSource.Live live) {
            progress.start(0);
            SegmentQueue queue = new SegmentQueue(null, new SourceTree.Count(0, 0), state::wakeConnections);
            producers.start("sst-producer", () -> produce(live.producer(), queue));
            run(queue, "live 0 0 " + position, position, 1);
        }
        if (state.failure().isPresent()) {
            throw gaveUp();
        }
        return content.manifest(position);
    }

    private void run(SegmentQueue queue, String announcement, Position position, int connections)
            throws IOException, InterruptedException {
        DonorWorker.Transfer transfer = new DonorWorker.Transfer(
                connector, state, queue, content, announcement, position, settings, listener, progress);
        try {
            for (int i = 0; i < connections; i++) {
                workers.start("sst-donor-" + i, new DonorWorker(transfer));
            }
            state.awaitEnd();
        } finally {
            state.finish();
            stopThreads();
            queue.close();
        }
    }

    private void stopThreads() throws InterruptedException {
        producers.interrupt();
        if (state.failureNotice().isPresent()) {
            workers.await(DonorState.FAILURE_NOTICE);
        }
        workers.interrupt();
        workers.await(END_OF_THREADS);
        producers.await(END_OF_THREADS);
    }

    /** Why; the joiner hears it too, over a connection of its own if there is no other. */
    private IOException gaveUp() {
        Optional<String> notice = state.failureNotice();
        if (notice.isPresent() && !state.isJoinerTold()) {
            try (DonorConnection connection = connector.connect(Optional.empty(), DonorState.FAILURE_NOTICE)) {
                boolean unused = connection.abort(notice.get(), DonorState.FAILURE_NOTICE);
            } catch (IOException e) {
                listener.note("the joiner at " + connector.joiner() + " cannot be told: " + e.getMessage());
            }
        }
        return state.failure().orElseGet(() -> new IOException("failed"));
    }

    private void produce(SnapshotSource.Producer producer, SegmentQueue queue) {
        try (LiveChannel out = new LiveChannel(queue)) {
            producer.produce(out);
            out.flush();
            queue.end();
        } catch (IOException e) {
            state.fail(new TransferException(Reason.SOURCE, String.valueOf(e.getMessage()), e));
        } catch (InterruptedException e) {
            state.interrupted();
        } catch (RuntimeException | Error e) {
            state.fail(new IOException("a bug of the source: " + e, e));
        }
    }
}
