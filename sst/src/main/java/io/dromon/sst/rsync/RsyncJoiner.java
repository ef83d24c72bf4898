package io.dromon.sst.rsync;

import io.dromon.sst.Progress;
import io.dromon.sst.SnapshotJoiner;
import io.dromon.sst.SnapshotMethod;
import io.dromon.sst.SnapshotTarget;
import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.archive.ArchiveException;
import io.dromon.sst.archive.Limits;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.Staging;
import io.dromon.sst.channel.AuthenticatingListener;
import io.dromon.sst.channel.ControlChannel;
import io.dromon.sst.channel.DurationText;
import io.dromon.sst.channel.Frame;
import io.dromon.sst.channel.ProgressCounters;
import io.dromon.sst.channel.TlsChannel;
import io.dromon.sst.channel.TransferThreads;
import io.dromon.sst.program.ChildProgram;
import io.dromon.sst.tunnel.Tunnel;
import io.dromon.sst.tunnel.TunnelAddress;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The taking end of method {@code rsync}.
 *
 * <pre>{@code
 *   joiner                                                     donor
 *     |  <- TLS, proof of the token (port of the joiner)          |
 *     |  <- BEGIN "rsync ENTRIES BYTES POSITION"                  |
 *   rsync daemon on loopback, tunnel server on the same port       |
 *     |  BEGIN "PORT SECRET"                                   ->  |
 *     |  <= rsync through the tunnel, to module rsync_sst         |
 *     |  <- ALIVE "BYTES", now and then, both ways               |
 *     |  <- MANIFEST                                             |
 *   daemon and tunnel end; what is there is compared; switch-over  |
 *     |  DONE, or FAIL                                         ->  |
 * }</pre>
 *
 * {@link #await} does all of it on the caller's thread.
 */
final class RsyncJoiner implements SnapshotJoiner {
    private static final Duration ALIVE = Duration.ofMillis(500);

    private final SnapshotMethod.Terms terms;
    private final String rsync;
    private final Limits limits;
    private final Staging staging;
    private final ProgressCounters progress = new ProgressCounters();
    private final AuthenticatingListener server;
    private final CompletableFuture<TlsChannel> donor = new CompletableFuture<>();
    private final AtomicBoolean taken = new AtomicBoolean();
    private final InetSocketAddress address;
    private final ReentrantLock work = new ReentrantLock();
    private volatile boolean cancelled;

    private RsyncJoiner(
            InetSocketAddress address, SnapshotMethod.Terms terms, String rsync, Limits limits, Staging staging)
            throws IOException {
        this.terms = terms;
        this.rsync = rsync;
        this.limits = limits;
        this.staging = staging;
        this.server = AuthenticatingListener.open(
                address,
                terms,
                progress,
                new TransferThreads(),
                found -> taken.compareAndSet(false, true),
                (channel, peer) -> {
                    if (!donor.complete(channel)) {
                        channel.close(); // cancelled
                    }
                });
        this.address = server.address();
    }

    static RsyncJoiner listen(InetSocketAddress address, SnapshotMethod.Terms terms, SnapshotTarget.Directory target)
            throws IOException {
        String rsync = ChildProgram.found(List.of("rsync")).get(0);
        Staging staging = Staging.open(target.target(), target.limits());
        staging.warning().ifPresent(terms.listener()::note);
        try {
            return new RsyncJoiner(address, terms, rsync, target.limits(), staging);
        } catch (IOException | RuntimeException e) {
            staging.close();
            throw e;
        }
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public Progress progress() {
        return progress;
    }

    @Override
    public void cancel() {
        cancelled = true;
        if (!donor.completeExceptionally(new TransferException(Reason.CANCELLED, "cancelled at the joiner"))) {
            CompletableFuture<Void> unused = donor.thenAccept(TlsChannel::wakeUp);
        }
    }

    @Override
    public Manifest await() throws IOException, InterruptedException {
        work.lockInterruptibly();
        try {
            return receive();
        } finally {
            work.unlock();
        }
    }

    private Manifest receive() throws IOException, InterruptedException {
        long begun = System.nanoTime();
        TlsChannel channel = awaitDonor();
        progress.moved();
        terms.listener().started(progress);
        try (ControlChannel control =
                new ControlChannel(channel, terms.settings().idle().toNanos())) {
            try {
                return new Transfer(
                                control,
                                channel,
                                begun + terms.settings().total().toNanos())
                        .run();
            } catch (TransferException e) {
                if (e.reason() != Reason.PEER_FAILED) {
                    control.giveUp(Frame.Type.FAIL, String.valueOf(e.getMessage()));
                }
                throw e;
            } catch (ArchiveException e) {
                control.giveUp(Frame.Type.FAIL, String.valueOf(e.getMessage()));
                throw new TransferException(Reason.TARGET, String.valueOf(e.getMessage()), e);
            } catch (IOException e) {
                control.giveUp(Frame.Type.FAIL, String.valueOf(e.getMessage()));
                throw e;
            }
        }
    }

    /** The connection of the one donor. */
    private TlsChannel awaitDonor() throws TransferException, InterruptedException {
        try {
            return donor.get(terms.settings().first().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new TransferException(
                    Reason.IDLE,
                    "no donor came within " + DurationText.of(terms.settings().first()) + " (sst-initial-timeout)",
                    e);
        } catch (ExecutionException e) {
            throw new TransferException(Reason.CANCELLED, "cancelled at the joiner", e);
        }
    }

    private void checkCancelled() throws TransferException {
        if (cancelled) {
            throw new TransferException(Reason.CANCELLED, "cancelled at the joiner");
        }
    }

    /** One donor. */
    private final class Transfer {
        private final ControlChannel control;
        private final TlsChannel channel;
        private final long deadline;
        private Position position = Position.NONE;

        Transfer(ControlChannel control, TlsChannel channel, long deadline) {
            this.control = control;
            this.channel = channel;
            this.deadline = deadline;
        }

        Manifest run() throws IOException, InterruptedException {
            begin(hear(null).text());
            Manifest told;
            server.close(); // the one donor is in: its rsync comes by the same port
            try (RsyncDaemon daemon = RsyncDaemon.start(
                            rsync, staging.root(), terms.settings().idle(), terms.listener());
                    Tunnel tunnel = RsyncTunnel.server(terms.tls(), channel.session(), samePort(), daemon.port())) {
                daemon.onExit(control::wakeUp);
                control.say(Frame.Type.BEGIN, tunnel.addresses().get(0).getPort() + " " + daemon.secret());
                ControlChannel.Message last = hear(daemon);
                if (last.type() != Frame.Type.MANIFEST) {
                    throw Frame.protocol("a donor by rsync sends no " + last.type());
                }
                told = Manifest.parse(last.bytes());
                daemon.stop();
                complete(daemon.secret());
            }
            return commit(told);
        }

        /** The next message but ALIVE. */
        private ControlChannel.Message hear(@Nullable RsyncDaemon daemon) throws IOException {
            while (true) {
                checkCancelled();
                if (System.nanoTime() > deadline) {
                    throw new TransferException(
                            Reason.TOO_LONG,
                            "the transfer took longer than "
                                    + DurationText.of(terms.settings().total()) + " (total time)");
                }
                if (progress.sinceMovedNs() > terms.settings().idle().toNanos()) {
                    throw new TransferException(
                            Reason.IDLE,
                            "nothing came for "
                                    + DurationText.of(terms.settings().idle()) + " (idle time)");
                }
                if (daemon != null && !daemon.isAlive()) {
                    throw new TransferException(Reason.PROGRAM, "the rsync daemon ended" + daemon.lastLog());
                }
                Optional<ControlChannel.Message> message = control.hear();
                control.alive("");
                if (message.isEmpty()) {
                    continue;
                }
                ControlChannel.Message got = message.get();
                if (got.type() == Frame.Type.ABORT) {
                    throw new TransferException(
                            Reason.PEER_FAILED,
                            "the donor gave up: " + got.text() + (daemon == null ? "" : daemon.lastLog()));
                }
                if (got.type() != Frame.Type.ALIVE) {
                    return got;
                }
                moved(got.text());
            }
        }

        private void moved(String text) throws TransferException {
            try {
                long more = text.isEmpty()
                        ? 0
                        : Long.parseLong(text) - progress.snapshot().bytes();
                if (more > 0) {
                    progress.done(more);
                }
            } catch (NumberFormatException e) {
                throw Frame.protocol("an ALIVE that is none");
            }
        }

        private void begin(String text) throws IOException {
            String[] words = text.split(" ", -1);
            try {
                if (words.length != 4 || !words[0].equals("rsync")) {
                    throw new TransferException(
                            Reason.PROTOCOL, "the donor does not send by method rsync; give both ends the same method");
                }
                Limits announced = new Limits(Long.parseLong(words[1]), Long.parseLong(words[2]));
                if (announced.entries() > limits.entries() || announced.bytes() > limits.bytes()) {
                    throw new TransferException(Reason.TARGET, "the snapshot is larger than what is allowed");
                }
                position = Position.parse(words[3]);
                progress.start(announced.bytes());
            } catch (IllegalArgumentException e) {
                throw Frame.protocol("a BEGIN that is none");
            }
        }

        private TunnelAddress samePort() {
            return new TunnelAddress(address.getAddress().getHostAddress(), address.getPort());
        }

        /** The file that closes a transfer by rsync (chapter 06 section 10.1). */
        private void complete(String secret) throws IOException {
            Path file = staging.root().resolve(RsyncDaemon.COMPLETE);
            String wanted = position + " 0\nsecret " + secret + "\n";
            if (!Files.isRegularFile(file)
                    || Files.size(file) != wanted.length()
                    || !Files.readString(file, StandardCharsets.US_ASCII).equals(wanted)) {
                throw new TransferException(
                        Reason.PROTOCOL, "the donor says that all was sent, but " + RsyncDaemon.COMPLETE + " is not");
            }
            Files.delete(file);
        }

        private Manifest commit(Manifest told) throws IOException {
            Files.setPosixFilePermissions(staging.root(), PosixFilePermissions.fromString("rwx------"));
            TransferThreads.call(
                    "sst-joiner-commit",
                    () -> {
                        check(told);
                        staging.commit();
                        return told;
                    },
                    ALIVE,
                    () -> quietly(Frame.Type.ALIVE));
            quietly(Frame.Type.DONE);
            return told;
        }

        /** What is whole counts, whether the donor hears of it or not. */
        private void quietly(Frame.Type type) {
            try {
                control.say(type, "");
            } catch (IOException e) {
                terms.listener().note("the donor has left: " + e.getMessage());
            }
        }

        private void check(Manifest told) throws IOException {
            Manifest here = TreeManifest.received(staging.root(), position);
            if (!told.position().equals(position) || !told.sameContent(here)) {
                throw new ArchiveException(
                        ArchiveException.Problem.WRONG_MANIFEST,
                        "what arrived is not what the donor sent: " + here.entries() + " entries and " + here.bytes()
                                + " bytes instead of " + told.entries() + " and " + told.bytes()
                                + ", or other names, modes or times; the source must stand still");
            }
            RsyncDaemon.MUNGED.strip(staging.root());
            staging.filled(here.entries());
        }
    }

    @Override
    public void close() throws IOException {
        cancel();
        server.close();
        work.lock(); // waits for the end of what runs
        try {
            CompletableFuture<Void> unused = donor.thenAccept(TlsChannel::close); // if no await() took it
            staging.close();
        } finally {
            work.unlock();
        }
    }
}
