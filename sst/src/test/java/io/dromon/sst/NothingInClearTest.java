package io.dromon.sst;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dromon.sst.SnapshotMethod.Terms;
import io.dromon.sst.TransferSettings.Compression;
import io.dromon.sst.archive.Limits;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.Trees;
import io.dromon.sst.rsync.RsyncMethod;
import io.dromon.sst.script.ScriptMethod;
import io.dromon.sst.stream.StreamMethod;
import io.dromon.transport.testpeer.FaultyWire;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.Position;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All bytes between donor and joiner, of every method: neither content nor names nor secrets are among them. */
@Tag("sockets")
@Timeout(60)
class NothingInClearTest {
    private static final Position POSITION = new Position(new UUID(7, 8), 42);
    private static final String MARKER = "the-text-that-nobody-must-see";
    private static final String NAME = "the-name-that-nobody-must-see";
    private static final byte[] DONOR_HOST = {127, 0, 0, 2};

    @TempDir
    Path folder;

    /** Stands on another address of this machine before the same port. */
    private static FaultyWire tap(InetSocketAddress target) throws IOException {
        return new FaultyWire(new InetSocketAddress(InetAddress.getByAddress(DONOR_HOST), target.getPort()), target)
                .keepAll();
    }

    private static TlsContexts tls(String name, X509Bundle ca) {
        return TestPki.contexts(
                TlsSettings.Provider.AUTO, TestPki.issue(TestPki.builder(name), ca), ca.getCertificate());
    }

    private static SnapshotMethod method(String name, boolean joiner) {
        if (name.equals("rsync") && !"required".equals(System.getProperty("peers"))) {
            assumeTrue(Files.isExecutable(Path.of("/usr/bin/rsync")), "rsync is not installed");
        }
        return switch (name) {
            case "stream" -> new StreamMethod();
            case "rsync" -> new RsyncMethod();
            default ->
                new ScriptMethod(
                        joiner ? List.of("tar", "-x") : List.of("tar", "--format=pax", "-c", "."), Optional.empty());
        };
    }

    private Path source() throws IOException {
        Path source = Files.createDirectory(folder.resolve("source"));
        Files.writeString(source.resolve(NAME), (MARKER + "\n").repeat(100_000));
        Files.writeString(source.resolve(NAME + " small"), MARKER);
        return source;
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream", "rsync", "script"})
    void showsNothingToTheNetwork(String name) throws Exception {
        Path source = source();
        Path target = folder.resolve("target");
        X509Bundle ca = TestPki.ca("sst");
        Token token = Token.create();
        TransferSettings settings = TransferSettings.defaults().withCompression(Compression.NONE);
        try (TlsContexts joinerTls = tls("joiner", ca);
                TlsContexts donorTls = tls("donor", ca);
                SnapshotJoiner joiner = listen(name, new Terms(joinerTls, token, settings, TransferListener.SILENT));
                FaultyWire first = tap(joiner.address());
                FaultyWire second = tap(new InetSocketAddress(
                        joiner.address().getAddress(), joiner.address().getPort() + 1))) {
            CompletableFuture<Manifest> received = CompletableFuture.supplyAsync(() -> {
                try {
                    return joiner.await();
                } catch (IOException | InterruptedException e) {
                    throw new CompletionException(e);
                }
            });

            Manifest sent = method(name, false)
                    .donor(
                            first.address(),
                            new Terms(donorTls, token, settings, TransferListener.SILENT),
                            new SnapshotSource.Files(source))
                    .send(POSITION);

            assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
            assertThat(Trees.difference(source, target)).isEmpty();
            String seen = first.kept() + second.kept();
            assertThat(seen.length()).isGreaterThan(100_000 * MARKER.length());
            assertThat(seen)
                    .doesNotContain(MARKER)
                    .doesNotContain(NAME)
                    .doesNotContain(token.text())
                    .doesNotContain("rsync_sst")
                    .doesNotContain(POSITION.history().toString());
        }
    }

    /** A port with a free one above it. */
    private SnapshotJoiner listen(String name, Terms terms) throws IOException {
        SnapshotTarget receiver = new SnapshotTarget.Directory(folder.resolve("target"), Limits.NONE);
        for (int i = 0; ; i++) {
            int port;
            try (ServerSocket free = new ServerSocket(0);
                    ServerSocket next = new ServerSocket(free.getLocalPort() + 1)) {
                port = next.getLocalPort() - 1;
            } catch (IOException e) {
                if (i < 20) {
                    continue;
                }
                throw e;
            }
            return method(name, true)
                    .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), terms, receiver);
        }
    }

    /** The control of the control: what is sent in clear is seen. */
    @Test
    void seesWhatIsSentInClear() throws Exception {
        Path source = source();
        try (ServerSocket sink = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                FaultyWire tap = tap((InetSocketAddress) sink.getLocalSocketAddress());
                Socket plain =
                        new Socket(tap.address().getAddress(), tap.address().getPort())) {
            CompletableFuture<byte[]> received = CompletableFuture.supplyAsync(() -> {
                try (Socket socket = sink.accept()) {
                    return socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                    throw new CompletionException(e);
                }
            });
            plain.getOutputStream().write(Files.readAllBytes(source.resolve(NAME)));
            plain.shutdownOutput();

            assertThat(received.get(20, TimeUnit.SECONDS)).hasSizeGreaterThan(100_000);
            assertThat(tap.kept()).contains(MARKER);
        }
    }
}
