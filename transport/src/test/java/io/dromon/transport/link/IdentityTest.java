package io.dromon.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.testpeer.NoLeaks;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.Fingerprints;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsGeneration;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.LinkFailure;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of chapter 01 section 3.2, on real sockets, both providers: what each side reports. */
@Tag("sockets")
@ExtendWith(NoLeaks.class)
@Timeout(60)
class IdentityTest {
    private static final X509Bundle CA = TestPki.ca("Cluster CA");
    private static final X509Certificate ROOT = CA.getCertificate();

    enum Provider {
        BORINGSSL,
        JDK;

        TlsContexts contexts(X509Bundle own, X509Certificate... anchors) {
            return TestPki.contexts(TlsSettings.Provider.valueOf(name()), own, anchors);
        }

        TlsContexts contexts(TlsGeneration generation) {
            return TestPki.contexts(TlsSettings.Provider.valueOf(name()), "", generation);
        }
    }

    private static X509Bundle leaf(String name) {
        return TestPki.issue(TestPki.builder(name), CA);
    }

    private static CertificateBuilder expired(String name) {
        return TestPki.builder(name)
                .notBefore(Instant.now().minus(Duration.ofDays(30)))
                .notAfter(Instant.now().minus(Duration.ofDays(1)));
    }

    /** The dialler is refused: by the listener, which counts it, and learns why from the alert. */
    private static LinkFailure refusedBy(TlsContexts listener, TlsContexts dialler, Class<? extends LinkFailure> kind)
            throws Exception {
        try (TestNode a = TestNode.tls(listener);
                TestNode b = TestNode.tls(dialler)) {
            long start = System.nanoTime();
            b.dial(a);
            LinkFailure failure = b.failure();
            assertThat(System.nanoTime() - start)
                    .isLessThan(Duration.ofSeconds(5).toNanos());
            a.awaitRefused(kind);
            assertThat(a.events).isEmpty();
            return failure;
        }
    }

    /** The dialler refuses the listener. */
    private static LinkFailure refusing(TlsContexts listener, TlsContexts dialler) throws Exception {
        try (TestNode a = TestNode.tls(listener);
                TestNode b = TestNode.tls(dialler)) {
            b.dial(a);
            LinkFailure failure = b.failure();
            assertThat(b.all("connected")).isEmpty();
            return failure;
        }
    }

    private static void connects(TlsContexts listener, TlsContexts dialler) throws Exception {
        try (TestNode a = TestNode.tls(listener);
                TestNode b = TestNode.tls(dialler)) {
            b.dial(a);
            b.await("connected");
            a.await("accepted");
        }
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void leavesOfOneCaConnect(Provider provider) throws Exception {
        connects(provider.contexts(leaf("a"), ROOT), provider.contexts(leaf("b"), ROOT));
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void chainWithIntermediateConnects(Provider provider) throws Exception {
        X509Bundle intermediate = TestPki.issue(TestPki.builder("Intermediate").setIsCertificateAuthority(true), CA);
        X509Bundle own = TestPki.issue(TestPki.builder("b"), intermediate);
        TlsGeneration whole = new TlsGeneration(
                1,
                own.getKeyPair().getPrivate(),
                List.of(own.getCertificate(), intermediate.getCertificate()),
                List.of(ROOT));
        TlsGeneration leafOnly =
                new TlsGeneration(1, own.getKeyPair().getPrivate(), List.of(own.getCertificate()), List.of(ROOT));

        connects(provider.contexts(leaf("a"), ROOT), provider.contexts(whole));
        LinkFailure failure = refusedBy(
                provider.contexts(leaf("a"), ROOT), provider.contexts(leafOnly), LinkFailure.UntrustedPeer.class);

        assertThat(failure.message()).contains("the peer refused this node's certificate");
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void anotherSelfSignedCertificateIsUntrusted(Provider provider) throws Exception {
        X509Bundle own = TestPki.selfSigned("untrusted");
        X509Bundle other = TestPki.selfSigned("other");

        // The dialler trusts the listener, so that it is the listener that refuses.
        LinkFailure failure = refusedBy(
                provider.contexts(other),
                provider.contexts(own, own.getCertificate(), other.getCertificate()),
                LinkFailure.UntrustedPeer.class);

        assertThat(failure).isInstanceOf(LinkFailure.UntrustedPeer.class);
        if (provider == Provider.BORINGSSL) {
            assertThat(failure.message())
                    .contains("unknown_ca")
                    .contains("socket.ssl_ca")
                    .contains("this node trusts set "
                            + Fingerprints.ofSet(List.of(own.getCertificate(), other.getCertificate()))
                            + " of 2 certificates; its own chain ends in \"CN=untrusted\", SHA-256 "
                            + Fingerprints.of(own.getCertificate()));
        }
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void listenerOfAnotherCaIsUntrustedWithItsSubject(Provider provider) throws Exception {
        X509Bundle foreign = TestPki.ca("Foreign CA");
        X509Bundle listener = TestPki.issue(TestPki.builder("listener"), foreign);

        LinkFailure failure =
                refusing(provider.contexts(listener, foreign.getCertificate()), provider.contexts(leaf("b"), ROOT));

        assertThat(failure).isInstanceOf(LinkFailure.UntrustedPeer.class);
        assertThat(failure.message())
                .contains("CN=listener")
                .contains("serial")
                .contains("CN=Foreign CA")
                .contains("socket.ssl_ca")
                .contains("this node trusts set " + Fingerprints.ofSet(List.of(ROOT)) + " of 1 certificate;")
                .contains("the peer's chain ends in \"CN=Foreign CA\", which was not sent");
    }

    @ParameterizedTest
    @EnumSource
    void aRefusalNamesTheTrustOfBothSides(Provider provider) throws Exception {
        X509Bundle foreign = TestPki.selfSigned("Foreign pair");

        LinkFailure failure = refusing(provider.contexts(foreign), provider.contexts(leaf("b"), ROOT));

        assertThat(failure.message())
                .contains("this node trusts set " + Fingerprints.ofSet(List.of(ROOT)) + " of 1 certificate; ")
                .contains("the peer's chain ends in \"CN=Foreign pair\", SHA-256 "
                        + Fingerprints.of(foreign.getCertificate()))
                .contains(", set " + Fingerprints.ofSet(List.of(foreign.getCertificate())) + " if it is alone");
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void expiredLeafIsExpired(Provider provider) throws Exception {
        X509Bundle expired = TestPki.issue(expired("old"), CA);

        LinkFailure failure = refusedBy(
                provider.contexts(leaf("a"), ROOT), provider.contexts(expired, ROOT), LinkFailure.ExpiredPeer.class);

        if (provider == Provider.BORINGSSL) {
            assertThat(failure).isInstanceOf(LinkFailure.ExpiredPeer.class);
        }
        assertThat(failure.message()).contains("the peer refused this node's certificate");
        assertThat(refusing(provider.contexts(expired, ROOT), provider.contexts(leaf("b"), ROOT)))
                .isInstanceOf(LinkFailure.ExpiredPeer.class);
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void expiredSharedCertificateIsExpired(Provider provider) throws Exception {
        X509Bundle expired = TestPki.make(expired("shared").setIsCertificateAuthority(true), null);

        LinkFailure failure = refusing(provider.contexts(expired), provider.contexts(expired));

        assertThat(failure).isInstanceOf(LinkFailure.ExpiredPeer.class);
        assertThat(failure.message())
                .contains("CN=shared")
                .contains("expired at")
                .contains("renew");
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void caSignedLeafIsNoAnchorOfItsOwn(Provider provider) throws Exception {
        X509Bundle leaf = leaf("a");

        LinkFailure failure = refusing(
                provider.contexts(leaf, leaf.getCertificate()), provider.contexts(leaf, leaf.getCertificate()));

        assertThat(failure).isInstanceOf(LinkFailure.UntrustedPeer.class);
        assertThat(failure.message()).contains("CN=Cluster CA").contains("cannot be its own anchor");
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void certificateForServersOnlyIsRefusedAsClient(Provider provider) throws Exception {
        X509Bundle own = TestPki.issue(TestPki.builder("b").addExtendedKeyUsageServerAuth(), CA);

        LinkFailure failure = refusedBy(
                provider.contexts(leaf("a"), ROOT), provider.contexts(own, ROOT), LinkFailure.UntrustedPeer.class);

        assertThat(failure).isInstanceOf(LinkFailure.UntrustedPeer.class);
        if (provider == Provider.BORINGSSL) {
            assertThat(failure.message()).contains("unsupported_certificate");
        }
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void certificateForClientsOnlyIsRefusedAsServer(Provider provider) throws Exception {
        X509Bundle own = TestPki.issue(TestPki.builder("a").addExtendedKeyUsageClientAuth(), CA);

        LinkFailure failure = refusing(provider.contexts(own, ROOT), provider.contexts(leaf("b"), ROOT));

        assertThat(failure).isInstanceOf(LinkFailure.UntrustedPeer.class);
        assertThat(failure.message()).contains("serverAuth");
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void keyUsageWithoutDigitalSignatureIsRefused(Provider provider) throws Exception {
        X509Bundle own = TestPki.make(
                TestPki.builder("shared")
                        .setIsCertificateAuthority(true)
                        .setKeyUsage(true, CertificateBuilder.KeyUsage.keyCertSign),
                null);

        // BoringSSL would not even present such a certificate.
        LinkFailure failure = refusing(Provider.JDK.contexts(own), provider.contexts(own));

        assertThat(failure).isInstanceOf(LinkFailure.UntrustedPeer.class);
        assertThat(failure.message()).contains("digitalSignature");
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void giantChainIsRefused(Provider provider) throws Exception {
        X509Bundle own = leaf("b");
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(own.getCertificate());
        for (int i = 0; i < 10; i++) {
            chain.add(TestPki.selfSigned("filler " + i).getCertificate());
        }
        TlsGeneration giant = new TlsGeneration(1, own.getKeyPair().getPrivate(), chain, List.of(ROOT));

        LinkFailure failure = refusedBy(
                provider.contexts(leaf("a"), ROOT), provider.contexts(giant), LinkFailure.UntrustedPeer.class);

        assertThat(failure.message()).contains("127.0.0.1");
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void noCertificateIsUntrusted(Provider provider) throws Exception {
        try (TestNode a = new TestNode(Optional.of(provider.contexts(leaf("a"), ROOT)), TestNode.settings())) {
            io.netty.handler.ssl.SslContext bare = io.netty.handler.ssl.SslContextBuilder.forClient()
                    .sslProvider(io.netty.handler.ssl.SslProvider.JDK)
                    .trustManager(ROOT)
                    .endpointIdentificationAlgorithm(null)
                    .build();
            javax.net.ssl.SSLContext jdk = ((io.netty.handler.ssl.JdkSslContext) bare).context();
            try (java.net.Socket socket =
                    jdk.getSocketFactory().createSocket(java.net.InetAddress.getLoopbackAddress(), a.port())) {
                socket.setSoTimeout(5000);
                assertThat(org.assertj.core.api.Assertions.catchThrowable(
                                () -> socket.getInputStream().read()))
                        .isInstanceOf(java.io.IOException.class);
            }

            a.awaitRefused(LinkFailure.UntrustedPeer.class);
        }
    }
}
