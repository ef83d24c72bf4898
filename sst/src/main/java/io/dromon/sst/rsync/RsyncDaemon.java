package io.dromon.sst.rsync;

import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.TransferListener;
import io.dromon.sst.archive.LinkPrefix;
import io.dromon.sst.channel.Proof;
import io.dromon.sst.program.ChildProgram;
import io.dromon.transport.wire.PeerText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real rsync daemon on loopback that can be written to by who knows a password of this transfer (chapter 06 section
 * 10.1 for the names). Its files lie in a directory of its own, which is removed with it.
 */
final class RsyncDaemon implements AutoCloseable {
    static final String MODULE = "rsync_sst";
    static final String COMPLETE = "rsync_sst_complete";
    static final String USER = "dromon";

    /** What the daemon puts before links, so that no later file can be written through one. */
    static final LinkPrefix MUNGED = new LinkPrefix("/rsyncd-munged/");

    /** What no donor of ours asks for, and what could reach beyond the staging folder or plant more than files. */
    private static final String REFUSED = "*munge-links keep-dirlinks relative *implied-dirs *-dir *-dest devices"
            + " specials write-devices copy-devices owner group hard-links super fake-super acls xattrs backup* delete*"
            + " remove-* log-file* files-from";

    private static final int TRIES = 5;
    private static final long TRY_AGAIN_MS = 20;
    private static final int SECRET_BYTES = 16;
    private static final Duration START = Duration.ofSeconds(10);
    private static final long MOST_LOG = 2000;

    private static final InetAddress LOOPBACK = loopback();

    private final Path directory;
    private final String secret = HexFormat.of().formatHex(Proof.random(SECRET_BYTES));
    private @Nullable ChildProgram program;
    private int port;

    private static InetAddress loopback() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    private RsyncDaemon(Path directory) {
        this.directory = directory;
    }

    /**
     * Starts one.
     *
     * @param program rsync
     * @param target what it writes to
     * @param idle after which it ends a connection
     */
    static RsyncDaemon start(String program, Path target, Duration idle, TransferListener listener)
            throws IOException, InterruptedException {
        RsyncDaemon daemon = new RsyncDaemon(Files.createTempDirectory(
                "dromon-sst", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
        try {
            daemon.configure(target, idle);
            for (int i = 1; ; i++) {
                try {
                    daemon.run(program, listener);
                    return daemon;
                } catch (TransferException e) {
                    if (i == TRIES) { // another process may have taken its port in between
                        throw e;
                    }
                }
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            daemon.close();
            throw e;
        }
    }

    private void configure(Path target, Duration idle) throws IOException {
        Path secrets = directory.resolve("rsync_sst.secrets");
        Files.createFile(secrets, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secrets, USER + ":" + secret + "\n", StandardCharsets.US_ASCII);
        if (target.toString().indexOf('\n') >= 0) {
            throw new TransferException(Reason.TARGET, "rsync cannot be told a target whose name holds a line's end");
        }
        Files.writeString(
                directory.resolve("rsync_sst.conf"),
                String.join(
                        "\n",
                        "pid file = " + directory.resolve("rsync_sst.pid"),
                        "log file = " + log(),
                        "use chroot = no",
                        "read only = no",
                        "write only = yes",
                        "list = no",
                        "munge symlinks = yes",
                        "refuse options = " + REFUSED,
                        "incoming chmod = ug-s,o-t",
                        "numeric ids = yes",
                        "reverse lookup = no",
                        "hosts allow = 127.0.0.1",
                        "auth users = " + USER,
                        "secrets file = " + secrets,
                        "uid = " + Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS),
                        "gid = " + Files.getAttribute(directory, "unix:gid", LinkOption.NOFOLLOW_LINKS),
                        "timeout = " + Math.max(1, idle.toSeconds()),
                        "[" + MODULE + "]",
                        "    path = " + target,
                        ""));
    }

    private Path log() {
        return directory.resolve("rsync_sst.log");
    }

    private void run(String rsync, TransferListener listener) throws IOException, InterruptedException {
        try (ServerSocket free = new ServerSocket(0, 1, LOOPBACK)) {
            port = free.getLocalPort();
        }
        ChildProgram daemon = ChildProgram.start(
                List.of(
                        rsync,
                        "--daemon",
                        "--no-detach",
                        "--address=127.0.0.1",
                        "--port=" + port,
                        "--config=" + directory.resolve("rsync_sst.conf")),
                directory,
                Map.of(),
                listener::note);
        program = daemon;
        long until = System.nanoTime() + START.toNanos();
        while (!answers()) { // nothing tells when another process listens
            if (daemon.await(TRY_AGAIN_MS) || System.nanoTime() > until) {
                daemon.close();
                throw new TransferException(Reason.PROGRAM, "the daemon: " + daemon.ending() + lastLog());
            }
        }
    }

    /** Whether it is an rsync that answers there. */
    private boolean answers() {
        try (Socket socket = new Socket(LOOPBACK, port)) {
            socket.setSoTimeout((int) START.toMillis());
            byte[] greeting = socket.getInputStream().readNBytes(8);
            return new String(greeting, StandardCharsets.US_ASCII).equals("@RSYNCD:");
        } catch (IOException e) {
            return false;
        }
    }

    int port() {
        return port;
    }

    String secret() {
        return secret;
    }

    /** Lets something happen when it has ended. */
    void onExit(Runnable action) {
        ChildProgram running = program;
        if (running != null) {
            running.onExit(action);
        }
    }

    boolean isAlive() {
        return program != null && program.isAlive();
    }

    /** What it wrote last, for a message. */
    String lastLog() {
        try {
            byte[] log = Files.readAllBytes(log());
            int from = (int) Math.max(0, log.length - MOST_LOG);
            String text = new String(log, from, log.length - from, StandardCharsets.UTF_8);
            return "; its log: " + PeerText.printable(text.strip().replaceAll("\\s*\\R\\s*", " | "));
        } catch (IOException e) {
            return "";
        }
    }

    /** Ends it: nothing writes to the target after this. */
    void stop() throws InterruptedException {
        ChildProgram running = program;
        if (running != null) {
            running.close(); // with its children; SIGTERM would leave those alone
            boolean unused = running.await(1000);
        }
    }

    @Override
    public void close() throws IOException {
        ChildProgram running = program;
        if (running != null) {
            running.close();
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(directory);
    }
}
