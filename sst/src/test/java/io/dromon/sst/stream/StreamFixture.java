package io.dromon.sst.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.sst.SnapshotMethod;
import io.dromon.sst.SnapshotSource;
import io.dromon.sst.SnapshotTarget;
import io.dromon.sst.Token;
import io.dromon.sst.TransferListener;
import io.dromon.sst.TransferSettings;
import io.dromon.sst.archive.Limits;
import io.dromon.sst.archive.Manifest;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.Position;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Two ends of method {@code stream} in this process, with certificates of one authority. */
abstract class StreamFixture {
    static final Position POSITION = new Position(new UUID(7, 8), 42);
    static final X509Bundle CA = TestPki.ca("sst");

    static TlsContexts joinerTls;
    static TlsContexts donorTls;

    @TempDir
    Path folder;

    Path source;
    Path target;
    final Token token = Token.create();
    final List<String> notes = Collections.synchronizedList(new ArrayList<>());
    final TransferListener listener = new TransferListener() {
        @Override
        public void note(String line) {
            notes.add(line);
        }
    };

    TransferSettings settings = TransferSettings.defaults()
            .withStreams(3)
            .withTimes(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(60));

    @BeforeAll
    static void makeCertificates() {
        joinerTls = tls(TlsSettings.Provider.AUTO, "joiner");
        donorTls = tls(TlsSettings.Provider.AUTO, "donor");
    }

    @AfterAll
    static void release() {
        joinerTls.close();
        donorTls.close();
    }

    static TlsContexts tls(TlsSettings.Provider provider, String name) {
        return TestPki.contexts(provider, TestPki.issue(TestPki.builder(name), CA), CA.getCertificate());
    }

    @BeforeEach
    void makePlaces() throws IOException {
        source = folder.resolve("source");
        target = folder.resolve("target");
        Files.createDirectory(target);
        Files.writeString(target.resolve("old"), "old state");
    }

    static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    StreamJoiner listen() throws IOException {
        return listen(joinerTls, new SnapshotTarget.Directory(target, Limits.NONE));
    }

    StreamJoiner listen(TlsContexts contexts, SnapshotTarget into) throws IOException {
        return StreamJoiner.listen(anyPort(), terms(contexts, token), into);
    }

    static CompletableFuture<Manifest> await(StreamJoiner joiner) {
        return CompletableFuture.supplyAsync(() -> {
            try (joiner) {
                return joiner.await();
            } catch (IOException | InterruptedException e) {
                throw new CompletionException(e);
            }
        });
    }

    SnapshotMethod.Terms terms(TlsContexts contexts, Token which) {
        return new SnapshotMethod.Terms(contexts, which, settings, listener);
    }

    StreamDonor donor(InetSocketAddress to) {
        return donor(to, donorTls, token);
    }

    StreamDonor donor(InetSocketAddress to, TlsContexts contexts, Token which) {
        return new StreamDonor(to, terms(contexts, which), new SnapshotSource.Files(source));
    }

    StreamDonor liveDonor(InetSocketAddress to, SnapshotSource.Producer producer) {
        return new StreamDonor(to, terms(donorTls, token), new SnapshotSource.Live(producer));
    }

    Manifest send(InetSocketAddress to) throws IOException, InterruptedException {
        return donor(to).send(POSITION);
    }

    static Throwable failureOf(CompletableFuture<Manifest> future) throws Exception {
        try {
            Manifest unexpected = future.get(60, TimeUnit.SECONDS);
            throw new AssertionError("succeeded with " + unexpected);
        } catch (java.util.concurrent.ExecutionException e) {
            return java.util.Objects.requireNonNull(e.getCause());
        }
    }

    void assertOldTarget() {
        assertThat(target.resolve("old")).hasContent("old state");
        assertThat(folder.toFile().list()).doesNotContain(".target.sst-staging", ".target.sst-complete");
    }
}
