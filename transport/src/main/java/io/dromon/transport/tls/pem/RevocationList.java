package io.dromon.transport.tls.pem;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CRLHolder;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The list of what an authority has revoked ({@code tls.crl}): each edition holds all entries of the one before, has the
 * next number, and is valid for a while.
 */
public final class RevocationList {
    private static final int CRL_SIGN = 6;
    private static final Duration BEFORE = Duration.ofMinutes(5);

    /** Why a certificate is revoked (RFC 5280 section 5.3.1). */
    public enum Reason {
        UNSPECIFIED(CRLReason.unspecified),
        KEY_COMPROMISE(CRLReason.keyCompromise),
        AFFILIATION_CHANGED(CRLReason.affiliationChanged),
        SUPERSEDED(CRLReason.superseded),
        CESSATION_OF_OPERATION(CRLReason.cessationOfOperation);

        private final int code;

        Reason(int code) {
            this.code = code;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final Authority authority;
    private final Optional<X509CRL> before;
    private final List<X509Certificate> revoked = new ArrayList<>();
    private final Reason reason;

    private RevocationList(Authority authority, Optional<X509CRL> before, Reason reason) {
        this.authority = authority;
        this.before = before;
        this.reason = reason;
    }

    /**
     * Begins the next edition.
     *
     * @param file the edition before; may be missing
     * @param reason of what is revoked with this edition
     * @throws PemException if the file holds anything else than one list of this authority, or the authority may sign none
     */
    public static RevocationList after(Path file, Authority authority, Reason reason) throws PemException {
        boolean[] usage = authority.certificate().getKeyUsage();
        if (usage != null && !usage[CRL_SIGN]) {
            throw new PemException("the CA may not sign revocation lists: its keyUsage lacks cRLSign");
        }
        if (!Files.exists(file)) {
            return new RevocationList(authority, Optional.empty(), reason);
        }
        List<X509CRL> lists = PemFiles.revocationLists("revocation list", file);
        if (lists.size() != 1) {
            throw new PemException(
                    file + " holds " + lists.size() + " lists; name the file of this CA's own list alone");
        }
        try {
            lists.get(0).verify(authority.certificate().getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new PemException(file + " is not a list of this CA, and is left as it is", e);
        }
        return new RevocationList(authority, Optional.of(lists.get(0)), reason);
    }

    /** @throws PemException if this authority did not issue the certificate, or has revoked it already */
    public void revoke(Path file) throws PemException {
        X509Certificate certificate = PemFiles.certificates("certificate", file).get(0);
        try {
            certificate.verify(authority.certificate().getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new PemException(file + " was not issued by this CA", e);
        }
        if (certificate.equals(authority.certificate())) {
            throw new PemException(file + " is the CA itself and cannot be revoked: drop it from socket.ssl_ca");
        }
        boolean known = revoked.contains(certificate)
                || before.map(list -> list.getRevokedCertificate(certificate.getSerialNumber()) != null)
                        .orElse(false);
        if (known) {
            throw new PemException(file + " is revoked already (serial "
                    + certificate.getSerialNumber().toString(16) + ")");
        }
        revoked.add(certificate);
    }

    /** Signs it and puts it in the place of the edition before. */
    public void write(Path file, Duration validity) throws IOException {
        PemOutput.revocationList(file, sign(validity));
    }

    private X509CRL sign(Duration validity) {
        Instant now = Instant.now();
        try {
            JcaX509v2CRLBuilder builder =
                    new JcaX509v2CRLBuilder(authority.certificate(), Date.from(now.minus(BEFORE)));
            builder.setNextUpdate(Date.from(now.plus(validity)));
            if (before.isPresent()) {
                builder.addCRL(new JcaX509CRLHolder(before.get()));
            }
            for (X509Certificate certificate : revoked) {
                builder.addCRLEntry(certificate.getSerialNumber(), Date.from(now), reason.code);
            }
            builder.addExtension(Extension.authorityKeyIdentifier, false, authority.keyIdentifier());
            builder.addExtension(Extension.cRLNumber, false, new CRLNumber(number()));
            return new JcaX509CRLConverter()
                    .getCRL(builder.build(
                            new JcaContentSignerBuilder(KeyKind.signature(authority.key())).build(authority.key())));
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("a revocation list cannot be made: " + e.getMessage(), e);
        }
    }

    private BigInteger number() {
        byte[] value = before.map(list -> list.getExtensionValue(Extension.cRLNumber.getId()))
                .orElse(null);
        if (value == null) {
            return before.isPresent() ? BigInteger.TWO : BigInteger.ONE;
        }
        return ASN1Integer.getInstance(ASN1OctetString.getInstance(value).getOctets())
                .getPositiveValue()
                .add(BigInteger.ONE);
    }
}
