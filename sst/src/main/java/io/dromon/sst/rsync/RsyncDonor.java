package io.dromon.sst.rsync;

import io.dromon.sst.Progress;
import io.dromon.sst.SnapshotDonor;
import io.dromon.sst.SnapshotMethod;
import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.archive.ArchiveException;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.channel.ControlChannel;
import io.dromon.sst.channel.DurationText;
import io.dromon.sst.channel.Frame;
import io.dromon.sst.channel.JoinerDialler;
import io.dromon.sst.channel.ProgressCounters;
import io.dromon.sst.channel.Proof;
import io.dromon.sst.channel.TlsChannel;
import io.dromon.sst.channel.TransferThreads;
import io.dromon.sst.program.ChildProgram;
import io.dromon.sst.tunnel.Tunnel;
import io.dromon.sst.tunnel.TunnelAddress;
import io.dromon.transport.wire.PeerText;
import io.dromon.transport.wire.Position;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The giving end of method {@code rsync}; see {@link RsyncJoiner}. {@link #send} does all of it on its own thread. */
final class RsyncDonor implements SnapshotDonor {
    private static final long RETRY_MS = 200;
    private static final Pattern BEGIN = Pattern.compile("(\\d{1,5}) ([0-9a-f]{32})");
    private static final Pattern PROGRESS = Pattern.compile("\\s*(\\d{1,18})\\s.*");

    private final InetSocketAddress joiner;
    private final JoinerDialler dial;
    private final SnapshotMethod.Terms terms;
    private final Path source;
    private final String rsync;
    private final ProgressCounters progress = new ProgressCounters();
    private final TransferThreads readers = new TransferThreads();
    private volatile boolean cancelled;
    private volatile @Nullable ControlChannel open;

    RsyncDonor(InetSocketAddress joiner, SnapshotMethod.Terms terms, Path source) throws TransferException {
        this.joiner = joiner;
        this.dial = new JoinerDialler(joiner, terms.tls(), terms.token());
        this.terms = terms;
        this.source = source.toAbsolutePath(); // rsync runs in it
        this.rsync = ChildProgram.found(List.of("rsync")).get(0);
    }

    @Override
    public Progress progress() {
        return progress;
    }

    @Override
    public void cancel() {
        cancelled = true;
        ControlChannel channel = open;
        if (channel != null) {
            channel.wakeUp();
        }
    }

    private void checkCancelled() throws TransferException {
        if (cancelled) {
            throw new TransferException(Reason.CANCELLED, "cancelled at the donor");
        }
    }

    @Override
    public Manifest send(Position position) throws IOException, InterruptedException {
        Manifest manifest;
        try {
            manifest = look(position);
        } catch (IOException e) {
            tell(e);
            throw e;
        }
        progress.start(manifest.bytes());
        try (TlsChannel channel = connect();
                ControlChannel control =
                        new ControlChannel(channel, terms.settings().idle().toNanos())) {
            open = control;
            progress.moved();
            terms.listener().started(progress);
            try {
                transfer(channel, control, manifest);
            } catch (TransferException e) {
                if (e.reason() != Reason.PEER_FAILED) {
                    control.giveUp(Frame.Type.ABORT, String.valueOf(e.getMessage()));
                }
                throw e;
            } catch (IOException e) {
                control.giveUp(Frame.Type.ABORT, String.valueOf(e.getMessage()));
                throw e;
            }
        }
        return manifest;
    }

    /** Tells the joiner, which waits, why no snapshot will come. */
    private void tell(IOException why) {
        try (ControlChannel control =
                new ControlChannel(connectOnce(), terms.settings().idle().toNanos())) {
            control.giveUp(Frame.Type.ABORT, String.valueOf(why.getMessage()));
        } catch (IOException e) {
            terms.listener().note("the joiner at " + TunnelAddress.of(joiner) + " cannot be told: " + e.getMessage());
        }
    }

    private Manifest look(Position position) throws IOException {
        try {
            return TreeManifest.of(source, position, terms.listener()::note);
        } catch (ArchiveException e) {
            throw new TransferException(Reason.SOURCE, String.valueOf(e.getMessage()), e);
        }
    }

    private TlsChannel connect() throws IOException, InterruptedException {
        long until = System.nanoTime() + terms.settings().idle().toNanos();
        while (true) {
            checkCancelled();
            try {
                return connectOnce();
            } catch (SSLException e) {
                throw new TransferException(Reason.TLS_REFUSED, String.valueOf(e.getMessage()), e);
            } catch (SocketException | SocketTimeoutException | EOFException e) {
                if (System.nanoTime() > until) {
                    throw new TransferException(
                            Reason.UNREACHABLE,
                            "the joiner at " + TunnelAddress.of(joiner) + " cannot be reached for "
                                    + DurationText.of(terms.settings().idle()) + ": " + e.getMessage(),
                            e);
                }
                TimeUnit.MILLISECONDS.sleep(RETRY_MS);
            }
        }
    }

    private TlsChannel connectOnce() throws IOException {
        return dial.proven(
                Proof.random(Proof.SESSION),
                found -> true, // one connection
                progress,
                terms.settings().handshake());
    }

    private void transfer(TlsChannel channel, ControlChannel control, Manifest manifest)
            throws IOException, InterruptedException {
        control.say(
                Frame.Type.BEGIN, "rsync " + manifest.entries() + " " + manifest.bytes() + " " + manifest.position());
        ControlChannel.Message answer = hear(control);
        Matcher begin = BEGIN.matcher(answer.text());
        if (answer.type() != Frame.Type.BEGIN || !begin.matches()) {
            throw Frame.protocol("a joiner by rsync does not answer so");
        }
        TunnelAddress far = new TunnelAddress(channel.remote().getHostAddress(), Integer.parseInt(begin.group(1)));
        Path own = Files.createTempDirectory("dromon-sst");
        Path complete = own.resolve(RsyncDaemon.COMPLETE);
        try (Tunnel tunnel = RsyncTunnel.client(terms.tls(), channel.session(), far)) {
            String url = "rsync://" + RsyncDaemon.USER + "@127.0.0.1:"
                    + tunnel.addresses().get(0).getPort() + "/" + RsyncDaemon.MODULE + "/";
            run(control, List.of(source + "/", url), begin.group(2));
            Files.writeString(
                    complete, manifest.position() + " 0\nsecret " + begin.group(2) + "\n", StandardCharsets.US_ASCII);
            run(control, List.of(complete.toString(), url), begin.group(2));
        } finally {
            Files.deleteIfExists(complete);
            Files.deleteIfExists(own);
        }
        control.say(Frame.Type.MANIFEST, manifest.print());
        if (hear(control).type() != Frame.Type.DONE) {
            throw Frame.protocol("a joiner by rsync does not end so");
        }
    }

    /** Runs rsync to its end. */
    private void run(ControlChannel control, List<String> what, String password)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                rsync,
                "--recursive",
                "--links",
                "--perms",
                "--times",
                "--modify-window=-1", // to the nanosecond; without it a time within the same second counts as equal
                "--whole-file",
                "--inplace",
                "--timeout=" + Math.max(1, terms.settings().idle().toSeconds()),
                "--info=progress2",
                "--no-human-readable"));
        long limit = terms.settings().bytesPerSecond();
        if (limit > 0) {
            command.add("--bwlimit=" + Math.max(1, limit / 1024)); // KiB a second
        }
        command.addAll(what);
        try (ChildProgram program =
                ChildProgram.start(command, source, Map.of("RSYNC_PASSWORD", password), terms.listener()::note)) {
            program.input().close();
            readers.start("sst-rsync-progress", () -> followProgress(program.output()));
            program.onExit(control::wakeUp);
            while (program.isAlive()) {
                checkCancelled();
                heard(control);
                control.alive(Long.toString(progress.snapshot().bytes()));
            }
            boolean unused = program.await(0);
            program.requireSuccess();
        }
    }

    private void followProgress(InputStream output) {
        StringBuilder line = new StringBuilder();
        try (output) {
            for (int c = output.read(); c >= 0; c = output.read()) {
                if (c == '\r' || c == '\n') {
                    progressLine(line.toString());
                    line.setLength(0);
                } else if (line.length() < 200) {
                    line.append((char) c);
                }
            }
        } catch (IOException e) {
            terms.listener().note("rsync's progress cannot be read any more: " + e.getMessage());
        }
    }

    private void progressLine(String line) {
        Matcher matcher = PROGRESS.matcher(line);
        if (matcher.matches()) {
            long more = Long.parseLong(matcher.group(1)) - progress.snapshot().bytes();
            if (more > 0) {
                progress.done(more);
            }
        } else if (!line.isBlank()) {
            terms.listener().note("rsync: " + PeerText.printable(line));
        }
    }

    /** A message but ALIVE, waited for. */
    private ControlChannel.Message hear(ControlChannel control) throws IOException {
        while (true) {
            checkCancelled();
            Optional<ControlChannel.Message> message = heard(control);
            if (message.isPresent()) {
                return message.get();
            }
            control.alive("");
        }
    }

    private static Optional<ControlChannel.Message> heard(ControlChannel control) throws IOException {
        Optional<ControlChannel.Message> message = control.hear();
        if (message.isPresent() && message.get().type() == Frame.Type.FAIL) {
            throw new TransferException(
                    Reason.PEER_FAILED, "the joiner failed: " + message.get().text());
        }
        return message.filter(got -> got.type() != Frame.Type.ALIVE);
    }
}
