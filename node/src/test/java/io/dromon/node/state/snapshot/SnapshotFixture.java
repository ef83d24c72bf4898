package io.dromon.node.state.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.config.NodeConfig;
import io.dromon.config.NodeConfigBuilder;
import io.dromon.config.ServerOptions;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.Position;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes' configurations, certificates in files, and a donor's snapshot. */
abstract class SnapshotFixture {
    static final Position POSITION = new Position(new UUID(7, 8), 42);

    @TempDir
    static Path pki;

    @TempDir
    Path folder;

    Path source;
    private final List<SnapshotTaker> takers = new ArrayList<>();

    @BeforeAll
    static void makeCertificates() throws IOException {
        for (String ca : List.of("one", "two")) {
            X509Bundle authority = TestPki.ca("ca-" + ca);
            Files.writeString(pki.resolve("ca-" + ca + ".pem"), authority.getCertificatePEM());
            X509Bundle bundle = TestPki.issue(TestPki.builder(ca), authority);
            Files.writeString(pki.resolve(ca + ".pem"), bundle.getCertificatePEM());
            Files.writeString(pki.resolve(ca + "-key.pem"), bundle.getPrivateKeyPEM());
        }
    }

    @BeforeEach
    void makeSource() throws IOException {
        source = Files.createDirectories(settings("donor", "one").directory()).resolve("outgoing");
        Files.createDirectories(source.resolve("below"));
        byte[] content = new byte[3 << 20];
        new Random(5).nextBytes(content);
        Files.write(source.resolve("large"), content);
        Files.writeString(source.resolve("below/small"), "text");
    }

    @AfterEach
    void closeTakers() {
        takers.forEach(SnapshotTaker::close);
    }

    static Optional<TlsSettings> tls(String name) {
        return Optional.of(new TlsSettings(
                pki.resolve(name + ".pem"),
                pki.resolve(name + "-key.pem"),
                Optional.of(pki.resolve("ca-" + name + ".pem")),
                Optional.empty(),
                "",
                TlsSettings.Provider.AUTO));
    }

    NodeConfigBuilder config(String node) {
        return NodeConfig.builder()
                .address("gcomm://")
                .listen("tcp://127.0.0.1:0")
                .option("sst.idle-timeout", "2")
                .option(ServerOptions.WSREP_SST_METHOD, "stream")
                .dataDir(folder.resolve(node));
    }

    /** Of a node whose links are made with the certificate of an authority. */
    SnapshotSettings settings(String node, String authority) {
        return SnapshotSettings.of(config(node).build(), tls(authority));
    }

    SnapshotTaker listen(SnapshotSettings settings) throws SnapshotException {
        SnapshotTaker taker = SnapshotTaker.listen(settings);
        takers.add(taker);
        return taker;
    }

    Ends give(SnapshotSettings settings, SnapshotRequest request) {
        Ends ends = new Ends();
        SnapshotGiver unused = SnapshotGiver.give(settings, request, source(), ends);
        return ends;
    }

    SnapshotGiver.Source source() {
        return new SnapshotGiver.Source(source, POSITION, wanted -> {});
    }

    static Ends take(SnapshotTaker taker) {
        Ends ends = new Ends();
        taker.take(ends);
        return ends;
    }

    /** An old state beside what comes. */
    Path oldState() throws IOException {
        Path old = Files.createDirectories(folder.resolve("joiner/lines"));
        Files.writeString(old.resolve("old"), "old state");
        return old;
    }

    /** Nothing of a transfer is left but its lock. */
    void assertNothingLeft(SnapshotTaker taker) throws IOException {
        assertThat(folder.resolve("joiner/lines/old")).hasContent("old state");
        Path directory = Objects.requireNonNull(taker.directory().getParent());
        try (var left = Files.list(directory)) {
            assertThat(left.map(path -> path.getFileName().toString())).containsOnly(".incoming.sst-lock");
        }
    }

    /** The end of a transfer, which is told once. */
    static final class Ends implements SnapshotListener {
        final List<SnapshotProgress> progress = Collections.synchronizedList(new ArrayList<>());
        private final BlockingQueue<Object> ends = new LinkedBlockingQueue<>();

        @Override
        public void onProgress(SnapshotProgress now) {
            progress.add(now);
        }

        @Override
        public void onTransferred(Position position) {
            ends.add(position);
        }

        @Override
        public void onFailure(SnapshotException why) {
            ends.add(why);
        }

        Object end() throws InterruptedException {
            Object end = ends.poll(30, TimeUnit.SECONDS);
            assertThat(end).as("an end within 30 s").isNotNull();
            assertThat(ends).as("more than one end").isEmpty();
            return Objects.requireNonNull(end);
        }

        SnapshotException failure() throws InterruptedException {
            Object end = end();
            assertThat(end).isInstanceOf(SnapshotException.class);
            return (SnapshotException) end;
        }
    }
}
