package io.dromon.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.Peers;
import io.dromon.it.peers.Ports;
import io.dromon.it.peers.TlsFiles;
import io.dromon.node.admin.client.AdminClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every listener of the product outlives: those who come and stay silent, and a time without file descriptors. */
@Tag("peers")
@Timeout(240)
class ListenersTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** More than any listener lets in. */
    private static final int SILENT = 1200;
    /** What a listener may take to serve one who has business there, on a busy machine. */
    private static final Duration SERVED = Duration.ofSeconds(20);

    private static final Duration WITHOUT_FILES = Duration.ofSeconds(2);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // made before each
    private OpenSsl openSsl;

    @SuppressWarnings("NullAway.Init") // made before each
    private TlsFiles own;

    @SuppressWarnings("NullAway.Init") // made before each
    private TlsFiles peer;

    /** All that accept connections. */
    enum Listener {
        GROUP_PORT,
        SST_BY_STREAM,
        SST_BY_RSYNC,
        TUNNEL,
        CONTROL_SOCKET
    }

    /** Somebody who has business at a listener is served; fails otherwise. */
    private interface Use {
        void once() throws IOException;
    }

    /** A listener of a running process. */
    private record Running(PeerProcess process, SocketAddress address, Use use) {
        /** As somebody does who asks again when a connection ends. */
        void serves(Duration within) {
            await().atMost(within).ignoreExceptions().untilAsserted(use::once);
        }
    }

    @BeforeEach
    void makeCertificates() {
        openSsl = new OpenSsl(directory);
        OpenSsl.Authority authority = openSsl.authority("ca");
        own = authority.issue("own");
        peer = authority.issue("peer");
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        open.add(0, closeable);
        return closeable;
    }

    private Running start(Listener listener) throws IOException {
        return switch (listener) {
            case GROUP_PORT -> {
                DromonNode node = node();
                yield tls(node.process(), node.port());
            }
            case SST_BY_STREAM -> sst("stream");
            case SST_BY_RSYNC -> {
                Peers.require("rsync");
                yield sst("rsync");
            }
            case TUNNEL -> tunnel();
            case CONTROL_SOCKET -> {
                DromonNode node = node();
                Path data = node.directory();
                yield new Running(
                        node.process(),
                        UnixDomainSocketAddress.of(data.resolve("dromon.sock")),
                        () -> assertThat(AdminClient.local(data)
                                        .status()
                                        .path("name")
                                        .asText())
                                .isEqualTo("n"));
            }
        };
    }

    private DromonNode node() {
        DromonNode node = keep(DromonNode.in(directory, "n").tls(own).startPipe());
        node.awaitSynced(LIMIT);
        return node;
    }

    private Running tls(PeerProcess process, int port) {
        return new Running(
                process,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                () -> assertThat(openSsl.servedSerial("127.0.0.1:" + port, peer))
                        .isNotEmpty());
    }

    private Running sst(String method) {
        PeerProcess process = keep(PeerProcess.start(
                "dromon sst receive",
                directory,
                List.of(
                        DromonNode.executable().toString(),
                        "sst",
                        "receive",
                        "--method=" + method,
                        "--listen=127.0.0.1:0",
                        "--target=" + directory.resolve("target"),
                        "--token-file=" + directory.resolve("token"),
                        "--options=tcert=" + own.certificate() + ";tkey=" + own.key() + ";tca="
                                + own.authority().orElseThrow())));
        String ready = process.awaitOutput("^ready ", 0, LIMIT).split(" ", -1)[1];
        return tls(process, Integer.parseInt(ready.substring(ready.lastIndexOf(':') + 1)));
    }

    private Running tunnel() throws IOException {
        int port = Ports.free();
        Path configuration = Files.writeString(
                directory.resolve("tunnel.conf"),
                "foreground = yes\ndebug = info\nkey = " + own.key() + "\ncert = " + own.certificate() + "\nCAfile = "
                        + own.authority().orElseThrow() + "\nverifyChain = yes\n[t]\naccept = 127.0.0.1:" + port
                        + "\nconnect = 127.0.0.1:" + Ports.free() + "\n");
        PeerProcess process = keep(PeerProcess.start(
                "dromon tunnel",
                directory,
                List.of(DromonNode.executable().toString(), "tunnel", configuration.toString())));
        return tls(process, port);
    }

    private static SocketChannel connected(SocketAddress address) throws IOException {
        return address instanceof UnixDomainSocketAddress unix ? SocketChannel.open(unix) : SocketChannel.open(address);
    }

    @ParameterizedTest
    @EnumSource(Listener.class)
    void servesWhileManyStaySilent(Listener listener) throws Exception {
        Running running = start(listener);
        running.serves(LIMIT);
        List<SocketChannel> silent = new ArrayList<>();
        try {
            for (int i = 0; i < SILENT; i++) {
                silent.add(connected(running.address));
            }

            for (int i = 0; i < 5; i++) {
                running.serves(SERVED);
            }
        } finally {
            for (SocketChannel each : silent) {
                each.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Listener.class)
    void servesAgainAfterATimeWithoutFileDescriptors(Listener listener) throws Exception {
        Running running = start(listener);
        running.serves(LIMIT);
        running.serves(SERVED); // what is loaded at the first use is loaded
        PeerProcess process = running.process;

        openFiles(process, 3);
        Duration before = process.cpuTime();
        try (SocketChannel first = connected(running.address);
                SocketChannel second = connected(running.address)) {
            await().pollDelay(WITHOUT_FILES).until(() -> first.isOpen() && second.isOpen());
        }
        Duration used = process.cpuTime().minus(before);
        openFiles(process, 20_000);

        running.serves(SERVED);
        assertThat(process.isAlive()).isTrue();
        assertThat(used).as("it does not spin").isLessThan(WITHOUT_FILES.dividedBy(2));
    }

    private void openFiles(PeerProcess process, int most) {
        PeerProcess.run(
                "prlimit",
                directory,
                List.of(Peers.require("prlimit").toString(), "--pid=" + process.pid(), "--nofile=" + most + ":"),
                LIMIT);
    }
}
