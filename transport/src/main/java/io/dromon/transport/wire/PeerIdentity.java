package io.dromon.transport.wire;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/**
 * The identity that a peer's certificate states, to tell whether two links were made by one identity. A node renews
 * its certificate while it runs, with another key and of another authority too, so the certificate itself is not the
 * identity: the names in it are, which a trusted authority has vouched for each time.
 */
public final class PeerIdentity {
    private static final int MOST_SHOWN = 120;

    private final X500Principal subject;
    private final Optional<Set<String>> names;
    private final byte[] key;

    private PeerIdentity(X500Principal subject, Optional<Set<String>> names, byte[] key) {
        this.subject = subject;
        this.names = names;
        this.key = key;
    }

    /** Of a certificate that was verified. */
    public static PeerIdentity of(X509Certificate certificate) {
        return new PeerIdentity(
                certificate.getSubjectX500Principal(),
                alternativeNames(certificate),
                certificate.getPublicKey().getEncoded());
    }

    /** Kind and value of each; empty if they cannot be read. */
    private static Optional<Set<String>> alternativeNames(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            Set<String> texts = new HashSet<>();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                Object value = name.get(1);
                texts.add(name.get(0) + ":" + (value instanceof byte[] bytes ? hex(bytes) : value));
            }
            return Optional.of(texts);
        } catch (CertificateParsingException e) {
            return Optional.empty();
        }
    }

    private static String hex(byte[] bytes) {
        return java.util.HexFormat.of().formatHex(bytes);
    }

    /**
     * Whether both are one: the same key; or the same subject, where alternative names may have been added or left out,
     * but not exchanged. Certificates without any name are told apart by their keys alone.
     */
    public boolean isSameAs(PeerIdentity other) {
        if (java.util.Arrays.equals(key, other.key)) {
            return true;
        }
        Set<String> own = names.orElse(null);
        Set<String> others = other.names.orElse(null);
        if (own == null || others == null || !subject.equals(other.subject)) {
            return false;
        }
        boolean named = !subject.getName().isEmpty() || (!own.isEmpty() && !others.isEmpty());
        return named && (own.containsAll(others) || others.containsAll(own));
    }

    /** Whether a link with this identity may replace one with that: what was proven once is proven again. */
    public static boolean mayFollow(Optional<PeerIdentity> next, Optional<PeerIdentity> before) {
        return before.isEmpty() || (next.isPresent() && next.get().isSameAs(before.get()));
    }

    /** The subject, fit for a message. */
    @Override
    public String toString() {
        String text = PeerText.printable(subject.getName());
        return text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "..." : text;
    }
}
