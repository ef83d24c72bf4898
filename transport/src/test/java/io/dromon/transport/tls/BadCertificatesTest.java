package io.dromon.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.pem.PemException;
import io.dromon.transport.tls.pem.PemFiles;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bouncycastle.asn1.x509.Extension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that nobody should send: refused with a named reason and nothing else. */
@Tag("unit")
@Timeout(60)
class BadCertificatesTest {
    private static final X509Bundle CA = TestPki.ca("CA");
    private static final X509Bundle LEAF = TestPki.issue(TestPki.builder("leaf"), CA);

    @TempDir
    Path dir;

    /** Bytes as a peer sends them. */
    private static final class Raw extends Certificate {
        private static final long serialVersionUID = 1L;
        private final byte[] bytes;

        Raw(byte[] bytes) {
            super("X.509");
            this.bytes = bytes;
        }

        @Override
        public byte[] getEncoded() {
            return bytes.clone();
        }

        @Override
        public void verify(PublicKey key) {}

        @Override
        public void verify(PublicKey key, String provider) {}

        @Override
        public String toString() {
            return "raw";
        }

        @Override
        public PublicKey getPublicKey() {
            return CA.getCertificate().getPublicKey();
        }
    }

    private static String refusal(Certificate... presented) {
        Trust trust = Trust.in(List.of(CA.getCertificate()));
        PeerVerifier verifier =
                new PeerVerifier(trust, new PeerPolicy(PeerSettings.ANY, trust), InstantSource.system(), false);
        Throwable refused = catchThrowable(() -> verifier.admit(presented, Role.CLIENT));
        assertThat(refused).isInstanceOf(Refused.class);
        assertThat(refused.getStackTrace()).isEmpty();
        assertThat(refused.getMessage()).doesNotContain("\n").hasSizeLessThan(2000);
        return String.valueOf(refused.getMessage());
    }

    private static X509Bundle ca(String name, X509Bundle by) {
        return TestPki.issue(TestPki.builder(name).setIsCertificateAuthority(true), by);
    }

    @Test
    void noCertificateAtAll() {
        assertThat(refusal()).contains("no certificate");
    }

    @Test
    void malformedBytes() throws Exception {
        byte[] good = LEAF.getCertificate().getEncoded();

        assertThat(refusal(new Raw(Arrays.copyOf(good, good.length / 2)))).contains("malformed");
        assertThat(refusal(new Raw(new byte[0]))).contains("malformed");
        assertThat(refusal(LEAF.getCertificate(), new Raw(new byte[] {0x30, (byte) 0x84, 0x7f, -1, -1, -1})))
                .contains("certificate 2 of 2: malformed");
    }

    @Test
    void anyChangedByteIsRefusedOrHarmless() throws Exception {
        byte[] good = LEAF.getCertificate().getEncoded();
        Random random = new Random(42);
        Trust trust = Trust.in(List.of(CA.getCertificate()));
        PeerVerifier verifier =
                new PeerVerifier(trust, new PeerPolicy(PeerSettings.ANY, trust), InstantSource.system(), false);
        for (int i = 0; i < 1500; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 + random.nextInt(255));
            Throwable thrown = catchThrowable(() -> verifier.admit(new Certificate[] {new Raw(bad)}, Role.CLIENT));
            assertThat(thrown).as("change " + i).isInstanceOf(Refused.class);
        }
    }

    @Test
    void duplicateExtensions() throws Exception {
        X509Bundle two = TestPki.issue(
                TestPki.builder("two")
                        .addExtensionUtf8String("1.3.6.1.4.1.99.1", false, "a")
                        .addExtensionUtf8String("1.3.6.1.4.1.99.2", false, "b"),
                CA);
        byte[] bytes = two.getCertificate().getEncoded();
        byte[] second = {0x2b, 0x06, 0x01, 0x04, 0x01, 0x63, 0x02};
        for (int i = 0; i + second.length < bytes.length; i++) {
            if (Arrays.equals(second, Arrays.copyOfRange(bytes, i, i + second.length))) {
                bytes[i + second.length - 1] = 0x01;
            }
        }

        assertThat(refusal(new Raw(bytes))).contains("malformed").containsIgnoringCase("duplicate");
    }

    @Test
    void unknownCriticalExtension() {
        X509Bundle odd =
                TestPki.issue(TestPki.builder("odd").addExtensionUtf8String("1.3.6.1.4.1.99.1", true, "a"), CA);

        assertThat(refusal(odd.getCertificate())).contains("CN=odd").containsIgnoringCase("critical");
    }

    @Test
    void expiredIntermediate() {
        X509Bundle old = TestPki.issue(
                TestPki.builder("Old I")
                        .setIsCertificateAuthority(true)
                        .notBefore(Instant.now().minus(Duration.ofDays(9)))
                        .notAfter(Instant.now().minus(Duration.ofDays(2))),
                CA);
        X509Bundle leaf = TestPki.issue(TestPki.builder("n"), old);

        assertThat(refusal(leaf.getCertificate(), old.getCertificate()))
                .contains("CN=n", "its chain holds certificate \"CN=Old I\"", "has expired");
    }

    @Test
    void leafUsedAsCa() throws Exception {
        X509Bundle child = TestPki.make(TestPki.builder("child"), CA);
        X509Certificate forged = new org.bouncycastle.cert.jcajce.JcaX509CertificateConverter()
                .getCertificate(new org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder(
                                LEAF.getCertificate(),
                                java.math.BigInteger.TEN,
                                java.util.Date.from(Instant.now().minusSeconds(60)),
                                java.util.Date.from(Instant.now().plusSeconds(600)),
                                new javax.security.auth.x500.X500Principal("CN=forged"),
                                child.getKeyPair().getPublic())
                        .build(new org.bouncycastle.operator.jcajce.JcaContentSignerBuilder("SHA256withECDSA")
                                .build(LEAF.getKeyPair().getPrivate())));

        assertThat(refusal(forged, LEAF.getCertificate())).contains("CN=forged", "CN=leaf", "is not a CA");
    }

    @Test
    void aNodeWithTheSubjectOfItsCaIsTakenForSelfSigned() {
        X509Bundle twin = TestPki.issue(TestPki.builder("CA"), CA);

        assertThat(refusal(twin.getCertificate()))
                .contains("CN=CA", "has the subject of its own CA", "another subject");
    }

    @Test
    void theNetscapeTypeCounts() {
        byte[] sslServer = {0x03, 0x02, 0x06, 0x40};
        byte[] both = {0x03, 0x02, 0x06, (byte) 0xc0};
        X509Bundle server =
                TestPki.issue(TestPki.builder("s").addExtensionOctetString(NetscapeType.OID, false, sslServer), CA);
        X509Bundle node = TestPki.issue(TestPki.builder("n").addExtensionOctetString(NetscapeType.OID, true, both), CA);

        assertThat(refusal(server.getCertificate())).contains("unsuitable purpose: its nsCertType lacks client");
        assertThatCode(() -> CertificateRules.check(
                        List.of(node.getCertificate()),
                        Trust.in(List.of(CA.getCertificate())),
                        Role.CLIENT,
                        Instant.now()))
                .doesNotThrowAnyException();
    }

    @Test
    void aForerunnerOfServerAuthCountsAsIt() {
        X509Bundle node = TestPki.issue(
                TestPki.builder("n").addExtendedKeyUsageClientAuth().addExtendedKeyUsage("2.16.840.1.113730.4.1"), CA);

        for (Role role : Role.values()) {
            assertThatCode(() -> CertificateRules.check(
                            List.of(node.getCertificate()),
                            Trust.in(List.of(CA.getCertificate())),
                            role,
                            Instant.now()))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void anIssuerOfTheRightNameAndAnotherKeyIdentifierIsNoIssuer() throws Exception {
        byte[] other = new org.bouncycastle.asn1.x509.AuthorityKeyIdentifier(new byte[] {1, 2, 3}).getEncoded();
        X509Bundle ca = TestPki.make(
                TestPki.builder("Renewed")
                        .setIsCertificateAuthority(true)
                        .addExtensionOctetString(
                                Extension.subjectKeyIdentifier.getId(), false, new byte[] {0x04, 0x01, 0x07}),
                null);
        X509Bundle leaf = TestPki.issue(
                TestPki.builder("n").addExtensionOctetString(Extension.authorityKeyIdentifier.getId(), false, other),
                ca);

        assertThatThrownBy(() -> CertificateRules.check(
                        List.of(leaf.getCertificate()),
                        Trust.in(List.of(ca.getCertificate())),
                        Role.CLIENT,
                        Instant.now()))
                .hasMessageContaining("CN=Renewed")
                .hasMessageContaining("has that name, but another key or key identifier");
    }

    @Test
    void pathLengthIsKept() {
        X509Bundle first = TestPki.issue(
                TestPki.builder("First")
                        .setIsCertificateAuthority(true)
                        .setPathLengthConstraint(java.util.OptionalInt.of(0)),
                CA);
        X509Bundle second = ca("Second", first);
        X509Bundle leaf = TestPki.issue(TestPki.builder("n"), second);

        assertThat(refusal(leaf.getCertificate(), second.getCertificate(), first.getCertificate()))
                .contains("path length");
    }

    @Test
    void giantChainsTakeNoTime() {
        List<Certificate> many = new ArrayList<>(List.of(LEAF.getCertificate()));
        X509Certificate filler = TestPki.selfSigned("filler").getCertificate();
        for (int i = 0; i < 1000; i++) {
            many.add(filler);
        }

        long start = System.nanoTime();
        assertThat(refusal(many.toArray(new Certificate[0]))).contains("1001 certificates");
        assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(2).toNanos());
    }

    @Test
    void circleOfIssuersEnds() {
        X509Bundle one = TestPki.make(
                new CertificateBuilder().ecp256().subject("CN=A").setIsCertificateAuthority(true), TestPki.ca("B"));
        X509Bundle other = TestPki.make(
                new CertificateBuilder().ecp256().subject("CN=B").setIsCertificateAuthority(true), TestPki.ca("A"));

        assertThat(refusal(one.getCertificate(), other.getCertificate())).contains("CN=A");
    }

    @Test
    void damagedFilesAreRefusedWithTheirNames() throws Exception {
        String pem = LEAF.getCertificatePEM();
        Random random = new Random(7);
        Path file = dir.resolve("cert.pem");
        for (int i = 0; i < 500; i++) {
            byte[] bad = pem.getBytes(StandardCharsets.US_ASCII);
            for (int change = 0; change < 3; change++) {
                bad[random.nextInt(bad.length)] = (byte) (' ' + random.nextInt(95));
            }
            Files.write(file, bad);
            Throwable thrown = catchThrowable(() -> PemFiles.certificates("socket.ssl_cert", file));
            if (thrown != null) {
                assertThat(thrown).isInstanceOf(PemException.class).hasMessageContaining("cert.pem");
            }
        }
        Path der = Files.write(dir.resolve("cert.der"), LEAF.getCertificate().getEncoded());
        assertThatThrownBy(() -> PemFiles.certificates("socket.ssl_cert", der))
                .isInstanceOf(PemException.class)
                .hasMessageContaining("not PEM")
                .hasMessageContaining("openssl x509 -inform der");
        Path garbage =
                Files.writeString(dir.resolve("crl.pem"), "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n");
        assertThatThrownBy(() -> PemFiles.revocationLists("tls.crl", garbage))
                .isInstanceOf(PemException.class)
                .hasMessageContaining("tls.crl")
                .hasMessageContaining("damaged");
    }

    @Test
    void everythingWrongIsSaidAtOnceWithoutSecrets() throws Exception {
        Files.writeString(dir.resolve("password"), "hush\n");
        Path key = Files.writeString(
                dir.resolve("key.pem"),
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
        Files.setPosixFilePermissions(key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-rw-rw-"));
        TlsSettings settings = new TlsSettings(
                        dir.resolve("absent.pem"),
                        key,
                        Optional.of(Files.writeString(dir.resolve("ca.pem"), "nothing")),
                        Optional.of(dir.resolve("password")),
                        "",
                        TlsSettings.Provider.AUTO)
                .with(new PeerSettings(
                        false,
                        PeerSettings.Names.NONE,
                        java.util.Map.of(),
                        Optional.of(dir.resolve("no.crl")),
                        Optional.empty()));

        assertThatThrownBy(() -> TlsGeneration.load(1, settings))
                .isInstanceOf(TlsConfigException.class)
                .hasMessageContaining("5 problems with TLS")
                .hasMessageContaining("socket.ssl_cert: no such file")
                .hasMessageContaining("socket.ssl_key: " + key + " may be written by others")
                .hasMessageContaining("socket.ssl_ca: no certificate in")
                .hasMessageContaining("tls.crl: no such file")
                .hasMessageNotContaining("hush");
    }

    @Test
    void aChainInTheWrongOrderIsPutRight() throws Exception {
        X509Bundle intermediate = ca("I", CA);
        X509Bundle leaf = TestPki.issue(TestPki.builder("n"), intermediate);
        Path key = Files.writeString(dir.resolve("key.pem"), leaf.getPrivateKeyPEM());
        Files.setPosixFilePermissions(key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r-----"));
        Files.writeString(
                dir.resolve("cert.pem"),
                CA.getCertificatePEM() + "\n" + intermediate.getCertificatePEM() + "\n" + leaf.getCertificatePEM()
                        + "\n" + LEAF.getCertificatePEM());

        TlsGeneration generation = TlsGeneration.load(1, TlsSettings.of(dir.resolve("cert.pem"), key));

        assertThat(generation.chain())
                .containsExactly(leaf.getCertificate(), intermediate.getCertificate(), CA.getCertificate());
        assertThat(generation.warnings(Instant.now())).isEmpty();
        assertThat(generation.notes())
                .hasSize(3)
                .anyMatch(note -> note.contains("every member of its group can read") && note.contains("chmod 600"))
                .anyMatch(note -> note.contains("not in order"))
                .anyMatch(note -> note.contains("1 of 4 certificates") && note.contains("are not sent"));
    }
}
