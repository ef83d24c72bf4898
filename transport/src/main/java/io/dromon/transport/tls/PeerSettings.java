package io.dromon.transport.tls;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which peers a node admits, beyond {@code socket.ssl_ca}.
 *
 * @param identity {@code tls.verify=identity}: a peer must match at least one rule
 * @param all {@code tls.match=all}: it must match each of them
 * @param names the rules that look at the certificate alone
 * @param clientCas {@code tls.client_ca.ORG}: CA files by organisation
 * @param crl {@code tls.crl}
 * @param crlRequired {@code tls.crl_required}: each CA of a chain must have a list there
 * @param hosts {@code tls.check_host}: empty if off, else the host names that stand for a numeric address
 */
public record PeerSettings(
        boolean identity,
        boolean all,
        Names names,
        Map<String, List<Path>> clientCas,
        Optional<Path> crl,
        boolean crlRequired,
        Optional<Map<String, Set<String>>> hosts) {
    /** Any certificate of a trusted CA will do: Galera's rule. */
    public static final PeerSettings ANY =
            new PeerSettings(false, Names.NONE, Map.of(), Optional.empty(), Optional.empty());

    /** Any rule will do, and a CA may be without a list. */
    public PeerSettings(
            boolean identity,
            Names names,
            Map<String, List<Path>> clientCas,
            Optional<Path> crl,
            Optional<Map<String, Set<String>>> hosts) {
        this(identity, false, names, clientCas, crl, false, hosts);
    }

    public PeerSettings {
        clientCas = Map.copyOf(clientCas);
        hosts = hosts.map(Map::copyOf);
        if (identity && names.equals(Names.NONE) && clientCas.isEmpty()) {
            throw new IllegalArgumentException("identity without a rule admits no peer");
        }
    }

    /**
     * What a certificate may say to be admitted.
     *
     * @param units {@code tls.valid_ous}
     * @param commonNames {@code tls.valid_cns}
     * @param alternativeNames {@code tls.valid_sans}: {@code DNS:}, {@code IP:} or {@code URI:} in front; a URI that ends
     *     in a slash and an asterisk stands for all below that path
     * @param fingerprints {@code tls.valid_fingerprints}: SHA-256, 64 lower-case hexadecimal digits
     */
    public record Names(
            List<String> units, List<String> commonNames, List<String> alternativeNames, List<String> fingerprints) {
        public static final Names NONE = new Names(List.of(), List.of(), List.of(), List.of());

        public Names {
            units = List.copyOf(units);
            commonNames = List.copyOf(commonNames);
            alternativeNames = List.copyOf(alternativeNames);
            fingerprints = List.copyOf(fingerprints);
        }
    }

    /** Settings with these rules and with identity. */
    public static PeerSettings names(Names names) {
        return new PeerSettings(true, names, Map.of(), Optional.empty(), Optional.empty());
    }
}
