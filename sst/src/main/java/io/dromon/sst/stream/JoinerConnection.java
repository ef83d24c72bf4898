package io.dromon.sst.stream;

import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.TransferSettings;
import io.dromon.sst.archive.ArchiveException;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.Staging;
import io.dromon.sst.channel.DurationText;
import io.dromon.sst.channel.Frame;
import io.dromon.sst.channel.Frame.Header;
import io.dromon.sst.channel.ProgressCounters;
import io.dromon.sst.channel.TlsChannel;
import io.dromon.sst.channel.TransferThreads;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One proven connection at the joiner: takes segments, acknowledges them, and commits. For one thread. */
final class JoinerConnection {
    /** Time for the donor to hear of a failure. */
    static final Duration FAILURE_NOTICE = Duration.ofSeconds(5);

    /** After so long without a byte nothing comes any more. */
    private static final long QUIET_NS = 1_000_000_000L;

    private static final Duration ALIVE = Duration.ofMillis(500);

    private final TlsChannel channel;
    private final TransferSettings settings;
    private final JoinerState state;
    private final SegmentApplier applier;
    private final ProgressCounters progress;
    private final ByteBuffer ack = ByteBuffer.allocateDirect(Frame.HEADER);
    private boolean lost;

    JoinerConnection(
            TlsChannel channel,
            TransferSettings settings,
            JoinerState state,
            SegmentApplier applier,
            ProgressCounters progress) {
        this.channel = channel;
        this.settings = settings;
        this.state = state;
        this.applier = applier;
        this.progress = progress;
        channel.idleNs(settings.silence().toNanos());
    }

    /** Serves the donor until the connection ends, which it does by an exception unless the transfer has failed. */
    void receive() throws IOException, InterruptedException {
        try (SegmentApplier.Buffers buffers = new SegmentApplier.Buffers()) {
            long heardNs = System.nanoTime();
            while (true) {
                Optional<IOException> failed = state.failure();
                if (failed.isPresent()) {
                    giveUp(failed.get());
                    return;
                }
                if (channel.awaitUnlessWoken(
                        Frame.HEADER, heardNs + settings.silence().toNanos())) {
                    heardNs = System.nanoTime();
                    next(buffers);
                } else if (System.nanoTime() - heardNs >= settings.silence().toNanos()) {
                    throw new IOException("nothing came over it for " + DurationText.of(settings.silence()));
                }
            }
        } catch (IOException e) {
            boolean ownFault = e instanceof ArchiveException
                    || (e instanceof TransferException known && known.reason() != Reason.PEER_FAILED);
            if (ownFault) {
                state.fail(
                        e instanceof ArchiveException
                                ? new TransferException(Reason.TARGET, String.valueOf(e.getMessage()), e)
                                : e);
                giveUp(e);
            } else if (!(e instanceof TransferException)) {
                Optional<TransferException> why = lastMessage();
                if (why.isPresent()) {
                    throw why.get();
                }
            }
            throw e;
        }
    }

    private void next(SegmentApplier.Buffers buffers) throws IOException, InterruptedException {
        int length = Frame.length(channel.received());
        channel.await(length);
        ByteBuffer in = channel.received();
        int end = in.position() + length;
        Header header = Frame.header(in);
        progress.wire(length);
        switch (header.type()) {
            case BATCH, CHUNK, HOLE, LIVE -> {
                apply(header, in, buffers);
                ack.clear();
                Frame.seal(ack, Frame.HEADER, Frame.Type.ACK, 0, 0, header.segment(), 0, 0);
                in.position(end);
                channel.write(ack);
            }
            case BEGIN -> applier.begin(Frame.words(Frame.text(in, header)));
            case ALIVE -> progress.moved();
            case MANIFEST -> commit(Frame.text(in, header));
            case ABORT -> throw aborted(in, header);
            default -> throw Frame.protocol("a donor sends no " + header.type());
        }
        in.position(end);
    }

    /** What goes wrong here is the joiner's fault, not the connection's. */
    private void apply(Header header, ByteBuffer in, SegmentApplier.Buffers buffers)
            throws IOException, InterruptedException {
        try {
            applier.apply(header, in, buffers);
        } catch (ArchiveException | TransferException | InterruptedIOException e) {
            throw e;
        } catch (ClosedByInterruptException e) {
            throw new InterruptedIOException("stopped");
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

    /** Brings everything to disk, which can take longer than the idle time. */
    private void commit(byte[] manifest) throws IOException {
        state.beginCommit();
        @Nullable Manifest committed = null;
        try {
            committed = TransferThreads.call("sst-joiner-commit", () -> applier.commit(manifest), ALIVE, this::alive);
        } catch (ArchiveException | TransferException e) {
            throw e;
        } catch (IOException e) {
            throw target(e);
        } finally {
            state.endCommit(committed);
        }
        say(Frame.Type.DONE, "");
    }

    private void alive() {
        progress.moved();
        if (lost) {
            return;
        }
        try {
            say(Frame.Type.ALIVE, "");
        } catch (IOException e) {
            lost = true; // the donor reconnects, or not: what is whole counts
        }
    }

    private void say(Frame.Type type, String text) throws IOException {
        channel.write(Frame.text(type, text));
    }

    /** Tells the donor why this end gives up, and waits until it has heard it. */
    private void giveUp(IOException why) throws IOException {
        say(Frame.Type.FAIL, String.valueOf(why.getMessage()));
        if (channel.drain(QUIET_NS, FAILURE_NOTICE.toNanos())) {
            state.donorTold();
        }
    }

    /** What the donor said when it gave up; it is told that this was heard. */
    private TransferException aborted(ByteBuffer in, Header header) throws TransferException {
        String why = "the donor gave up: " + Frame.words(Frame.text(in, header));
        TransferException aborted = new TransferException(Reason.PEER_FAILED, why);
        try {
            say(Frame.Type.FAIL, why);
        } catch (IOException e) {
            aborted.addSuppressed(e); // the donor says it again, or not
        }
        return aborted;
    }

    /** Why the donor gave up, which stands behind segments that are lost with the connection. */
    private Optional<TransferException> lastMessage() throws TransferException {
        long deadline = System.nanoTime() + QUIET_NS;
        try {
            while (channel.await(Frame.HEADER, deadline)) {
                int length = Frame.length(channel.received());
                if (!channel.await(length, deadline)) {
                    return Optional.empty();
                }
                ByteBuffer in = channel.received();
                int end = in.position() + length;
                Header header = Frame.header(in);
                if (header.type() == Frame.Type.ABORT) {
                    return Optional.of(aborted(in, header));
                }
                in.position(end);
            }
            return Optional.empty();
        } catch (TransferException e) {
            throw e;
        } catch (IOException e) {
            return Optional.empty(); // the connection is broken
        }
    }
}
