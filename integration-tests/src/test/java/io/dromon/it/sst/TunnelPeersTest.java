package io.dromon.it.sst;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.Peers;
import io.dromon.it.peers.Ports;
import io.dromon.it.peers.TlsFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code dromon tunnel} against the real stunnel and under the real rsync. */
@Tag("peers")
@Timeout(180)
class TunnelPeersTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @SuppressWarnings("NullAway.Init") // made before each
    private TlsFiles near;

    @SuppressWarnings("NullAway.Init") // made before each
    private TlsFiles far;

    @SuppressWarnings("NullAway.Init") // made before each
    private TlsFiles untrusted;

    @BeforeEach
    void makeCertificates() {
        OpenSsl openSsl = new OpenSsl(directory);
        OpenSsl.Authority authority = openSsl.authority("ca");
        near = authority.issue("near");
        far = authority.issue("far");
        untrusted = openSsl.authority("other").issue("untrusted");
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        threads.shutdownNow();
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        open.add(0, closeable);
        return closeable;
    }

    /** Configuration that either program runs; peers are verified against the authority of {@code trusted}. */
    private Path configuration(String name, TlsFiles own, TlsFiles trusted, String... lines) throws IOException {
        return Files.writeString(
                directory.resolve(name + ".conf"),
                "foreground = yes\npid =\ndebug = info\nkey = " + own.key() + "\ncert = " + own.certificate()
                        + "\nCAfile = " + trusted.authority().orElseThrow() + "\nverifyChain = yes\n"
                        + String.join("\n", lines) + "\n");
    }

    private PeerProcess run(boolean real, Path configuration, int port) {
        List<String> command = real
                ? List.of(Peers.require("stunnel").toString(), configuration.toString())
                : List.of(DromonNode.executable().toString(), "tunnel", configuration.toString());
        String name = (real ? "stunnel " : "dromon ") + configuration.getFileName();
        PeerProcess process = keep(PeerProcess.start(name, directory, command));
        Awaitility.await(name).atMost(LIMIT).until(() -> {
            if (!process.isAlive()) {
                throw process.failure("should listen");
            }
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException e) {
                return false;
            }
        });
        return process;
    }

    /** Answers with what it got, after the end of it. */
    private int service() throws IOException {
        ServerSocket server = keep(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()));
        Future<?> unused = threads.submit(() -> {
            while (true) {
                Socket socket = server.accept();
                Future<?> unusedToo = threads.submit(() -> {
                    try (socket) {
                        byte[] all = socket.getInputStream().readAllBytes();
                        socket.getOutputStream().write(all);
                        // The real stunnel drops what it has not read yet when its service closes.
                        boolean unused3 = taken.tryAcquire(10, TimeUnit.SECONDS);
                    }
                    return null;
                });
            }
        });
        return server.getLocalPort();
    }

    private final Semaphore taken = new Semaphore(0);

    private byte[] ask(int port, byte[] question) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            Future<?> asked = threads.submit(() -> {
                socket.getOutputStream().write(question);
                socket.shutdownOutput();
                return null;
            });
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            answer.write(socket.getInputStream().readNBytes(question.length));
            taken.release();
            answer.write(socket.getInputStream().readAllBytes());
            asked.get();
            return answer.toByteArray();
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private record Ends(PeerProcess server, PeerProcess client, int port) {}

    private Ends tunnel(boolean realServer, boolean realClient, TlsFiles server, TlsFiles client, String... more)
            throws IOException {
        int tls = Ports.free();
        int plain = Ports.free();
        Path serverFile = configuration(
                "server", server, near, "[s]", "accept = 127.0.0.1:" + tls, "connect = 127.0.0.1:" + service());
        Path clientFile = configuration(
                "client",
                client,
                near,
                "client = yes",
                String.join("\n", more),
                "[c]",
                "accept = 127.0.0.1:" + plain,
                "connect = 127.0.0.1:" + tls);
        return new Ends(run(realServer, serverFile, tls), run(realClient, clientFile, plain), plain);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void carriesBothDirectionsAndTheirEndsToAndFromRealStunnel(boolean realServer) throws Exception {
        Ends ends = tunnel(realServer, !realServer, far, near, "checkHost = far");
        PeerProcess ours = realServer ? ends.client() : ends.server();

        for (int size : new int[] {1, 100_000, 20_000_000}) {
            byte[] text = random(size);
            assertThat(Arrays.equals(ask(ends.port(), text), text))
                    .as("%d bytes", size)
                    .isTrue();
        }

        ours.awaitLog(
                "received 20000000 bytes, sent 20000000, .* TLSv1.3 TLS_.*, peer CN=" + (realServer ? "far" : "near")
                        + ", ended in order",
                LIMIT);
        ours.terminate();
        assertThat(ours.awaitExit(LIMIT)).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesARealStunnelOfAnotherAuthority(boolean realServer) throws Exception {
        Ends ends = realServer ? tunnel(true, false, untrusted, near) : tunnel(false, true, far, untrusted);
        PeerProcess ours = realServer ? ends.client() : ends.server();

        assertThatThrownBy(() -> {
                    if (ask(ends.port(), random(10)).length == 0) {
                        throw new IOException("ended");
                    }
                })
                .isInstanceOf(Exception.class);

        ours.awaitLog("UntrustedPeer: .*CN=untrusted.*into CAfile", LIMIT);
        if (!realServer) {
            ends.client().awaitLog("alert unknown ca", LIMIT);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tellsOfTheRefusalByARealStunnel(boolean realServer) throws Exception {
        Ends ends = realServer ? tunnel(true, false, far, untrusted) : tunnel(false, true, untrusted, near);
        PeerProcess ours = realServer ? ends.client() : ends.server();

        assertThatThrownBy(() -> {
                    if (ask(ends.port(), random(10)).length == 0) {
                        throw new IOException("ended");
                    }
                })
                .isInstanceOf(Exception.class);

        ours.awaitLog(realServer ? "alert unknown_ca" : "UntrustedPeer: .*alert outside of the encryption", LIMIT);
    }

    private Path tree(int files) throws IOException {
        Path source = Files.createDirectories(directory.resolve("source"));
        Random random = new Random(files);
        for (int i = 0; i < files; i++) {
            Path folder = Files.createDirectories(source.resolve("d" + i % 50));
            byte[] content = new byte[random.nextInt(i % 500 == 0 ? 2_000_000 : 4000)];
            random.nextBytes(content);
            Files.write(folder.resolve("file " + i), content);
        }
        return source;
    }

    private void sameTrees(Path source, Path target) {
        PeerProcess.run("diff", directory, List.of("diff", "-r", source.toString(), target.toString()), LIMIT);
    }

    private Path daemonConfiguration(Path target) throws IOException {
        Files.createDirectories(target);
        return Files.writeString(
                directory.resolve("rsync_sst.conf"),
                "use chroot = no\nread only = no\nuid = " + id("-u") + "\ngid = " + id("-g") + "\nlog file = "
                        + directory.resolve("rsync.log") + "\n[rsync_sst]\npath = " + target + "\n");
    }

    private String id(String what) {
        return PeerProcess.run("id", directory, List.of("id", what), LIMIT).trim();
    }

    /** A real rsync daemon; the real stunnel is one end of the tunnel, this one the other. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Timeout(600)
    void carriesARealRsyncToAndFromARealStunnel(boolean realServer) throws Exception {
        int files = Integer.getInteger("tunnel.files", 3000);
        Duration limit = LIMIT.plusMillis(files * 2L);
        Path source = tree(files);
        Path target = directory.resolve("target");
        int daemon = Ports.free();
        keep(PeerProcess.start(
                "rsync daemon",
                directory,
                List.of(
                        Peers.require("rsync").toString(),
                        "--daemon",
                        "--no-detach",
                        "--address=127.0.0.1",
                        "--port=" + daemon,
                        "--config=" + daemonConfiguration(target))));
        int tls = Ports.free();
        int plain = Ports.free();
        PeerProcess server = run(
                realServer,
                configuration("server", far, near, "[s]", "accept = 127.0.0.1:" + tls, "connect = 127.0.0.1:" + daemon),
                tls);
        PeerProcess client = run(
                !realServer,
                configuration(
                        "client",
                        near,
                        near,
                        "client = yes",
                        "[c]",
                        "accept = 127.0.0.1:" + plain,
                        "connect = 127.0.0.1:" + tls),
                plain);

        PeerProcess.run(
                "rsync",
                directory,
                List.of(
                        Peers.require("rsync").toString(),
                        "-a",
                        source + "/",
                        "rsync://127.0.0.1:" + plain + "/rsync_sst/"),
                limit);

        PeerProcess.run("diff", directory, List.of("diff", "-r", source.toString(), target.toString()), limit);
        String done = (realServer ? client : server)
                .awaitLog(
                        "(sent|received) [0-9]{6}.*peer CN=" + (realServer ? "far" : "near") + ", ended in order",
                        LIMIT);
        System.out.println(files + " files, stunnel as " + (realServer ? "server" : "client") + ": " + done);
    }

    /** Both files as MariaDB's script writes them (chapter 06 section 11.2): a program per connection, and rsync's remote shell. */
    @ParameterizedTest
    @ValueSource(strings = {"dromon to dromon", "dromon to stunnel", "stunnel to dromon"})
    void runsTheFilesOfMariaDbsScript(String how) throws Exception {
        boolean realDonor = how.startsWith("stunnel");
        Path source = tree(500);
        Path target = directory.resolve("target");
        int port = Ports.free();
        Path joiner = configuration(
                "joiner",
                far,
                near,
                "client = no",
                "[rsync]",
                "accept = 127.0.0.1:" + port,
                "exec = " + Peers.require("rsync"),
                "execargs = rsync --server --daemon --config=" + daemonConfiguration(target) + " .");
        Path donor = configuration(
                "donor",
                near,
                near,
                "client = yes",
                "connect = 127.0.0.1:" + port,
                "TIMEOUTclose = 0",
                "checkHost = far",
                "checkHost = localhost");
        PeerProcess listener = run(how.endsWith("stunnel"), joiner, port);
        String shell = realDonor ? Peers.require("stunnel").toString() : DromonNode.executable() + " tunnel";

        for (int round = 0; round < 2; round++) {
            PeerProcess.run(
                    "rsync",
                    directory,
                    List.of(
                            Peers.require("rsync").toString(),
                            "-a",
                            "--whole-file",
                            "--rsh=" + shell + " " + donor,
                            source + "/",
                            "rsync://127.0.0.1:" + port + "/rsync_sst/"),
                    LIMIT);
        }

        sameTrees(source, target);
        if (!how.endsWith("stunnel")) {
            listener.awaitLog("peer CN=near, ended in order", LIMIT);
        }
    }

    @Test
    void checksAFileWithoutRunningIt() throws IOException {
        Path good = configuration("good", near, near, "[s]", "accept = 127.0.0.1:0", "connect = 127.0.0.1:1");
        String command = DromonNode.executable().toString();

        String said =
                PeerProcess.run("check", directory, List.of(command, "tunnel", good.toString(), "--check"), LIMIT);
        assertThat(said)
                .contains("[s] TLS on 127.0.0.1:0 to plain text at 127.0.0.1:1; TLSv1.3 and TLSv1.2; the peer shows a"
                        + " certificate of a CA in")
                .contains("debug = info has no effect");

        Path bad = Files.writeString(directory.resolve("bad.conf"), "chroot = /x\n[s]\naccept = 1\nconnect = y\n");
        try (PeerProcess process =
                PeerProcess.start("check", directory, List.of(command, "tunnel", bad.toString(), "--check"))) {
            assertThat(process.awaitExit(LIMIT)).isEqualTo(1);
            assertThat(String.join("\n", process.log().lines()))
                    .contains("bad.conf:1: \"chroot\" is not supported")
                    .contains("bad.conf:4: connect")
                    .contains("a server needs cert")
                    .contains("would let in any peer");
        }
    }

    @Test
    void reloadsItsFileAtAHangUp() throws Exception {
        int first = Ports.free();
        int second = Ports.free();
        String service = "connect = 127.0.0.1:" + service();
        Path file = configuration("far", far, near, "[s]", "accept = 127.0.0.1:" + first, service);
        PeerProcess tunnel = run(false, file, first);
        tunnel.awaitLog(" listening on 127.0.0.1:", LIMIT);

        configuration(
                "far", far, near, "[s]", "accept = 127.0.0.1:" + first, service, "[t]", "accept = " + second, service);
        tunnel.signal("HUP");
        tunnel.awaitLog("reloaded: 2 services", LIMIT);
        Files.writeString(file, "[s]\naccept = nowhere\n");
        tunnel.signal("HUP");
        tunnel.awaitLog("not reloaded, all stays as it was", LIMIT);

        int port = Ports.free();
        Path client = configuration(
                "near", near, far, "client = yes", "[s]", "accept = " + port, "connect = 127.0.0.1:" + second);
        PeerProcess unused = run(true, client, port);
        assertThat(ask(port, new byte[] {1, 2, 3})).containsExactly(1, 2, 3);
        tunnel.terminate();
        assertThat(tunnel.awaitExit(LIMIT)).isZero();
    }

    /** The whole of a state transfer needs no more than the name: MariaDB's script finds stunnel on the PATH. */
    static String asStunnel(Path executable) {
        return "#!/bin/sh\nexec " + executable + " tunnel \"$@\"\n";
    }

    @Test
    void answersToTheNameOfStunnel() throws Exception {
        Path script = Files.write(
                directory.resolve("stunnel"), asStunnel(DromonNode.executable()).getBytes(StandardCharsets.UTF_8));
        assertThat(script.toFile().setExecutable(true)).isTrue();
        Path good =
                configuration("good", near, near, "[s]", "accept = 127.0.0.1:" + Ports.free(), "connect = 127.0.0.1:1");

        PeerProcess process =
                keep(PeerProcess.start("stunnel", directory, List.of(script.toString(), good.toString())));
        process.awaitLog(" listening on 127.0.0.1:", LIMIT);
        process.terminate();

        assertThat(process.awaitExit(LIMIT)).isZero();
    }
}
