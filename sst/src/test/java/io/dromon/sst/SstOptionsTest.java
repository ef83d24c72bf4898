package io.dromon.sst;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.sst.SnapshotMethod.Terms;
import io.dromon.sst.SstSettings.Role;
import io.dromon.sst.archive.Limits;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.channel.Proof;
import io.dromon.sst.stream.StreamMethod;
import io.dromon.transport.testpeer.FaultyWire;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.Position;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the options of {@code [sst]} do to a transfer (chapter 06 sections 11 and 12). */
@Tag("unit")
@Timeout(60)
class SstOptionsTest {
    private static final Position POSITION = new Position(new UUID(7, 8), 42);

    @TempDir
    static Path pki;

    @TempDir
    Path folder;

    /** What the last transfer was like. */
    private record Outcome(Progress.Snapshot joiner, int connections, double seconds) {}

    @BeforeAll
    static void makeCertificates() throws IOException {
        for (String name : new String[] {"one", "two"}) {
            X509Bundle ca = TestPki.ca("ca-" + name);
            Files.writeString(pki.resolve("ca-" + name + ".pem"), ca.getCertificatePEM());
            Path directory = Files.createDirectory(pki.resolve("hashed-" + name));
            Files.writeString(directory.resolve("0a1b2c3d.0"), ca.getCertificatePEM());
            Files.writeString(directory.resolve("README"), "no certificate");
            write(name, TestPki.issue(TestPki.builder(name), ca));
            write(
                    name + "-here",
                    TestPki.issue(
                            TestPki.builder(name).addSanIpAddress("127.0.0.1").addSanDnsName("localhost"), ca));
        }
    }

    private static void write(String name, X509Bundle bundle) throws IOException {
        Files.writeString(pki.resolve(name + ".pem"), bundle.getCertificatePEM());
        Files.writeString(pki.resolve(name + "-key.pem"), bundle.getPrivateKeyPEM());
    }

    /** {@code name=value;...}, {@code @} standing for the directory of the certificates. */
    private static Map<String, String> options(String text) {
        Map<String, String> options = new HashMap<>();
        for (String pair : text.replace("@", pki + "/").split(";", -1)) {
            options.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
        }
        return options;
    }

    private Outcome transfer(String joinerOptions, String donorOptions, String dialled) throws Exception {
        Path source = Files.createDirectories(folder.resolve("source"));
        Files.write(source.resolve("file"), new byte[] {1, 2, 3});
        SstSettings joining = SstSettings.of(options(joinerOptions), Role.JOINER, "stream", "");
        SstSettings donating = SstSettings.of(options(donorOptions), Role.DONOR, "stream", dialled);
        try (TlsContexts joinerTls = joining.contexts();
                TlsContexts donorTls = donating.contexts()) {
            Token token = Token.create();
            SnapshotJoiner joiner = new StreamMethod()
                    .listen(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                            new Terms(joinerTls, token, joining.stream(), TransferListener.SILENT),
                            new SnapshotTarget.Directory(folder.resolve("target"), Limits.NONE));
            try (joiner;
                    FaultyWire wire = new FaultyWire(joiner.address())) {
                CompletableFuture<Manifest> received = CompletableFuture.supplyAsync(() -> {
                    try {
                        return joiner.await();
                    } catch (IOException | InterruptedException e) {
                        throw new CompletionException(e);
                    }
                });
                long begin = System.nanoTime();
                Manifest sent = new StreamMethod()
                        .donor(
                                wire.address(),
                                new Terms(donorTls, token, donating.stream(), TransferListener.SILENT),
                                new SnapshotSource.Files(source))
                        .send(POSITION);
                double seconds = (System.nanoTime() - begin) / 1e9;
                assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
                return new Outcome(joiner.progress().snapshot(), wire.accepted(), seconds);
            }
        }
    }

    private static final String ONE = "tcert=@one.pem;tkey=@one-key.pem;tca=@ca-one.pem";

    @ParameterizedTest
    @CsvSource({
        "tcert=@one.pem;tkey=@one-key.pem;tca=@ca-one.pem",
        "tcert=@one.pem;tkey=@one-key.pem;tcapath=@hashed-one",
        "tcert=@one.pem;tkey=@one-key.pem;tca=@hashed-one",
        "ssl-cert=@one.pem;ssl-key=@one-key.pem;ssl-ca=@ca-one.pem",
        "ssl_cert=@one.pem;ssl_key=@one-key.pem;ssl_capath=@hashed-one;ssl-mode=VERIFY_CA;encrypt=4",
        "tcert=@one.pem;tkey=@one-key.pem;tca=@ca-one.pem;ssl-cert=@two.pem;ssl-key=@two-key.pem;ssl-ca=@ca-two.pem",
        "ssl-server-cert=@one.pem;ssl-server-key=@one-key.pem;ssl-server-ca=@ca-two.pem;"
                + "ssl-client-cert=@two.pem;ssl-client-key=@two-key.pem;ssl-client-ca=@ca-one.pem",
        "ssl-cert=@one.pem;ssl-key=@one-key.pem;ssl-server-capath=@hashed-two;ssl-ca=@ca-one.pem;"
                + "ssl-client-cert=@two.pem;ssl-client-key=@two-key.pem",
        "ssl-server-cert=@one.pem;ssl-server-key=@one-key.pem;ssl-server-ca=@ca-two.pem;"
                + "ssl-client-cert=@two.pem;ssl-client-key=@two-key.pem;ssl-client-capath=@hashed-one"
    })
    void connectsWithTheFilesThatAreNamed(String options) throws Exception {
        assertThat(transfer(options, options, "").joiner().bytes()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "tcert=@two.pem;tkey=@two-key.pem;tca=@ca-one.pem",
        "tcert=@one.pem;tkey=@one-key.pem;tca=@ca-two.pem",
        "tcert=@one.pem;tkey=@one-key.pem;tcapath=@hashed-two",
        "ssl-cert=@one.pem;ssl-key=@one-key.pem;ssl-ca=@ca-one.pem;ssl-client-ca=@ca-two.pem",
        "ssl-cert=@one.pem;ssl-key=@one-key.pem;ssl-ca=@ca-one.pem;ssl-client-cert=@two.pem;ssl-client-key=@two-key.pem"
    })
    void refusesOtherFilesAtTheDonor(String donorOptions) {
        assertThatThrownBy(() -> transfer(ONE + ";sst-initial-timeout=5", donorOptions + ";idle-timeout=2", ""))
                .isInstanceOf(TransferException.class);
        assertThat(folder.resolve("target")).doesNotExist();
    }

    @Test
    void comparesTheJoinersNamesWithTheDialledHostIfAsked() throws Exception {
        String here = "tcert=@one-here.pem;tkey=@one-here-key.pem;tca=@ca-one.pem;ssl-mode=VERIFY_IDENTITY";

        assertThat(transfer(here, here, "127.0.0.1").joiner().bytes()).isEqualTo(3);
        assertThat(transfer(here, here, "localhost").joiner().bytes()).isEqualTo(3);
        assertThatThrownBy(() -> transfer(here, here, "joiner.example"))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("matches no rule of ssl-mode=VERIFY_IDENTITY: tls.valid_sans=DNS:joiner.example");
        assertThatThrownBy(() -> transfer(ONE, here, "127.0.0.1")).isInstanceOf(TransferException.class);
    }

    @Test
    void namesADirectoryWithoutCertificates() {
        assertThatThrownBy(() -> transfer("tcert=@one.pem;tkey=@one-key.pem;tcapath=@", ONE, ""))
                .hasMessageContaining("openssl rehash");
    }

    @Test
    void makesAsManyConnectionsAsStreamsSays() throws Exception {
        assertThat(transfer(ONE, ONE + ";streams=1", "").connections()).isEqualTo(1);
    }

    @Test
    void compressesAsZstdLevelSays() throws Exception {
        Files.createDirectories(folder.resolve("source"));
        Files.writeString(folder.resolve("source/text"), "all the same ".repeat(100_000));

        long none = transfer(ONE, ONE + ";zstd-level=0", "").joiner().wireBytes();
        long some = transfer(ONE, ONE + ";zstd-level=3", "").joiner().wireBytes();

        assertThat(some * 10).isLessThan(none);
    }

    @Test
    void sendsNoFasterThanRlimit() throws Exception {
        Files.createDirectories(folder.resolve("source"));
        Files.write(folder.resolve("source/random"), Proof.random(3 << 20));

        assertThat(transfer(ONE, ONE + ";rlimit=2m", "").seconds()).isGreaterThan(1);
    }

    @ParameterizedTest
    @CsvSource({"sst-initial-timeout, no donor came within 1 s", "total-timeout, longer than 1 s"})
    void givesUpAfterTheTime(String name, String message) throws Exception {
        SstSettings settings = SstSettings.of(options(ONE + ";" + name + "=1"), Role.JOINER, "stream", "");
        try (TlsContexts tls = settings.contexts();
                SnapshotJoiner joiner = new StreamMethod()
                        .listen(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                new Terms(tls, Token.create(), settings.stream(), TransferListener.SILENT),
                                new SnapshotTarget.Directory(folder.resolve("target"), Limits.NONE))) {
            assertThatThrownBy(joiner::await).hasMessageContaining(message);
        }
    }

    /** What counts is that it is no key in clear text: which one is inside, nobody gets to see. */
    @Test
    void saysOfAnEncryptedKeyWhatWorks() throws Exception {
        Files.writeString(
                folder.resolve("locked.pem"),
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
                        + "00112233445566778899AABBCCDDEEFF\n\nAAAA\n-----END RSA PRIVATE KEY-----\n");
        SstSettings settings = SstSettings.of(
                options("tcert=@joiner.pem;tca=@ca.pem;tkey=" + folder.resolve("locked.pem")),
                Role.JOINER,
                "stream",
                "");

        assertThatThrownBy(settings::contexts)
                .hasMessageContaining("tkey: the private key in " + folder.resolve("locked.pem"))
                .hasMessageContaining("state transfers take no password: decrypt it into a file of mode 0600")
                .hasMessageNotContaining("socket.ssl");
    }

    @Test
    void givesUpAfterTheIdleTimeWithoutAJoiner() throws Exception {
        Files.createDirectories(folder.resolve("source"));
        SstSettings settings = SstSettings.of(options(ONE + ";idle-timeout=1"), Role.DONOR, "stream", "");
        try (TlsContexts tls = settings.contexts()) {
            SnapshotDonor donor = new StreamMethod()
                    .donor(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                            new Terms(tls, Token.create(), settings.stream(), TransferListener.SILENT),
                            new SnapshotSource.Files(folder.resolve("source")));

            assertThatThrownBy(() -> donor.send(POSITION)).hasMessageContaining("for 1 s");
        }
    }
}
