package io.dromon.transport.tls;

import io.dromon.transport.tls.pem.DistinguishedName;
import io.dromon.transport.tls.pem.IssuerLink;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Both sides of a disagreement about certification authorities, to compare with what {@code dromon status} of the other
 * node and {@code openssl x509 -fingerprint -sha256} print. What a peer trusts it does not tell: known is the authority
 * that its own chain claims, which is all of its trust in a cluster of one CA.
 */
final class TrustText {
    private TrustText() {}

    /** What this node trusts, and what the peer's chain ends in; behind the text of a refusal. */
    static String refusal(Trust trust, List<X509Certificate> presented) {
        return " (this node trusts " + set(trust) + "; the peer's chain ends in " + end(presented) + ")";
    }

    /** What this node trusts, and what its own chain ends in; behind the text of a peer's refusal. */
    static String own(Trust trust, List<X509Certificate> chain) {
        List<X509Certificate> all = new ArrayList<>(chain);
        all.addAll(trust.anchors()); // the own CA is usually among them, and is not sent
        return " (this node trusts " + set(trust) + "; its own chain ends in " + end(all) + ")";
    }

    private static String set(Trust trust) {
        int count = trust.anchors().size();
        return "set " + Fingerprints.ofSet(trust.anchors()) + " of " + count
                + (count == 1 ? " certificate" : " certificates");
    }

    /** The last certificate that the first one leads to. */
    private static String end(List<X509Certificate> certificates) {
        List<X509Certificate> chain = new ArrayList<>(List.of(certificates.get(0)));
        X509Certificate last = certificates.get(0);
        for (X509Certificate next = issuer(last, certificates, chain); next != null; ) {
            chain.add(next);
            last = next;
            next = issuer(last, certificates, chain);
        }
        String name = CertificateText.printable(DistinguishedName.text(last.getIssuerX500Principal()));
        return Chains.isSelfSigned(last)
                ? "\"" + name + "\", SHA-256 " + Fingerprints.of(last) + ", set " + Fingerprints.ofSet(List.of(last))
                        + " if it is alone"
                : "\"" + name + "\", which was not sent" + keyIdentifier(last);
    }

    private static @Nullable X509Certificate issuer(
            X509Certificate of, List<X509Certificate> candidates, List<X509Certificate> chain) {
        for (X509Certificate candidate : candidates) {
            if (!chain.contains(candidate) && Chains.isIssuer(candidate, of)) {
                return candidate;
            }
        }
        return null;
    }

    private static String keyIdentifier(X509Certificate certificate) {
        try {
            return IssuerLink.keyIdentifier(certificate)
                    .map(key -> ", key identifier " + CertificateText.printable(key))
                    .orElse("");
        } catch (RuntimeException e) {
            return ""; // a peer chose these bytes
        }
    }
}
