package io.dromon.it.peers;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * What travels to and from ports of the loopback interface, seen by {@code tshark}. Texts in clear mark the beginning and the end:
 * what lies between them was captured.
 */
public final class PacketCapture implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String BEGIN = "the-capture-has-begun";
    private static final String END = "the-capture-has-ended";

    private final Path tshark;
    private final Path directory;
    private final Path file;
    private final int ownPort = Ports.free();
    private final PeerProcess process;

    private PacketCapture(Path tshark, Path directory, int... ports) {
        this.tshark = tshark;
        this.directory = directory;
        this.file = directory.resolve("packets.pcapng");
        String filter = IntStream.concat(IntStream.of(ownPort), Arrays.stream(ports))
                .mapToObj(port -> "tcp port " + port)
                .collect(Collectors.joining(" or "));
        this.process = PeerProcess.start(
                "tshark", directory, List.of(tshark.toString(), "-i", "lo", "-q", "-f", filter, "-w", file.toString()));
    }

    /** Begins; ends the test where there is no tshark, or it may not capture. */
    public static PacketCapture start(Path directory, int... ports) {
        PacketCapture capture = new PacketCapture(tshark(), directory, ports);
        boolean begun = capture.sees(BEGIN);
        if (!begun) {
            capture.close();
        }
        assumeTrue(
                begun,
                () -> "tshark cannot capture on lo: " + capture.process.log().tail(3));
        return capture;
    }

    /** A tool and no peer: where it is missing, or may not look, nothing else can take its place. */
    private static Path tshark() {
        Optional<Path> found = Peers.find("tshark");
        assumeTrue(found.isPresent(), "tshark is not installed");
        return found.orElseThrow();
    }

    /** Sends a text in clear until it was captured. */
    private boolean sees(String text) {
        try {
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(200)).until(() -> {
                send(text);
                return !process.isAlive() || holds(text);
            });
        } catch (ConditionTimeoutException e) {
            return false;
        }
        return process.isAlive();
    }

    private void send(String text) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket server = new ServerSocket();
                Socket socket = new Socket()) {
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(loopback, ownPort));
            socket.connect(server.getLocalSocketAddress());
            try (Socket accepted = server.accept();
                    OutputStream out = socket.getOutputStream();
                    InputStream in = accepted.getInputStream()) {
                out.write(text.getBytes(StandardCharsets.US_ASCII));
                out.flush();
                byte[] unused = in.readNBytes(text.length());
            }
        }
    }

    private boolean holds(String text) throws IOException {
        return Files.exists(file) && new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
    }

    /** Ends it: everything up to now is there. */
    public void end() {
        if (!sees(END)) {
            throw process.failure("did not capture the end");
        }
        process.terminate();
        int unused = process.awaitExit(LIMIT);
    }

    /** Whether a text was seen anywhere, in whatever direction; after {@link #end}. */
    public boolean shows(String text) {
        try {
            return holds(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was sent to and from a port, packet by packet, a character a byte; after {@link #end}. */
    public List<String> payloads(int port) {
        String fields = PeerProcess.run(
                "tshark -r",
                directory,
                List.of(
                        tshark.toString(),
                        "-r",
                        file.toString(),
                        "-Y",
                        "tcp.port==" + port + " && tcp.len>0",
                        "-T",
                        "fields",
                        "-e",
                        "tcp.payload"),
                Duration.ofSeconds(60));
        return fields.lines()
                .map(hex ->
                        new String(HexFormat.of().parseHex(hex.replace(":", "").strip()), StandardCharsets.ISO_8859_1))
                .toList();
    }

    /** How many packets there were to and from a port, with or without content; after {@link #end}. */
    public long packets(int port) {
        return PeerProcess.run(
                        "tshark -r",
                        directory,
                        List.of(tshark.toString(), "-r", file.toString(), "-Y", "tcp.port==" + port),
                        Duration.ofSeconds(60))
                .lines()
                .filter(line -> !line.isBlank())
                .count();
    }

    @Override
    public void close() {
        process.close();
    }
}
