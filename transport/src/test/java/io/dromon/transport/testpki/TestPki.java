package io.dromon.transport.testpki;

import io.dromon.transport.tls.PeerSettings;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsGeneration;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.tls.Trust;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

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
        return contexts(
                new TlsSettings(Path.of("-"), Path.of("-"), Optional.empty(), Optional.empty(), cipher, provider),
                generation);
    }

    /** Contexts with rules for peers. */
    public static TlsContexts contexts(TlsSettings.Provider provider, X509Bundle own, Trust trust, PeerSettings peers) {
        TlsSettings settings =
                new TlsSettings(Path.of("-"), Path.of("-"), Optional.empty(), Optional.empty(), "", provider);
        return contexts(
                settings.with(peers),
                new TlsGeneration(
                        1, own.getKeyPair().getPrivate(), List.of(own.getCertificatePath()), trust, List.of()));
    }

    /** A list of what {@code ca} has revoked, valid for the duration from {@code issued} on. */
    public static X509CRL crl(X509Bundle ca, Instant issued, Duration valid, X509Certificate... revoked) {
        try {
            JcaX509v2CRLBuilder builder =
                    new JcaX509v2CRLBuilder(ca.getCertificate().getSubjectX500Principal(), Date.from(issued));
            builder.setNextUpdate(Date.from(issued.plus(valid)));
            for (X509Certificate certificate : revoked) {
                builder.addCRLEntry(certificate.getSerialNumber(), Date.from(issued), 1);
            }
            return new JcaX509CRLConverter()
                    .getCRL(builder.build(new JcaContentSignerBuilder("SHA256withECDSA")
                            .build(ca.getKeyPair().getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    public static TlsContexts contexts(TlsSettings settings, TlsGeneration generation) {
        try {
            return TlsContexts.of(generation, settings, InstantSource.system());
        } catch (TlsConfigException e) {
            throw new IllegalStateException(e);
        }
    }
}
