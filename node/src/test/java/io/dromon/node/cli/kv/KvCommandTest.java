package io.dromon.node.cli.kv;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.dromon.config.NodeConfig;
import io.dromon.node.admin.api.AdminHost;
import io.dromon.node.cli.Dromon;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.node.kv.StoreRoutes;
import io.dromon.node.store.ReplicatedStore;
import io.dromon.node.store.StoreOptions;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code dromon kv} against the store of a node, by both doors. */
@Tag("sockets")
@Timeout(90)
final class KvCommandTest {
    private static final int USAGE = 2;

    @TempDir
    Path directory;

    private final StringWriter errors = new StringWriter();

    private ReplicatedStore store(String options) {
        ReplicatedStore store = ReplicatedStore.join(
                NodeConfig.builder()
                        .group("g")
                        .name("a")
                        .address("gcomm://")
                        .listen("tcp://127.0.0.1:0")
                        .dataDir(directory.resolve("data"))
                        .options(options)
                        .build(),
                StoreOptions.memory());
        ((AdminHost) store.node()).admin().add(new StoreRoutes(store));
        return store;
    }

    /** What it prints, as it is; its input is {@code input}. */
    private byte[] runWith(byte[] input, int expectedCode, List<String> arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream before = System.out;
        InputStream inBefore = System.in;
        CommandLine line = Dromon.commandLine();
        line.setErr(new PrintWriter(errors, true));
        line.setExecutionStrategy(new CommandLine.RunLast());
        try {
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            System.setIn(new ByteArrayInputStream(input));
            assertThat(line.execute(arguments.toArray(String[]::new)))
                    .as("%s: %s", arguments, errors)
                    .isEqualTo(expectedCode);
        } finally {
            System.setOut(before);
            System.setIn(inBefore);
        }
        return out.toByteArray();
    }

    private String run(int expectedCode, String... arguments) {
        List<String> all = new ArrayList<>(List.of("kv"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--data-dir", directory.resolve("data").toString()));
        return new String(runWith(new byte[0], expectedCode, all), StandardCharsets.UTF_8);
    }

    @Test
    void writesReadsAndRemoves() {
        try (ReplicatedStore store = store("")) {
            String position = run(0, "put", "fruit", "apples").strip();
            assertThat(position).isEqualTo(store.position().toString());
            assertThat(run(0, "get", "fruit", "--consistency", "before")).isEqualTo("apples");

            run(ExitCode.NO_SUCH_KEY, "get", "vegetable");
            assertThat(errors.toString()).contains("there is no such key");

            assertThat(run(0, "delete", "fruit")).contains(":");
            run(ExitCode.NO_SUCH_KEY, "get", "fruit");
        }
    }

    @Test
    void valuesAreBytes() {
        byte[] bytes = {0, (byte) 0xff, '\n', 'x', 0x1b, '\n'};
        String data = directory.resolve("data").toString();
        try (ReplicatedStore store = store("")) {
            runWith(bytes, 0, List.of("kv", "put", "a key & more", "--data-dir", data));

            assertThat(store.get("a key & more".getBytes(StandardCharsets.UTF_8)))
                    .hasValue(bytes);
            assertThat(runWith(new byte[0], 0, List.of("kv", "get", "a key & more", "--data-dir", data)))
                    .isEqualTo(bytes);
            assertThat(run(0, "scan")).isEqualTo("a key & more\tbase64:AP8KeBsK" + System.lineSeparator());
            runWith(new byte[(1 << 20) + 1], ExitCode.FAILED, List.of("kv", "put", "large", "--data-dir", data));
            assertThat(errors.toString()).contains("the body has 1048577 bytes, at most 1048576 are taken");
        }
    }

    @Test
    void aConditionThatDoesNotHoldHasACodeOfItsOwn() {
        try (ReplicatedStore store = store("")) {
            String first = run(0, "put", "k", "1").strip();
            run(0, "put", "k", "2", "--if-unchanged-since", first);

            run(ExitCode.CONDITION_NOT_MET, "put", "k", "3", "--if-unchanged-since", first);
            run(ExitCode.CONDITION_NOT_MET, "delete", "k", "--if-unchanged-since", first);
            run(ExitCode.FAILED, "put", "k", "3", "--if-unchanged-since", "yesterday");
            run(ExitCode.FAILED, "put", "k", "3", "--durability", "local");

            assertThat(store.getText("k")).hasValue("2");
            assertThat(errors.toString()).contains("read the key again", "is no position");
        }
    }

    @Test
    void scansInSeveralRequestsIfThereAreMany() {
        try (ReplicatedStore store = store("")) {
            store.update(tx -> {
                for (int i = 0; i < 2500; i++) {
                    tx.put("k/" + (10_000 + i), String.valueOf(i));
                }
                tx.put("l", "behind");
                tx.put("steers\u001b[2Jthe terminal", "\u001b");
            });

            assertThat(run(0, "scan", "--prefix", "k/", "--limit", "5000").lines())
                    .hasSize(2500);
            assertThat(run(0, "scan", "--from", "k/12499", "--to", "m").lines())
                    .containsExactly("k/12499\t2499", "l\tbehind");
            assertThat(run(0, "scan", "--limit", "1500").lines()).hasSize(1500);
            assertThat(run(0, "scan", "--from", "s")).doesNotContain("\u001b");
            assertThat(run(0, "scan", "--from", "l", "--to", "m", "--json").strip())
                    .isEqualTo("{\"key\":\"l\",\"value\":\"behind\"}");
            run(USAGE, "scan", "--prefix", "k", "--from", "l");
        }
    }

    @Test
    void carriesATransactionOut() throws IOException {
        Path order = directory.resolve("order.json");
        Files.writeString(order, """
                {"operations": [{"check": "stock", "value": "1"}, {"put": "stock", "value": "0"}, {"get": "price"}]}
                """);
        try (ReplicatedStore store = store("")) {
            store.put("stock", "1");
            store.put("price", "7");

            assertThat(run(0, "transact", order.toString())).contains("\"value\" : \"7\"", "\"attempts\" : 1");
            assertThat(store.getText("stock")).hasValue("0");
            run(ExitCode.CONDITION_NOT_MET, "transact", order.toString());
            Files.writeString(order, "{\"operations\": [{\"move\": \"stock\"}]}");
            run(ExitCode.FAILED, "transact", order.toString());
            assertThat(errors.toString()).contains("operation 1: the value is another one", "none of get, put, delete");
        }
    }

    @Test
    void asksAnotherMachineWithACertificateOfTheRightUnit() throws Exception {
        X509Bundle ca = TestPki.ca("kv CA");
        put("node", TestPki.issue(TestPki.builder("a").addSanIpAddress("127.0.0.1"), ca));
        put("shop", TestPki.issue(TestPki.builder("s").subject("CN=s,OU=shop"), ca));
        put("ops", TestPki.issue(TestPki.builder("o").subject("CN=o,OU=ops"), ca));
        Files.writeString(directory.resolve("ca.pem"), ca.getCertificatePEM());
        String options = "admin.listen=127.0.0.1:0:https;admin.valid_ous=ops;admin.ssl_cert=" + directory
                + "/node.crt;admin.ssl_key=" + directory + "/node.key;admin.ssl_ca=" + directory + "/ca.pem;";
        try (ReplicatedStore store = store(options + "admin.data=certificate;admin.data_ous=shop")) {
            String url =
                    "https://" + store.node().status().admin().orElseThrow().address();
            store.put("fruit", "apples");

            assertThat(runAs("shop", url, 0, "get", "fruit")).isEqualTo("apples");
            assertThat(runAs("shop", url, 0, "put", "fruit", "pears")).contains(":");
            runAs("ops", url, ExitCode.FAILED, "get", "fruit");

            assertThat(errors.toString()).contains("admin.data asks for a certificate with OU shop");
            assertThat(store.getText("fruit")).hasValue("pears");
        }
        try (ReplicatedStore store = store(options)) {
            String url =
                    "https://" + store.node().status().admin().orElseThrow().address();
            runAs("ops", url, ExitCode.FAILED, "get", "fruit");
            assertThat(errors.toString()).contains("does not serve data (admin.data=off)");
        }
    }

    private String runAs(String who, String url, int code, String... arguments) {
        List<String> all = new ArrayList<>(List.of("kv"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--url", url, "--ca", directory + "/ca.pem", "--cert", directory + "/" + who + ".crt"));
        all.addAll(List.of("--key", directory + "/" + who + ".key"));
        return new String(runWith(new byte[0], code, all), StandardCharsets.UTF_8);
    }

    private void put(String name, X509Bundle bundle) throws IOException {
        Files.writeString(directory.resolve(name + ".crt"), bundle.getCertificatePEM());
        Path key = Files.writeString(directory.resolve(name + ".key"), bundle.getPrivateKeyPEM());
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    }

    /** A listener that answers as a node does whose component was lost meanwhile, or not at all. */
    @Test
    void anUnknownOutcomeHasACodeOfItsOwn() throws Exception {
        HttpServer lost = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        lost.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().add("Dromon-Outcome", "unknown");
            byte[] problem = "{\"detail\": \"the primary component was lost\", \"remedy\": \"read it\"}"
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(503, problem.length);
            exchange.getResponseBody().write(problem);
            exchange.close();
        });
        lost.start();
        try {
            String url = "http://127.0.0.1:" + lost.getAddress().getPort();
            runWith(new byte[0], ExitCode.OUTCOME_UNKNOWN, List.of("kv", "put", "k", "1", "--url", url));
            assertThat(errors.toString()).contains("the primary component was lost; read it");
        } finally {
            lost.stop(0);
        }
        try (ServerSocket closes = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread acceptor = new Thread(() -> {
                for (int i = 0; i < 2; i++) {
                    try (Socket connection = closes.accept()) {
                        int first = connection.getInputStream().read();
                        assertThat(first).isPositive();
                    } catch (IOException e) {
                        return; // the test has ended
                    }
                }
            });
            acceptor.start();
            String url = "http://127.0.0.1:" + closes.getLocalPort();
            runWith(new byte[0], ExitCode.OUTCOME_UNKNOWN, List.of("kv", "delete", "k", "--url", url));
            assertThat(errors.toString()).contains("It may have been written: read it, with --consistency before");
            runWith(new byte[0], ExitCode.FAILED, List.of("kv", "get", "k", "--url", url));
        }
    }

    @Test
    void aDrainedNodeRefusesAWriteAndNothingIsWritten() {
        try (ReplicatedStore store = store("")) {
            store.put("k", "1");
            String data = directory.resolve("data").toString();
            runWith(new byte[0], 0, List.of("drain", "--data-dir", data));

            run(ExitCode.FAILED, "put", "k", "2");
            assertThat(errors.toString()).contains("drained by an operator, and nothing was sent");
            assertThat(run(0, "get", "k")).isEqualTo("1");

            runWith(new byte[0], 0, List.of("undrain", "--data-dir", data));
            run(0, "put", "k", "2");
        }
    }

    @Test
    void aNodeWithoutAStoreOrNoNodeSaysSo() {
        run(ExitCode.FAILED, "get", "k");
        assertThat(errors.toString()).contains("no node runs in");
        run(USAGE, "nothing");
    }
}
