package io.dromon.transport.testpki;

import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsGeneration;
import io.dromon.transport.tls.TlsSettings;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Keys and certificates in memory. */
public final class TestPki {
    private TestPki() {}

    /** A builder with dates that are valid now. */
    public static CertificateBuilder builder(String commonName) {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + commonName)
                .notBefore(Instant.now().minus(Duration.ofDays(1)))
                .notAfter(Instant.now().plus(Duration.ofDays(365)));
    }

    /** What {@code openssl req -x509} makes: self-signed, and a CA. */
    public static X509Bundle selfSigned(String commonName) {
        return make(builder(commonName).setIsCertificateAuthority(true), null);
    }

    public static X509Bundle ca(String commonName) {
        return make(builder(commonName).setIsCertificateAuthority(true), null);
    }

    public static X509Bundle issue(CertificateBuilder builder, X509Bundle issuer) {
        return make(builder, issuer);
    }

    /** Issued by {@code issuer}, or self-signed without one. */
    public static X509Bundle make(CertificateBuilder builder, @org.jspecify.annotations.Nullable X509Bundle issuer) {
        try {
            return issuer == null ? builder.buildSelfSigned() : builder.buildIssuedBy(issuer);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A generation that sends the bundle's path (without its root) and trusts {@code anchors}. */
    public static TlsGeneration generation(X509Bundle own, X509Certificate... anchors) {
        return new TlsGeneration(
                1,
                own.getKeyPair().getPrivate(),
                List.of(own.getCertificatePath()),
                anchors.length == 0 ? List.of(own.getCertificatePath()) : Arrays.asList(anchors));
    }

    public static TlsContexts contexts(TlsSettings.Provider provider, X509Bundle own, X509Certificate... anchors) {
        return contexts(provider, "", generation(own, anchors));
    }

    public static TlsContexts contexts(TlsSettings.Provider provider, String cipher, TlsGeneration generation) {
        TlsSettings settings =
                new TlsSettings(Path.of("-"), Path.of("-"), Optional.empty(), Optional.empty(), cipher, provider);
        try {
            return TlsContexts.of(generation, settings, InstantSource.system());
        } catch (TlsConfigException e) {
            throw new IllegalStateException(e);
        }
    }
}
