package io.dromon.transport.tls;

import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a node trusts, of one load.
 *
 * @param general certificates that any peer's chain may end in ({@code socket.ssl_ca})
 * @param organisations certificates that speak for one organisation alone ({@code tls.client_ca.ORG})
 * @param crls revocation lists, each signed by an anchor or by a CA that peers send ({@code tls.crl})
 */
public record Trust(
        List<X509Certificate> general, Map<String, List<X509Certificate>> organisations, List<X509CRL> crls) {
    public Trust {
        general = List.copyOf(general);
        Map<String, List<X509Certificate>> copy = new HashMap<>();
        organisations.forEach((name, certificates) -> copy.put(name, List.copyOf(certificates)));
        organisations = Map.copyOf(copy);
        crls = List.copyOf(crls);
    }

    /** Certificates that every peer's chain may end in, and nothing else. */
    public static Trust in(List<X509Certificate> anchors) {
        return new Trust(anchors, Map.of(), List.of());
    }

    /** Every certificate that a chain may end in, each once. */
    public List<X509Certificate> anchors() {
        Set<X509Certificate> all = new LinkedHashSet<>(general);
        organisations.values().forEach(all::addAll);
        return new ArrayList<>(all);
    }

    /** The organisations that the certificate is a CA of. */
    Set<String> organisationsOf(X509Certificate anchor) {
        Set<String> found = new TreeSet<>();
        organisations.forEach((name, certificates) -> {
            if (certificates.contains(anchor)) {
                found.add(name);
            }
        });
        return found;
    }
}
