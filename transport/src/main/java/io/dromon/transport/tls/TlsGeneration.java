package io.dromon.transport.tls;

import io.dromon.transport.tls.pem.DistinguishedName;
import java.security.PrivateKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Key, chain and trust of one load, immutable. A reload makes the next generation; a live one is never edited, so that
 * what was dropped from the files is no longer trusted.
 *
 * @param number 1 for the load at start, counting up
 * @param key own private key
 * @param chain own certificate first, sent whole
 * @param trust what peers' chains may end in, and what was revoked
 * @param notes what the load noticed and an operator should know, one line each
 */
public record TlsGeneration(long number, PrivateKey key, List<X509Certificate> chain, Trust trust, List<String> notes) {
    public TlsGeneration {
        chain = List.copyOf(chain);
        notes = List.copyOf(notes);
        if (chain.isEmpty() || trust.anchors().isEmpty()) {
            throw new IllegalArgumentException("a generation has a certificate and an anchor");
        }
    }

    /** Of what is in memory already; every anchor is general. */
    public TlsGeneration(long number, PrivateKey key, List<X509Certificate> chain, List<X509Certificate> anchors) {
        this(number, key, chain, Trust.in(anchors), List.of());
    }

    /**
     * Reads the files. What makes them unusable is an error that names all of it; see {@link #notes} and
     * {@link #warnings} for what does not.
     */
    public static TlsGeneration load(long number, TlsSettings settings) throws TlsConfigException {
        return new Material(settings, false).load(number);
    }

    /** Own certificate. */
    public X509Certificate certificate() {
        return chain.get(0);
    }

    /** The trusted certificate that the own chain ends in; empty if it is part of the chain, or none is. */
    public Optional<X509Certificate> authority() {
        X509Certificate last = chain.get(chain.size() - 1);
        if (Chains.isSelfSigned(last)) {
            return Optional.empty();
        }
        // A CA that renews its certificate keeps its key: the one that lasts counts.
        return trust.anchors().stream()
                .filter(anchor -> Chains.isIssuer(anchor, last))
                .max(Comparator.comparing(X509Certificate::getNotAfter));
    }

    /** The expiry of the last list of each authority in {@code tls.crl}, by the authority's name; not those without one. */
    public Map<String, Instant> currentLists() {
        Map<String, Instant> expiries = new TreeMap<>();
        for (X509CRL list : trust.crls()) {
            String issuer = CertificateText.printable(DistinguishedName.text(list.getIssuerX500Principal()));
            Instant expiry = list.getNextUpdate() == null
                    ? Instant.MAX
                    : list.getNextUpdate().toInstant();
            expiries.merge(issuer, expiry, (one, other) -> one.isAfter(other) ? one : other);
        }
        expiries.values().removeIf(Instant.MAX::equals);
        return expiries;
    }

    /** Certificates that a peer's chain may end in. */
    public List<X509Certificate> anchors() {
        return trust.anchors();
    }

    /**
     * What peers will refuse although this node can start, and lists of {@code tls.crl} that are out of date. One line
     * each, empty if all is well.
     */
    public List<String> warnings(Instant now) {
        List<String> warnings = new ArrayList<>(refusals(now));
        Revocations.warnings(trust, chain, now).forEach(warning -> warnings.add("tls.crl: " + warning));
        return warnings;
    }

    /**
     * Why peers will refuse the own certificate: dates, usage, a chain that the own trust does not accept. One line
     * each, empty if they will not.
     */
    List<String> refusals(Instant now) {
        return refusals(chain, trust, now);
    }

    /** The same of a chain that may be no part of a generation. */
    static List<String> refusals(List<X509Certificate> chain, Trust trust, Instant now) {
        List<String> warnings = new ArrayList<>();
        for (Role role : Role.values()) {
            try {
                CertificateRules.check(chain, trust, role, now);
            } catch (Refused refused) {
                String text = "socket.ssl_cert: peers will refuse this node's certificate: " + refused.getMessage();
                if (!warnings.contains(text)) {
                    warnings.add(text);
                }
            }
        }
        return warnings;
    }

    /** Never the key. */
    @Override
    public String toString() {
        return "TlsGeneration[" + number + ", " + CertificateText.describe(certificate()) + "]";
    }
}
