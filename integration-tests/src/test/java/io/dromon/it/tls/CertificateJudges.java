package io.dromon.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.config.NodeConfig;
import io.dromon.it.peers.Garbd;
import io.dromon.it.peers.Peers;
import io.dromon.it.peers.Ports;
import io.dromon.it.tls.CertificateShapes.Shape;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.doctor.Doctor;
import io.dromon.transport.tls.CertificateReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Everybody who decides whether a certificate is taken. A judge of peers meets the real openssl, which presents what is
 * judged as TLS client ({@code s_client}) and as TLS server ({@code s_server}): who has taken a client's certificate
 * sends data, who has taken a server's completes the handshake.
 */
final class CertificateJudges {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int AT_ONCE = 4;
    private static final int ATTEMPTS = 5;
    private static final int ROUNDS = 40;
    private static final int DIALLED_AT_ONCE = 25;
    private static final String GIVE_UP = ";pc.wait_prim_timeout=PT4S";
    private static final String ANSWER = "\0answer";
    /** An alert, or what openssl says if it finds no way to present the certificate. */
    private static final Pattern REFUSED = Pattern.compile(
            "alert number|no suitable|no shared|wrong signature type|no cipher match|unable to load|Error setting");

    private final Path directory;
    private final List<Shape> shapes;
    private final Path trust;
    private final String openssl = Peers.require("openssl").toString();

    CertificateJudges(Path directory, CertificateShapes shapes) throws IOException {
        this.directory = directory;
        this.shapes = shapes.shapes();
        this.trust = Files.writeString(directory.resolve("trust.pem"), shapes.trustPem());
        for (int i = 0; i < this.shapes.size(); i++) {
            Files.writeString(certificate(i), this.shapes.get(i).chainPem());
            Files.writeString(key(i), this.shapes.get(i).keyPem());
            Files.setPosixFilePermissions(key(i), PosixFilePermissions.fromString("rw-------"));
        }
    }

    private Path certificate(int shape) {
        return directory.resolve(shape + ".pem");
    }

    private Path key(int shape) {
        return directory.resolve(shape + "-key.pem");
    }

    /** The first shape is one that everybody takes: the judges themselves present it. */
    private String options(int shape) {
        return "socket.ssl_cert=" + certificate(shape) + ";socket.ssl_key=" + key(shape) + ";socket.ssl_ca=" + trust;
    }

    private NodeConfig config(String address, String options) {
        return NodeConfig.builder()
                .group("g")
                .name("judge")
                .address("gcomm://" + address)
                .listen("tcp://127.0.0.1:0")
                .dataDir(directory.resolve("data"))
                .options(options)
                .build();
    }

    // ---- judges of one's own files

    /** {@code dromon doctor}. */
    List<String> doctor() throws Exception {
        return all(i -> Doctor.examine(() -> config("", options(i)), false).wouldFail() ? "no" : "yes");
    }

    /** {@code dromon pki verify}. */
    List<String> pkiVerify() throws Exception {
        return all(i -> CertificateReport.verify(
                                certificate(i),
                                trust,
                                Optional.empty(),
                                Optional.of(key(i)),
                                Optional.empty(),
                                false,
                                Instant.now())
                        .problems()
                        .isEmpty()
                ? "yes"
                : "no");
    }

    /** {@code openssl verify}, at the security level of Debian's TLS. */
    List<String> opensslVerify() throws Exception {
        return merged(all(i -> verifies(i, "sslclient")), all(i -> verifies(i, "sslserver")));
    }

    private boolean verifies(int shape, String purpose) throws Exception {
        return succeeds(openssl(
                "verify",
                "-auth_level",
                "2",
                "-purpose",
                purpose,
                "-CAfile",
                trust,
                "-untrusted",
                certificate(shape),
                certificate(shape)));
    }

    // ---- judges of a peer

    /** {@code s_server} and {@code s_client}, set up as a Galera node sets up OpenSSL. */
    List<String> opensslTls() throws Exception {
        int port = Ports.free();
        Process server = openssl(
                "s_server",
                "-accept",
                "127.0.0.1:" + port,
                "-www",
                "-cert",
                certificate(0),
                "-key",
                key(0),
                "-CAfile",
                trust,
                "-Verify",
                "9",
                "-verify_return_error");
        Thread reader = new Thread(() -> copy(server.getInputStream(), OutputStream.nullOutputStream()), "s_server");
        reader.setDaemon(true);
        reader.start();
        try {
            awaitListening(port);
            List<Boolean> clients = all(i -> isAnswered(i, port, "GET / HTTP/1.0\r\n\r\n"));
            try (Presenters presenters = new Presenters()) {
                return merged(clients, all(i -> {
                    Process client = openssl(
                            "s_client",
                            "-connect",
                            "127.0.0.1:" + presenters.all.get(i).port,
                            "-brief",
                            "-CAfile",
                            trust,
                            "-verify_return_error");
                    client.getOutputStream().close();
                    return succeeds(client);
                }));
            }
        } finally {
            server.destroyForcibly();
        }
    }

    /** A node of this JVM, with {@code tls.provider}. */
    List<String> dromon(String provider) throws Exception {
        String options = options(0) + ";tls.handshake_timeout=PT20S;tls.provider=" + provider;
        List<Boolean> clients;
        try (Node node = Node.join(config("", options), delivery -> {})) {
            String address = node.listenAddress();
            int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
            clients = all(i -> isAnswered(i, port, ""));
        }
        return merged(clients, dialling(addresses -> {
            // Nobody of those is a node: it dials them all, and gives up.
            try (Node node = Node.join(config(addresses, options + GIVE_UP), delivery -> {})) {
                throw new IllegalStateException(node.status().toString());
            } catch (NodeException expected) {
                assertThat(expected).hasMessageContaining("pc.wait_prim_timeout");
            }
        }));
    }

    /** The real arbitrator. */
    List<String> garbd() throws Exception {
        List<Boolean> clients;
        try (Node node = Node.join(config("", options(0)), delivery -> {});
                Garbd garbd = Garbd.in(Files.createDirectory(directory.resolve("garbd")))
                        .options(options(0))
                        .peers(node.listenAddress()
                                .substring(node.listenAddress().indexOf("//") + 2))
                        .start()) {
            garbd.awaitSynced(LIMIT);
            clients = all(i -> isAnswered(i, garbd.port(), ""));
        }
        return merged(clients, dialling(addresses -> {
            try (Garbd garbd = Garbd.in(Files.createTempDirectory(directory, "garbd"))
                    .options(options(0) + GIVE_UP)
                    .peers(addresses)
                    .start()) {
                garbd.process().awaitExit(LIMIT);
            }
        }));
    }

    /** Lets a node dial who presents the shapes, some at a time, until it has decided on each. */
    private List<Boolean> dialling(Dialler node) throws Exception {
        try (Presenters presenters = new Presenters()) {
            for (int round = 0; round < ROUNDS && !presenters.undecided().isEmpty(); round++) {
                node.dial(presenters.undecided().stream()
                        .limit(DIALLED_AT_ONCE)
                        .map(one -> "127.0.0.1:" + one.port)
                        .collect(Collectors.joining(",")));
            }
            assertThat(presenters.undecided())
                    .as("nobody has decided, or openssl's words are not known")
                    .isEmpty();
            return presenters.all.stream()
                    .map(one -> Boolean.TRUE.equals(one.verdict()))
                    .toList();
        }
    }

    private interface Dialler {
        void dial(String addresses) throws Exception;
    }

    // ---- how they are asked

    /** {@code s_server} for each shape; each serves one who judges. */
    private final class Presenters implements AutoCloseable {
        private final List<Presenter> all = new ArrayList<>();

        Presenters() throws IOException {
            for (int i = 0; i < shapes.size(); i++) {
                all.add(new Presenter(i));
            }
            all.forEach(one -> awaitListening(one.port));
        }

        List<Presenter> undecided() {
            return all.stream().filter(one -> one.verdict() == null).toList();
        }

        @Override
        public void close() {
            all.forEach(one -> one.process.destroyForcibly());
        }
    }

    private final class Presenter {
        private final int port = Ports.free();
        private final String name;
        private final Process process;
        private final ByteArrayOutputStream said = new ByteArrayOutputStream();

        Presenter(int shape) throws IOException {
            name = shapes.get(shape).name();
            process = openssl(
                    "s_server",
                    "-accept",
                    "127.0.0.1:" + port,
                    "-cert",
                    certificate(shape),
                    "-cert_chain",
                    certificate(shape),
                    "-key",
                    key(shape),
                    "-cipher",
                    "ALL:@SECLEVEL=0");
            Thread reader = new Thread(() -> copy(process.getInputStream(), said), "presenter " + shape);
            reader.setDaemon(true);
            reader.start();
        }

        @Override
        public String toString() {
            return name + ": " + said.toString(StandardCharsets.ISO_8859_1);
        }

        /** Null while nobody has decided: a connection that ended without an alert says nothing. */
        @Nullable
        Boolean verdict() {
            String text = said.toString(StandardCharsets.ISO_8859_1);
            if (text.contains("CIPHER is")) {
                return true;
            }
            return (REFUSED.matcher(text).find() || !process.isAlive()) ? false : null;
        }
    }

    /** Whether who accepts the connection sends something behind the handshake, in which the shape was presented. */
    private boolean isAnswered(int shape, int port, String request) throws Exception {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Process client = openssl(
                    "s_client",
                    "-connect",
                    "127.0.0.1:" + port,
                    "-quiet",
                    "-cert",
                    certificate(shape),
                    "-cert_chain",
                    certificate(shape),
                    "-key",
                    key(shape),
                    "-cipher",
                    "ALL:@SECLEVEL=0");
            try {
                client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                client.getOutputStream().flush();
            } catch (IOException e) {
                // It has ended already; it says why.
            }
            try {
                String said = firstWords(client.getInputStream());
                if (said.contains(ANSWER)) {
                    return true;
                }
                if (REFUSED.matcher(said).find()) {
                    return false;
                }
            } finally {
                client.destroyForcibly();
            }
        }
        throw new IllegalStateException(
                shapes.get(shape).name() + ": " + ATTEMPTS + " connections ended without an alert");
    }

    /** All that openssl says, up to the first byte that the other side sent. */
    private static String firstWords(InputStream in) throws IOException {
        StringBuilder said = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            said.append((char) next);
            if (next < ' ' && next != '\n' && next != '\r' && next != '\t') {
                return said + ANSWER; // a datagram's header; openssl itself writes text
            }
            if (said.indexOf("HTTP/1.0 200") >= 0) {
                return said + ANSWER;
            }
        }
        return said.toString();
    }

    private Process openssl(Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(openssl));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static boolean succeeds(Process process) throws IOException, InterruptedException {
        process.getInputStream().readAllBytes();
        return process.waitFor() == 0;
    }

    private static void copy(InputStream in, OutputStream out) {
        try {
            in.transferTo(out);
        } catch (IOException e) {
            // The process was ended.
        }
    }

    private static void awaitListening(int port) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(() -> {
            String entry = "0100007F:%04X 00000000:0000 0A".formatted(port);
            return Files.readString(Path.of("/proc/net/tcp")).contains(entry);
        });
    }

    private <T> List<T> all(Judge<T> judge) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Future<T>> asked = new ArrayList<>();
            for (int i = 0; i < shapes.size(); i++) {
                int shape = i;
                asked.add(pool.submit(() -> judge.decide(shape)));
            }
            List<T> verdicts = new ArrayList<>();
            for (Future<T> one : asked) {
                verdicts.add(one.get(LIMIT.toSeconds(), TimeUnit.SECONDS));
            }
            return verdicts;
        } finally {
            pool.shutdownNow();
        }
    }

    private interface Judge<T> {
        T decide(int shape) throws Exception;
    }

    /** As which it is taken. */
    private static List<String> merged(List<Boolean> clients, List<Boolean> servers) {
        return IntStream.range(0, clients.size())
                .mapToObj(i -> clients.get(i) ? servers.get(i) ? "yes" : "client" : servers.get(i) ? "server" : "no")
                .toList();
    }
}
