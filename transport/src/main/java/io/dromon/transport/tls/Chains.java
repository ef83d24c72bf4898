package io.dromon.transport.tls;

import static io.dromon.transport.tls.CertificateText.describe;
import static io.dromon.transport.tls.CertificateText.printable;

import io.dromon.transport.tls.Refused.Rule;
import io.dromon.transport.tls.pem.DistinguishedName;
import io.dromon.transport.tls.pem.IssuerLink;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds who signed whom, up to an anchor, as OpenSSL finds it; every signature on the way is verified. */
final class Chains {
    /** A peer may not make this node check signatures without end. (BoringSSL shows ten and drops the rest.) */
    static final int LONGEST_CHAIN = 9;

    static final int LARGEST_RSA = 16384;

    private Chains() {}

    /** Leaf, intermediates, self-signed anchor. */
    static List<X509Certificate> build(List<X509Certificate> presented, List<X509Certificate> anchors, Instant now)
            throws Refused {
        X509Certificate leaf = presented.get(0);
        List<X509Certificate> chain = new ArrayList<>();
        X509Certificate current = leaf;
        while (true) {
            chain.add(current);
            if (isSelfSigned(current)) {
                if (anchors.contains(current)) {
                    return chain;
                }
                throw new Refused(Rule.SELF_SIGNED, untrustedEnd(leaf, current));
            }
            X509Certificate issuer = issuerOf(current, anchors, chain, now);
            if (issuer == null) {
                issuer = issuerOf(current, presented, chain, now);
            }
            if (issuer == null) {
                throw new Refused(
                        Rule.UNKNOWN_CA,
                        describe(leaf) + ": the certificate of the issuer \""
                                + printable(DistinguishedName.text(current.getIssuerX500Principal()))
                                + "\" is neither among the trusted ones nor was it sent" + otherKey(current, anchors)
                                + "; put that CA's certificate"
                                + " into socket.ssl_ca (a certificate that a CA signed cannot be its own anchor), or,"
                                + " if it is an intermediate CA, append it to the peer's socket.ssl_cert");
            }
            if (chain.size() > LONGEST_CHAIN) {
                throw new Refused(Rule.CHAIN_TOO_LONG, describe(leaf) + ": its chain has no end; issue it anew");
            }
            current = issuer;
        }
    }

    private static String untrustedEnd(X509Certificate leaf, X509Certificate end) {
        if (!signed(end, end.getPublicKey())) {
            return describe(leaf) + ": "
                    + (end.equals(leaf) ? "it has" : "its chain holds " + describe(end) + ", which has")
                    + " the subject of its own CA, so that every TLS takes it for self-signed; issue it anew with"
                    + " another subject (the common name must differ from the CA's)";
        }
        return describe(leaf) + ": "
                + (end.equals(leaf)
                        ? "self-signed certificate that is not among the trusted ones"
                        : "its chain ends in the self-signed certificate " + describe(end)
                                + " that is not among the trusted ones")
                + "; put it into socket.ssl_ca (without socket.ssl_ca: use the same socket.ssl_cert on all nodes)";
    }

    /** A CA of the right name is there, but it is not the one. */
    private static String otherKey(X509Certificate subject, List<X509Certificate> anchors) {
        for (X509Certificate anchor : anchors) {
            if (anchor.getSubjectX500Principal().equals(subject.getIssuerX500Principal())) {
                return " (" + describe(anchor) + " has that name, but another key or key identifier)";
            }
        }
        return "";
    }

    private static @Nullable X509Certificate issuerOf(
            X509Certificate subject, List<X509Certificate> candidates, List<X509Certificate> chain, Instant now) {
        X509Certificate outOfDate = null;
        for (X509Certificate candidate : candidates) {
            if (!chain.contains(candidate) && isIssuer(candidate, subject)) {
                // A CA that renews its certificate keeps its key: the old one must not stand in the way.
                if (isCurrent(candidate, now)) {
                    return candidate;
                }
                outOfDate = outOfDate == null ? candidate : outOfDate;
            }
        }
        return outOfDate;
    }

    private static boolean isCurrent(X509Certificate certificate, Instant now) {
        return !now.isAfter(certificate.getNotAfter().toInstant())
                && !now.isBefore(certificate.getNotBefore().toInstant());
    }

    /** Whether {@code issuer} has signed {@code subject}, and is what that names. */
    static boolean isIssuer(X509Certificate issuer, X509Certificate subject) {
        return names(subject, issuer) && signed(subject, issuer.getPublicKey());
    }

    /**
     * Whether every TLS takes the certificate for self-signed: it names itself as its issuer, and its key could have made
     * the signature. OpenSSL does not verify it for that.
     */
    static boolean isSelfSigned(X509Certificate certificate) {
        return names(certificate, certificate)
                && SignatureRules.fits(certificate.getPublicKey(), certificate.getSigAlgOID());
    }

    private static boolean names(X509Certificate subject, X509Certificate issuer) {
        try {
            return IssuerLink.names(subject, issuer);
        } catch (RuntimeException e) {
            // A peer chooses these bytes; a damaged extension counts as absent.
            return false;
        }
    }

    static boolean signed(X509Certificate certificate, PublicKey by) {
        // A peer may not choose what takes long: other algorithms, and keys without end.
        boolean known = by instanceof RSAPublicKey rsa
                ? rsa.getModulus().bitLength() <= LARGEST_RSA
                : by instanceof ECPublicKey || by instanceof EdECPublicKey;
        if (!known) {
            return false;
        }
        try {
            certificate.verify(by);
            return true;
        } catch (GeneralSecurityException | RuntimeException e) {
            // A peer chooses these bytes; providers answer odd keys with unchecked exceptions too.
            return false;
        }
    }
}
