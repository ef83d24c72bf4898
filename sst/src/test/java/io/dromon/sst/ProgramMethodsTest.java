package io.dromon.sst;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dromon.sst.SnapshotMethod.Terms;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.archive.Limits;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.Trees;
import io.dromon.sst.rsync.RsyncMethod;
import io.dromon.sst.script.ScriptMethod;
import io.dromon.sst.stream.StreamMethod;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Methods {@code rsync} and {@code script}: real programs at both ends. */
@Tag("sockets")
@Timeout(60)
class ProgramMethodsTest {
    private static final Position POSITION = new Position(new UUID(7, 8), 42);
    private static final X509Bundle CA = TestPki.ca("sst");
    private static TlsContexts joinerTls;
    private static TlsContexts donorTls;

    @TempDir
    Path folder;

    private Path source;
    private Path target;
    private final Token token = Token.create();
    private final List<String> notes = Collections.synchronizedList(new ArrayList<>());
    private final TransferListener listener = new TransferListener() {
        @Override
        public void note(String line) {
            notes.add(line);
        }
    };
    private TransferSettings settings = TransferSettings.defaults()
            .withTimes(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(60));

    @BeforeAll
    static void makeCertificates() {
        joinerTls = tls("joiner");
        donorTls = tls("donor");
    }

    @AfterAll
    static void release() {
        joinerTls.close();
        donorTls.close();
    }

    private static TlsContexts tls(String name) {
        return TestPki.contexts(
                TlsSettings.Provider.AUTO, TestPki.issue(TestPki.builder(name), CA), CA.getCertificate());
    }

    @BeforeEach
    void makePlaces() throws IOException {
        source = folder.resolve("source");
        target = folder.resolve("target");
        Files.createDirectory(target);
        Files.writeString(target.resolve("old"), "old state");
    }

    private static SnapshotMethod rsync() {
        boolean here = Files.isExecutable(Path.of("/usr/bin/rsync"));
        if (!"required".equals(System.getProperty("peers"))) {
            assumeTrue(here, "rsync is not installed (-Dpeers=required turns this into a failure)");
        }
        return new RsyncMethod();
    }

    private static SnapshotMethod method(String name) {
        return name.equals("rsync") ? rsync() : new ScriptMethod(List.of("tar", "-c", "."), Optional.empty());
    }

    private static SnapshotMethod shell(String script) {
        return new ScriptMethod(List.of("sh", "-c", script), Optional.empty());
    }

    private Terms joinerTerms() {
        return new Terms(joinerTls, token, settings, listener);
    }

    private Terms donorTerms() {
        return new Terms(donorTls, token, settings, listener);
    }

    private SnapshotJoiner listen(SnapshotMethod method) throws IOException {
        return method.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                joinerTerms(),
                new SnapshotTarget.Directory(target, Limits.NONE));
    }

    private static CompletableFuture<Manifest> await(SnapshotJoiner joiner) {
        return CompletableFuture.supplyAsync(() -> {
            try (joiner) {
                return joiner.await();
            } catch (IOException | InterruptedException e) {
                throw new CompletionException(e);
            }
        });
    }

    private Manifest send(SnapshotMethod method, InetSocketAddress to) throws IOException, InterruptedException {
        return method.donor(to, donorTerms(), new SnapshotSource.Files(source)).send(POSITION);
    }

    private static Throwable failureOf(CompletableFuture<Manifest> future) throws Exception {
        try {
            Manifest unexpected = future.get(60, TimeUnit.SECONDS);
            throw new AssertionError("succeeded with " + unexpected);
        } catch (ExecutionException e) {
            return Objects.requireNonNull(e.getCause());
        }
    }

    private void assertOldTarget() {
        assertThat(target.resolve("old")).hasContent("old state");
        assertThat(folder.toFile().list()).doesNotContain(".target.sst-staging", ".target.sst-complete");
    }

    private static void assertReason(Throwable failure, Reason reason, String... texts) {
        assertThat(failure).isInstanceOf(TransferException.class);
        assertThat(((TransferException) failure).reason())
                .as(String.valueOf(failure.getMessage()))
                .isEqualTo(reason);
        for (String text : texts) {
            assertThat(failure).hasMessageContaining(text);
        }
    }

    @Test
    void carriesATreeByRsync() throws Exception {
        Trees.mixed(source, 5);
        SnapshotJoiner joiner = listen(rsync());
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        Manifest sent = send(new RsyncMethod(), address);

        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
        assertThat(sent.position()).isEqualTo(POSITION);
        assertThat(Trees.difference(source, target)).isEmpty();
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("source", "target", ".target.sst-lock");
        assertThat(joiner.progress().snapshot().totalBytes()).isEqualTo(sent.bytes());
    }

    @Test
    void carriesARelativeSourceByRsync() throws Exception {
        Trees.mixed(source, 15);
        SnapshotJoiner joiner = listen(rsync());
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);
        Path relative = Path.of("").toAbsolutePath().relativize(source);

        Manifest sent = new RsyncMethod()
                .donor(address, donorTerms(), new SnapshotSource.Files(relative))
                .send(POSITION);

        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
        assertThat(Trees.difference(source, target)).isEmpty();
    }

    @Test
    void saysWhereItCannotListen() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = (InetSocketAddress) taken.getLocalSocketAddress();
            for (SnapshotMethod method : List.of(new StreamMethod(), rsync())) {
                assertThatThrownBy(() -> method.listen(
                                address, joinerTerms(), new SnapshotTarget.Directory(target, Limits.NONE)))
                        .hasMessageContaining("cannot listen on 127.0.0.1:" + address.getPort());
            }
        }
    }

    @Test
    void carriesATreeByTar() throws Exception {
        Trees.mixed(source, 6);
        SnapshotJoiner joiner = listen(new ScriptMethod(List.of("tar", "-x"), Optional.empty()));
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        Manifest sent = send(new ScriptMethod(List.of("tar", "--format=pax", "-c", "."), Optional.empty()), address);

        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
        assertThat(Trees.difference(source, target)).isEmpty();
    }

    @Test
    void putsCompressorAndDecompressorBetweenTheProgramsAndTheChannel() throws Exception {
        Files.createDirectory(source);
        Files.write(source.resolve("zeros"), new byte[20_000_000]);
        SnapshotJoiner joiner = listen(new ScriptMethod(List.of("tar", "-x"), Optional.of("gunzip")));
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        Manifest sent = send(
                new ScriptMethod(List.of("tar", "--format=pax", "-c", "."), Optional.of("gzip -1 | cat")), address);

        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
        assertThat(joiner.progress().snapshot().bytes()).isLessThan(1_000_000);
        assertThat(Trees.difference(source, target)).isEmpty();
    }

    @Test
    void tellsBothEndsThatTheCompressorFailed() throws Exception {
        Files.createDirectory(source);
        Files.write(source.resolve("zeros"), new byte[20_000_000]);
        SnapshotJoiner joiner = listen(new ScriptMethod(List.of("tar", "-x"), Optional.of("gunzip")));
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        assertThatThrownBy(() -> send(
                        new ScriptMethod(
                                List.of("tar", "-c", "."), Optional.of("head -c 100; echo no memory >&2; exit 5")),
                        address))
                .satisfies(e -> assertReason(e, Reason.SOURCE, "sh ended with exit code 5", "no memory"));

        assertReason(failureOf(received), Reason.PEER_FAILED, "exit code 5", "no memory");
        assertOldTarget();
    }

    @Test
    void tellsBothEndsThatTheDecompressorFailed() throws Exception {
        Trees.mixed(source, 9);
        SnapshotJoiner joiner = listen(new ScriptMethod(List.of("sh", "-c", "cat > all"), Optional.of("gunzip")));
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        assertThatThrownBy(() -> send(new ScriptMethod(List.of("tar", "-c", "."), Optional.empty()), address))
                .satisfies(e -> assertReason(e, Reason.PEER_FAILED, "not in gzip format"));

        assertThat(failureOf(received)).hasMessageContaining("not in gzip format");
        assertOldTarget();
    }

    @Test
    void listensNotWithoutTheDecompressor() {
        assertThatThrownBy(() -> listen(new ScriptMethod(List.of("tar", "-x"), Optional.of("no-such-decompressor -d"))))
                .satisfies(e -> assertReason(e, Reason.PROGRAM, "no-such-decompressor"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsync", "script"})
    void refusesADonorWithAnotherTokenAndWaitsForTheRightOne(String name) throws Exception {
        Files.createDirectory(source);
        SnapshotMethod joining =
                name.equals("rsync") ? rsync() : new ScriptMethod(List.of("tar", "-x"), Optional.empty());
        SnapshotJoiner joiner = listen(joining);
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);
        Terms wrong = new Terms(donorTls, Token.create(), settings, listener);

        assertThatThrownBy(() -> method(name)
                        .donor(address, wrong, new SnapshotSource.Files(source))
                        .send(POSITION))
                .satisfies(e -> assertReason(e, Reason.TOKEN_REFUSED));

        assertThat(send(method(name), address)).isEqualTo(received.get(20, TimeUnit.SECONDS));
        assertThat(target.resolve("old")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsync", "script"})
    void refusesUntrustedPeers(String name) throws Exception {
        Files.createDirectory(source);
        X509Bundle otherCa = TestPki.ca("other");
        SnapshotJoiner joiner = listen(method(name));
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);
        try (TlsContexts untrusted = TestPki.contexts(
                TlsSettings.Provider.AUTO, TestPki.issue(TestPki.builder("untrusted"), otherCa), CA.getCertificate())) {
            Terms terms = new Terms(untrusted, token, settings, listener);

            assertThatThrownBy(() -> method(name)
                            .donor(address, terms, new SnapshotSource.Files(source))
                            .send(POSITION))
                    .isInstanceOf(IOException.class);
            try (Socket plain = new Socket(address.getAddress(), address.getPort())) {
                plain.getOutputStream().write("@RSYNCD: 31.0\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                plain.setSoTimeout(15_000);
                assertThat(plain.getInputStream().readNBytes(8))
                        .isNotEqualTo("@RSYNCD:".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            }
        }
        joiner.cancel();

        assertReason(failureOf(received), Reason.CANCELLED);
        assertOldTarget();
        assertThat(notes).anySatisfy(note -> assertThat(note).startsWith("refused 127.0.0.1"));
    }

    @Test
    void tellsTheJoinerHowTheDonorsProgramFailed() throws Exception {
        Files.createDirectory(source);
        SnapshotJoiner joiner = listen(shell("cat > file"));
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        assertThatThrownBy(() -> send(shell("echo half; echo no space >&2; exit 7"), address))
                .satisfies(e -> assertReason(e, Reason.SOURCE, "exit code 7", "no space"));

        assertReason(failureOf(received), Reason.PEER_FAILED, "exit code 7", "no space");
        assertOldTarget();
    }

    @ParameterizedTest
    @ValueSource(strings = {"echo torn >&2; exit 9", "cat > file; echo torn >&2; exit 9"})
    void tellsTheDonorHowTheJoinersProgramFailed(String program) throws Exception {
        Files.createDirectory(source);
        SnapshotJoiner joiner = listen(shell(program));
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        assertThatThrownBy(() -> send(shell("head -c 3000000 /dev/zero"), address))
                .satisfies(e -> assertReason(e, Reason.PEER_FAILED, "exit code 9", "torn"));

        assertReason(failureOf(received), Reason.PROGRAM, "exit code 9", "torn");
        assertOldTarget();
    }

    @Test
    void endsAJoinersProgramThatHangs() throws Exception {
        settings = settings.withTimes(Duration.ofSeconds(20), Duration.ofSeconds(2), Duration.ofSeconds(60));
        Files.createDirectory(source);
        SnapshotJoiner joiner = listen(shell("sleep 1000"));
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        assertThatThrownBy(() -> send(shell("head -c 30000000 /dev/zero"), address))
                .isInstanceOf(TransferException.class);

        assertThat(failureOf(received)).isInstanceOf(IOException.class);
        assertOldTarget();
    }

    /** Before its input ends, and behind it. */
    @ParameterizedTest
    @ValueSource(strings = {"echo stuck >&2; sleep 1000", "cat > file; echo stuck >&2; sleep 1000"})
    void tellsBothEndsThatTheJoinersProgramHangs(String program) throws Exception {
        settings = settings.withTimes(Duration.ofSeconds(20), Duration.ofSeconds(2), Duration.ofSeconds(60));
        Files.createDirectory(source);
        SnapshotJoiner joiner = listen(shell(program));
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        assertThatThrownBy(() -> send(shell("head -c 30000000 /dev/zero"), address))
                .satisfies(e -> assertReason(e, Reason.PEER_FAILED, "the program hangs", "stuck"));

        assertReason(failureOf(received), Reason.IDLE, "the program hangs", "stuck");
        assertOldTarget();
    }

    @Test
    void tellsBothEndsThatTheDonorsProgramHangs() throws Exception {
        settings = settings.withTimes(Duration.ofSeconds(20), Duration.ofSeconds(2), Duration.ofSeconds(60));
        Files.createDirectory(source);
        SnapshotJoiner joiner = listen(shell("cat > file"));
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        assertThatThrownBy(() -> send(shell("echo half; echo stuck >&2; sleep 1000"), address))
                .satisfies(e -> assertReason(e, Reason.SOURCE, "the program hangs", "moved nothing", "stuck"));

        assertReason(failureOf(received), Reason.PEER_FAILED, "the program hangs", "stuck");
        assertOldTarget();
    }

    /** It says now and then how far it is. */
    @Test
    void waitsForTheEndOfAProgramThatIsSlow() throws Exception {
        settings = settings.withTimes(Duration.ofSeconds(20), Duration.ofSeconds(2), Duration.ofSeconds(60));
        Files.createDirectory(source);
        SnapshotJoiner joiner = listen(shell("cat > file; for i in 1 2 3 4; do sleep 1; echo step; done"));
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        Manifest sent = send(shell("echo all"), address);

        assertThat(received.get(60, TimeUnit.SECONDS)).isEqualTo(sent);
        assertThat(target.resolve("file")).hasContent("all");
    }

    @Test
    void endsTheDonorsProgramWithTheTransfer() throws Exception {
        Files.createDirectory(source);
        SnapshotJoiner joiner = listen(shell("cat > file"));
        CompletableFuture<Manifest> received = await(joiner);
        Path pid = folder.resolve("pid");
        SnapshotDonor donor = shell("echo $$ > " + pid + "; head -c 3000000 /dev/zero; exec sleep 1000")
                .donor(joiner.address(), donorTerms(), new SnapshotSource.Files(source));
        whenItRuns(donor, 1, donor::cancel);

        assertThatThrownBy(() -> donor.send(POSITION)).satisfies(e -> assertReason(e, Reason.CANCELLED));

        assertThat(failureOf(received)).isInstanceOf(TransferException.class);
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> ProcessHandle.of(
                                Long.parseLong(Files.readString(pid).strip()))
                        .filter(ProcessHandle::isAlive)
                        .isEmpty());
    }

    @Test
    void sendsNothingWithoutTheProgram() throws Exception {
        Files.createDirectory(source);
        SnapshotMethod missing = new ScriptMethod(List.of("no-such-program", "x"), Optional.empty());

        assertThatThrownBy(() -> listen(missing))
                .satisfies(e -> assertReason(e, Reason.PROGRAM, "no-such-program", "nothing was sent"));
        assertThatThrownBy(() -> missing.donor(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                        donorTerms(),
                        new SnapshotSource.Files(source)))
                .satisfies(e -> assertReason(e, Reason.PROGRAM, "no-such-program"));
        assertOldTarget();
    }

    @Test
    void namesTheOtherMethod() throws Exception {
        Files.createDirectory(source);
        SnapshotJoiner joiner = listen(rsync());
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        assertThatThrownBy(() -> send(new StreamMethod(), address)).isInstanceOf(TransferException.class);

        assertReason(failureOf(received), Reason.PROTOCOL, "the same method");
        assertOldTarget();
    }

    private static void whenItRuns(SnapshotDonor donor, long bytes, Work work) {
        Thread thread = new Thread(() -> {
            try {
                while (donor.progress().snapshot().seconds() == 0
                        || donor.progress().snapshot().bytes() < bytes) {
                    TimeUnit.MILLISECONDS.sleep(1);
                }
                work.run();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private interface Work {
        void run() throws IOException;
    }

    private SnapshotDonor slowRsync(InetSocketAddress address) throws IOException {
        settings = settings.withBytesPerSecond(4_000_000);
        return new RsyncMethod().donor(address, donorTerms(), new SnapshotSource.Files(source));
    }

    @Test
    void keepsTheOldStateWhereTheSourceChangesUnderRsync() throws Exception {
        Trees.mixed(source, 7);
        SnapshotJoiner joiner = listen(rsync());
        SnapshotDonor donor = slowRsync(joiner.address());
        CompletableFuture<Manifest> received = await(joiner);
        whenItRuns(donor, 0, () -> Files.writeString(source.resolve("schema0/deep/er/table 0.ibd"), "changed"));

        assertThatThrownBy(() -> donor.send(POSITION))
                .satisfies(e -> assertReason(e, Reason.PEER_FAILED, "stand still"));

        assertReason(failureOf(received), Reason.TARGET, "stand still");
        assertOldTarget();
    }

    @Test
    void keepsTheOldStateWhenTheDonorGivesUpUnderRsync() throws Exception {
        Trees.mixed(source, 8);
        SnapshotJoiner joiner = listen(rsync());
        SnapshotDonor donor = slowRsync(joiner.address());
        CompletableFuture<Manifest> received = await(joiner);
        whenItRuns(donor, 1_000_000, donor::cancel);

        assertThatThrownBy(() -> donor.send(POSITION)).satisfies(e -> assertReason(e, Reason.CANCELLED));

        assertReason(failureOf(received), Reason.PEER_FAILED, "cancelled at the donor");
        assertOldTarget();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--daemon", "--recursive"})
    void keepsTheOldStateWhenAnRsyncIsKilled(String which) throws Exception {
        Trees.mixed(source, 8);
        SnapshotJoiner joiner = listen(rsync());
        SnapshotDonor donor = slowRsync(joiner.address());
        CompletableFuture<Manifest> received = await(joiner);
        whenItRuns(
                donor,
                1_000_000,
                () -> ProcessHandle.current()
                        .descendants()
                        .filter(process -> List.of(process.info().arguments().orElse(new String[0]))
                                .contains(which))
                        .forEach(ProcessHandle::destroyForcibly));

        assertThatThrownBy(() -> donor.send(POSITION)).isInstanceOf(TransferException.class);

        assertThat(failureOf(received)).isInstanceOf(TransferException.class);
        assertOldTarget();
    }
}
