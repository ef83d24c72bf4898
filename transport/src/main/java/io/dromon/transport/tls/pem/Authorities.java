package io.dromon.transport.tls.pem;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Certificates of a file that tells whom to trust. A block {@code TRUSTED CERTIFICATE} (as {@code openssl x509
 * -trustout} writes it) says for which uses its certificate may be an authority, or may not.
 *
 * @param certificates in the file's order
 * @param rejected by certificate the uses that it is no authority for: object identifiers of {@link #SERVER} and
 *     {@link #CLIENT}; certificates without a restriction are not in it
 * @param lists how many revocation lists stand beside them, which are not read here
 */
public record Authorities(List<X509Certificate> certificates, Map<X509Certificate, Set<String>> rejected, int lists) {
    /** Object identifier of serverAuth. */
    public static final String SERVER = "1.3.6.1.5.5.7.3.1";
    /** Object identifier of clientAuth. */
    public static final String CLIENT = "1.3.6.1.5.5.7.3.2";

    public Authorities {
        certificates = List.copyOf(certificates);
        rejected = Map.copyOf(rejected);
    }

    /** Without restrictions. */
    public static Authorities of(List<X509Certificate> certificates) {
        return new Authorities(certificates, Map.of(), 0);
    }

    /** Both; what one of the two rejects is rejected. */
    public Authorities and(Authorities other) {
        List<X509Certificate> all = new ArrayList<>(certificates);
        all.addAll(other.certificates);
        Map<X509Certificate, Set<String>> both = new HashMap<>(rejected);
        other.rejected.forEach((certificate, uses) -> both.merge(certificate, uses, Authorities::union));
        return new Authorities(all, both, lists + other.lists);
    }

    static Set<String> union(Set<String> one, Set<String> other) {
        Set<String> all = new HashSet<>(one);
        all.addAll(other);
        return Set.copyOf(all);
    }
}
