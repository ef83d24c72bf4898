package io.dromon.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.Garbd;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.OutputLog;
import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.RecordingProxy;
import io.dromon.it.peers.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plain text against TLS, in both directions, Dromon against Dromon and against real garbd: Dromon's side names the
 * mismatch and the remedy. Each test prints what both sides said, when, and how long the connections lasted.
 */
@Timeout(240)
final class MixedModeTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String MISMATCH = "socket\\.ssl";
    private static final String GARBD_VERDICT = "(?i)(failed to establish|handshake failed|timed out|eof)";

    @TempDir
    Path directory;

    private TlsFiles files;

    @BeforeEach
    void makeTheSharedPair() {
        files = new OpenSsl(directory).sharedPair();
    }

    @Test
    void plainDromonDialsTlsDromon() throws Exception {
        try (DromonNode acceptor = dromonAcceptor(files);
                RecordingProxy proxy = new RecordingProxy(acceptor.port());
                DromonNode dialler = dromonDialler(null, proxy)) {
            verdict("plain dromon -> TLS dromon, dialler ", dialler.process(), MISMATCH, proxy);
            verdict("plain dromon -> TLS dromon, acceptor", acceptor.process(), MISMATCH, proxy);

            assertThat(proxy.shortestMs()).isLessThan(3000);
        }
    }

    @Test
    void tlsDromonDialsPlainDromon() throws Exception {
        try (DromonNode acceptor = dromonAcceptor(null);
                RecordingProxy proxy = new RecordingProxy(acceptor.port());
                DromonNode dialler = dromonDialler(files, proxy)) {
            verdict("TLS dromon -> plain dromon, dialler ", dialler.process(), MISMATCH, proxy);
            verdict("TLS dromon -> plain dromon, acceptor", acceptor.process(), MISMATCH, proxy);

            assertThat(proxy.shortestMs()).isLessThan(1000);
        }
    }

    @Test
    void plainDromonDialsTlsGarbd() throws Exception {
        try (Garbd acceptor = garbdAcceptor(files);
                RecordingProxy proxy = new RecordingProxy(acceptor.port());
                DromonNode dialler = dromonDialler(null, proxy)) {
            verdict("plain dromon -> TLS garbd, dialler ", dialler.process(), MISMATCH, proxy);
            verdict("plain dromon -> TLS garbd, acceptor", acceptor.process(), GARBD_VERDICT, proxy);

            assertThat(proxy.shortestMs()).isLessThan(5000);
        }
    }

    @Test
    void tlsDromonDialsPlainGarbd() throws Exception {
        try (Garbd acceptor = garbdAcceptor(null);
                RecordingProxy proxy = new RecordingProxy(acceptor.port());
                DromonNode dialler = dromonDialler(files, proxy)) {
            verdict("TLS dromon -> plain garbd, dialler ", dialler.process(), MISMATCH, proxy);
            report("TLS dromon -> plain garbd, acceptor", acceptor.process(), GARBD_VERDICT, proxy);

            assertThat(proxy.shortestMs()).isLessThan(1000);
        }
    }

    @Test
    void plainGarbdDialsTlsDromon() throws Exception {
        try (DromonNode acceptor = dromonAcceptor(files);
                RecordingProxy proxy = new RecordingProxy(acceptor.port());
                Garbd dialler = garbdDialler(null, proxy)) {
            verdict("plain garbd -> TLS dromon, acceptor", acceptor.process(), MISMATCH, proxy);
            report("plain garbd -> TLS dromon, dialler ", dialler.process(), GARBD_VERDICT, proxy);

            assertThat(proxy.shortestMs()).isLessThan(3000);
        }
    }

    @Test
    void tlsGarbdDialsPlainDromon() throws Exception {
        try (DromonNode acceptor = dromonAcceptor(null);
                RecordingProxy proxy = new RecordingProxy(acceptor.port());
                Garbd dialler = garbdDialler(files, proxy)) {
            verdict("TLS garbd -> plain dromon, acceptor", acceptor.process(), MISMATCH, proxy);
            verdict("TLS garbd -> plain dromon, dialler ", dialler.process(), GARBD_VERDICT, proxy);

            assertThat(proxy.shortestMs()).isLessThan(1000);
        }
    }

    private DromonNode dromonAcceptor(@Nullable TlsFiles tls) {
        DromonNode node = DromonNode.in(directory, "acceptor").tls(tls).startPipe();
        node.awaitPrimary(1, 0, LIMIT);
        return node;
    }

    private DromonNode dromonDialler(@Nullable TlsFiles tls, RecordingProxy proxy) {
        return DromonNode.in(directory, "dialler")
                .tls(tls)
                .peers(proxy.hostPort())
                .startPipe();
    }

    private Garbd garbdAcceptor(@Nullable TlsFiles tls) throws IOException {
        Garbd garbd = Garbd.in(Files.createDirectory(directory.resolve("acceptor")))
                .tls(tls)
                .start();
        garbd.awaitPrimary(1, 0, LIMIT);
        return garbd;
    }

    private Garbd garbdDialler(@Nullable TlsFiles tls, RecordingProxy proxy) throws IOException {
        return Garbd.in(Files.createDirectory(directory.resolve("dialler")))
                .tls(tls)
                .peers(proxy.hostPort())
                .start();
    }

    /** Waits for the verdict and prints it. */
    private static void verdict(String who, PeerProcess process, String regex, RecordingProxy proxy)
            throws InterruptedException {
        proxy.awaitBeginNs(LIMIT);
        process.awaitLog(regex, LIMIT);
        report(who, process, regex, proxy);
    }

    /** The first connection includes the classes that both JVMs load for it; the later ones are the usual case. */
    private static void report(String who, PeerProcess process, String regex, RecordingProxy proxy)
            throws InterruptedException {
        long beginNs = proxy.awaitBeginNs(LIMIT);
        String ends = proxy.awaitEnds(3, Duration.ofSeconds(15));
        Optional<OutputLog.Timed> said = process.log().find(regex, 0);
        System.out.println(who + " | first line "
                + said.map(line -> (line.timeNs() - beginNs) / 1_000_000 + " ms after the first connection")
                        .orElse("never")
                + " | connections lasted " + ends + " | "
                + said.map(OutputLog.Timed::line).orElse(""));
    }
}
