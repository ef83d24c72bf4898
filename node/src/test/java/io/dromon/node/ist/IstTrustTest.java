package io.dromon.node.ist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dromon.config.Address;
import io.dromon.node.ist.protocol.IstException;
import io.dromon.node.ist.protocol.IstException.Reason;
import io.dromon.transport.testpeer.NoLeaks;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsSettings;
import io.netty.pkitesting.X509Bundle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is let in; what is not ends neither the joiner nor its wait for the donor (chapter 06 sections 8 and 17). */
@Tag("sockets")
@ExtendWith(NoLeaks.class)
@Timeout(120)
class IstTrustTest extends IstFixture {
    private static final Path OPENSSL = Path.of("/usr/bin/openssl");

    /** The right donor still gets in. */
    private void assertServes(Mode mode, IstJoiner joiner) throws Exception {
        Received received = new Received();
        Sent sent = new Sent();
        joiner.receive(RECORDED.position() + 1, received);
        donor(mode, address(joiner)).send(RECORDED.range(), new ListSource(RECORDED.events()), sent);
        assertThat(received.end()).isEqualTo(3053L);
        assertThat(sent.end()).isEqualTo(3053L);
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsSettings.Provider.class,
            names = {"BORINGSSL", "JDK"})
    void refusesADonorOfAnotherAuthorityAndWaitsForTheRightOne(TlsSettings.Provider provider) throws Exception {
        IstJoiner joiner = joiner(Mode.BORINGSSL);
        Optional<TlsContexts> other = Optional.of(closing(TestPki.contexts(
                provider, TestPki.issue(TestPki.builder("stranger"), TestPki.ca("other")), CA.getCertificate())));

        assertThatThrownBy(() -> donor(other, address(joiner)))
                .isInstanceOfSatisfying(
                        IstException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED))
                .hasMessageContaining("the peer refused this node's certificate");

        assertServes(Mode.BORINGSSL, joiner);
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsSettings.Provider.class,
            names = {"BORINGSSL", "JDK"})
    void aDonorRefusesAJoinerOfAnotherAuthority(TlsSettings.Provider provider) throws Exception {
        IstJoiner joiner = joiner(Mode.BORINGSSL);
        Optional<TlsContexts> other = Optional.of(closing(issued(provider, "donor", TestPki.ca("other"))));

        assertThatThrownBy(() -> donor(other, address(joiner)))
                .isInstanceOfSatisfying(
                        IstException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED))
                .hasMessageContaining("127.0.0.1:" + address(joiner).port() + ": refused");

        assertServes(Mode.BORINGSSL, joiner);
    }

    @Test
    void aPlainDonorDoesNotDialAnAddressThatSaysTls() throws Exception {
        IstJoiner joiner = joiner(Mode.BORINGSSL);

        assertThat(address(joiner).scheme()).isEqualTo("ssl");
        assertThatThrownBy(() -> donor(Mode.PLAIN, address(joiner)))
                .isInstanceOfSatisfying(
                        IstException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED))
                .hasMessageContaining("the joiner's address says TLS, this node runs plain text")
                .hasMessageContaining("socket.ssl=YES");

        assertServes(Mode.BORINGSSL, joiner);
    }

    @Test
    void aPlainDonorThatConnectsToAJoinerWithTlsIsRefused() throws Exception {
        IstJoiner joiner = joiner(Mode.BORINGSSL);
        Address plain = new Address("tcp", "127.0.0.1", address(joiner).port());

        assertThatThrownBy(() -> donor(Mode.PLAIN, plain))
                .isInstanceOf(IstException.class)
                .hasMessageContaining("127.0.0.1:" + plain.port());

        assertServes(Mode.BORINGSSL, joiner);
    }

    @ParameterizedTest
    @EnumSource(names = {"BORINGSSL", "JDK"})
    void aDonorWithTlsSaysNothingInClearToAPlainJoiner(Mode mode) throws Exception {
        IstJoiner joiner = joiner(Mode.PLAIN);

        assertThat(address(joiner).scheme()).isEqualTo("tcp");
        assertThatThrownBy(() -> donor(mode, address(joiner)))
                .isInstanceOfSatisfying(
                        IstException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED))
                .hasMessageContaining("the peer does not speak TLS")
                .hasMessageContaining("set socket.ssl=YES, socket.ssl_cert and socket.ssl_key there");

        assertServes(Mode.PLAIN, joiner);
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void connectionsThatProveNothingDoNotKeepTheDonorOut(Mode mode) throws Exception {
        IstJoiner joiner = joiner(mode);
        InetSocketAddress at = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), address(joiner).port());
        for (int i = 0; i < 12; i++) {
            Socket stranger = closing(new Socket());
            stranger.connect(at);
            if (i % 3 == 1) {
                stranger.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            } else if (i % 3 == 2) {
                stranger.close();
            }
        }

        assertServes(mode, joiner);
    }

    /** Its last flight comes in several records, and nothing behind it until the joiner has spoken. */
    @ParameterizedTest
    @CsvSource({"BORINGSSL, -tls1_3", "JDK, -tls1_3", "BORINGSSL, -tls1_2", "JDK, -tls1_2"})
    void speaksFirstToADonorWithOpenSsl(Mode mode, String version, @TempDir Path folder) throws Exception {
        assumeTrue(
                Files.isExecutable(OPENSSL) || "required".equals(System.getProperty("peers")),
                "openssl is not installed");
        X509Bundle donor = TestPki.issue(TestPki.builder("donor"), CA);
        Files.writeString(folder.resolve("donor.pem"), donor.getCertificatePEM());
        Files.writeString(folder.resolve("donor-key.pem"), donor.getPrivateKeyPEM());
        IstJoiner joiner = joiner(mode);

        Process client = new ProcessBuilder(
                        OPENSSL.toString(),
                        "s_client",
                        "-quiet",
                        version,
                        "-connect",
                        "127.0.0.1:" + address(joiner).port(),
                        "-cert",
                        "donor.pem",
                        "-key",
                        "donor-key.pem")
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        closing(client::destroyForcibly);

        byte[] first = client.getInputStream().readNBytes(24);
        assertThat(HexFormat.of().formatHex(first))
                .isEqualTo("0b01000000000000" + "ffffffffffffffff" + "a839807fdad500d3");
    }

    @Test
    void takesOneDonorOnly() throws Exception {
        IstJoiner joiner = joiner(Mode.BORINGSSL);
        IstDonor first = donor(Mode.BORINGSSL, address(joiner));
        Sent sent = new Sent();
        Address at = address(joiner);
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThatThrownBy(() -> donor(Mode.BORINGSSL, at))
                        .isInstanceOfSatisfying(
                                IstException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE)));

        Received received = new Received();
        joiner.receive(RECORDED.position() + 1, received);
        first.send(RECORDED.range(), new ListSource(RECORDED.events()), sent);

        assertThat(received.end()).isEqualTo(3053L);
    }

    @Test
    void takesNoAddressThatTheAllowListDoesNotName() throws Exception {
        IstSettings allowing =
                settings(SETTINGS.arrival(), SETTINGS.silence(), Set.of(InetAddress.getByName("192.0.2.1")));
        IstJoiner joiner = joiner(contexts(Mode.BORINGSSL, "joiner"), allowing, RECORDED.expected());

        assertThatThrownBy(() -> donor(Mode.BORINGSSL, address(joiner)))
                .isInstanceOfSatisfying(
                        IstException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED));
    }

    @Test
    void namesAnAddressThatIsTaken() throws Exception {
        IstJoiner joiner = joiner(Mode.PLAIN);
        Address taken = address(joiner);

        assertThatThrownBy(() -> IstJoiner.listen(taken, RECORDED.expected(), SETTINGS, IstModes.of(Optional::empty)))
                .hasMessageContaining("cannot listen at 127.0.0.1:" + taken.port())
                .hasMessageContaining("ist.recv_addr");
    }
}
