package io.dromon.transport.tls;

import io.dromon.transport.tls.pem.Authorities;
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
 * The trust of a node, of one load.
 *
 * @param general certificates that any peer's chain may end in ({@code socket.ssl_ca})
 * @param organisations certificates that speak for one organisation alone ({@code tls.client_ca.ORG})
 * @param crls revocation lists, each signed by an anchor or by a CA that peers send ({@code tls.crl})
 * @param everyList whether each CA of a chain must have a list that is in date ({@code tls.crl_required})
 * @param rejected {@link Authorities#rejected}; what is rejected for both uses is no anchor
 */
public record Trust(
        List<X509Certificate> general,
        Map<String, List<X509Certificate>> organisations,
        List<X509CRL> crls,
        boolean everyList,
        Map<X509Certificate, Set<String>> rejected) {
    public Trust {
        rejected = Map.copyOf(rejected);
        general = without(rejected, general);
        Map<String, List<X509Certificate>> copy = new HashMap<>();
        for (Map.Entry<String, List<X509Certificate>> entry : organisations.entrySet()) {
            copy.put(entry.getKey(), without(rejected, entry.getValue()));
        }
        organisations = Map.copyOf(copy);
        crls = List.copyOf(crls);
    }

    /** No certificate is restricted. */
    public Trust(List<X509Certificate> general, Map<String, List<X509Certificate>> organisations, List<X509CRL> crls) {
        this(general, organisations, crls, false, Map.of());
    }

    /** What is in files alone. */
    public static Trust in(Authorities authorities) {
        return new Trust(authorities.certificates(), Map.of(), List.of(), false, authorities.rejected());
    }

    private static List<X509Certificate> without(
            Map<X509Certificate, Set<String>> rejected, List<X509Certificate> certificates) {
        return certificates.stream()
                .filter(certificate -> !isRejected(rejected, certificate))
                .toList();
    }

    private static boolean isRejected(Map<X509Certificate, Set<String>> rejected, X509Certificate certificate) {
        return rejected.getOrDefault(certificate, Set.of()).containsAll(Set.of(Authorities.SERVER, Authorities.CLIENT));
    }

    /** What an operator should know of the marks in the files, as sentences. */
    List<String> notes() {
        List<String> notes = new ArrayList<>();
        rejected.forEach((certificate, uses) -> notes.add(CertificateText.describe(certificate)
                + " is marked as rejected"
                + (isRejected(rejected, certificate)
                        ? " and is not trusted"
                        : uses.contains(Authorities.SERVER)
                                ? " for serverAuth and is trusted for the certificates of those who dial alone"
                                : " for clientAuth and is trusted for the certificates of those who are dialled alone")
                + " (block TRUSTED CERTIFICATE)"));
        notes.sort(null);
        return notes;
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

    /** The anchors, and behind them what is rejected, so that a refusal can say that it is. */
    List<X509Certificate> known() {
        Set<X509Certificate> all = new LinkedHashSet<>(anchors());
        all.addAll(rejected.keySet());
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
