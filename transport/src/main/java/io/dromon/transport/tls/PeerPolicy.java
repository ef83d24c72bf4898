package io.dromon.transport.tls;

import io.dromon.transport.tls.Refused.Rule;
import io.dromon.transport.tls.pem.DistinguishedName;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The rules of identity: whether a peer whose chain is trusted belongs here.
 *
 * <p>An organisation with CAs of its own ({@code tls.client_ca.ORG}) is tied to them in both directions, whatever other
 * rules say: a certificate that names it must come from one of them, and what they sign must name it. Otherwise one
 * organisation's CA could speak for another.
 */
final class PeerPolicy {
    private static final int SHOWN = 300;

    private final boolean identity;
    private final boolean all;
    private final PeerSettings.Names wanted;
    private final Trust trust;
    private final Optional<Map<String, Set<String>>> hosts;

    PeerPolicy(PeerSettings settings, Trust trust) {
        this.identity = settings.identity();
        this.all = settings.all();
        this.wanted = settings.names();
        this.trust = trust;
        this.hosts = settings.hosts();
    }

    /**
     * The rule that admits the peer, for log and status.
     *
     * @param chain the peer's certificate first, the anchor last
     */
    String admit(List<X509Certificate> chain) throws Refused {
        X509Certificate leaf = chain.get(0);
        X509Certificate anchor = chain.get(chain.size() - 1);
        CertificateNames names = CertificateNames.of(leaf);
        String organisation = checkOrganisation(leaf, anchor, names);
        if (!identity) {
            return "tls.verify=ca";
        }
        List<String> matched = new ArrayList<>();
        if (!organisation.isEmpty()) {
            matched.add(organisation);
        }
        first(wanted.units(), names.units()::contains, "tls.valid_ous: ").ifPresent(matched::add);
        first(wanted.commonNames(), names.commonNames()::contains, "tls.valid_cns: ")
                .ifPresent(matched::add);
        first(wanted.alternativeNames(), name -> names.matching(name) != null, "tls.valid_sans: ")
                .ifPresent(matched::add);
        first(wanted.fingerprints(), names.fingerprint()::equals, "tls.valid_fingerprints: ")
                .ifPresent(matched::add);
        if (matched.size() >= (all ? rules() : 1)) {
            return all ? String.join("; ", matched) : matched.get(0);
        }
        String unreadable = DistinguishedName.isUnreadable(leaf.getSubjectX500Principal())
                ? "; its subject matches no rule, since one of its texts cannot be read for sure (a T61String of more than"
                        + " ASCII, say): have it issued with UTF8String"
                : "";
        throw new Refused(Rule.IDENTITY, CertificateText.describe(leaf) + noRule(names, matched) + unreadable);
    }

    /** Nodes usually have the same rules: what this one would refuse of itself, its peers will refuse. */
    Optional<String> refusalOfOwn(List<X509Certificate> own, Instant now) {
        List<X509Certificate> chain;
        try {
            chain = CertificateRules.check(own, trust, Role.CLIENT, now);
        } catch (Refused refused) {
            return Optional.empty(); // said by the generation
        }
        try {
            admit(chain);
            return Optional.empty();
        } catch (Refused refused) {
            return Optional.of("socket.ssl_cert: peers with this node's rules will refuse it: " + refused.getMessage());
        }
    }

    private static Optional<String> first(List<String> values, Predicate<String> has, String rule) {
        return values.stream().filter(has).findFirst().map(value -> rule + value);
    }

    /** How many rules are set. */
    private int rules() {
        int count = trust.organisations().isEmpty() ? 0 : 1;
        for (List<String> values :
                List.of(wanted.units(), wanted.commonNames(), wanted.alternativeNames(), wanted.fingerprints())) {
            count += values.isEmpty() ? 0 : 1;
        }
        return count;
    }

    /** The rule that admits an organisation's certificate, empty if the certificate names none with CAs of its own. */
    private String checkOrganisation(X509Certificate leaf, X509Certificate anchor, CertificateNames names)
            throws Refused {
        Set<String> speaksFor = trust.organisationsOf(anchor);
        String admitted = "";
        for (String organisation : names.organisations()) {
            if (!trust.organisations().containsKey(organisation)) {
                continue;
            }
            if (!speaksFor.contains(organisation)) {
                throw new Refused(
                        Rule.IDENTITY,
                        CertificateText.describe(leaf) + ": its O is \"" + CertificateText.printable(organisation)
                                + "\", but its chain ends in " + CertificateText.describe(anchor) + ", "
                                + (speaksFor.isEmpty()
                                        ? "which is no CA of that organisation"
                                        : "which is a CA of " + String.join(", ", speaksFor))
                                + " (rule tls.client_ca." + CertificateText.printable(organisation)
                                + "); have it signed by that organisation's CA, or add the CA to the rule here");
            }
            admitted = "tls.client_ca." + organisation;
        }
        if (admitted.isEmpty() && !speaksFor.isEmpty() && !trust.general().contains(anchor)) {
            throw new Refused(
                    Rule.IDENTITY,
                    CertificateText.describe(leaf) + ": its chain ends in " + CertificateText.describe(anchor)
                            + ", which speaks for " + String.join(", ", speaksFor) + " alone (rule tls.client_ca."
                            + String.join(", tls.client_ca.", speaksFor) + "), but its O is "
                            + shown(names.organisations()) + "; issue it anew with that O, or by another CA");
        }
        return admitted;
    }

    private String noRule(CertificateNames names, List<String> matched) {
        List<String> rules = new ArrayList<>();
        if (!wanted.units().isEmpty()) {
            rules.add("tls.valid_ous=" + String.join(",", wanted.units()) + " (its OU: " + shown(names.units()) + ")");
        }
        if (!wanted.commonNames().isEmpty()) {
            rules.add("tls.valid_cns=" + String.join(",", wanted.commonNames()) + " (its CN: "
                    + shown(names.commonNames()) + ")");
        }
        if (!wanted.alternativeNames().isEmpty()) {
            rules.add("tls.valid_sans=" + String.join(",", wanted.alternativeNames()) + " (its SAN: "
                    + shown(names.alternativeNames()) + ")");
        }
        if (!wanted.fingerprints().isEmpty()) {
            rules.add("tls.valid_fingerprints (its SHA-256: " + names.fingerprint() + ")");
        }
        if (!trust.organisations().isEmpty()) {
            rules.add("tls.client_ca."
                    + String.join(
                            ", tls.client_ca.",
                            new TreeSet<>(trust.organisations().keySet())) + " (its O: " + shown(names.organisations())
                    + ")");
        }
        String text = String.join("; ", rules);
        return (all
                        ? ": trusted, but it does not match each rule, which tls.match=all asks for (it matches "
                                + (matched.isEmpty() ? "none" : CertificateText.printable(String.join("; ", matched)))
                                + "): "
                        : ": trusted, but it matches no rule of tls.verify=identity: ")
                + (text.length() > SHOWN * 2 ? text.substring(0, SHOWN * 2) + "..." : text)
                + "; if it belongs here, add it to a rule, else issue one that matches";
    }

    private static String shown(List<String> values) {
        if (values.isEmpty()) {
            return "none";
        }
        String text = CertificateText.printable(String.join(", ", values));
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    }

    /**
     * {@code tls.check_host}: whether the certificate names the address that was dialled.
     *
     * @param ip numeric, IPv6 in brackets or not
     */
    void checkHost(X509Certificate certificate, String ip) throws Refused {
        if (hosts.isEmpty()) {
            return;
        }
        String plain = ip.startsWith("[") ? ip.substring(1, ip.length() - 1) : ip;
        CertificateNames names = CertificateNames.of(certificate);
        Set<String> aliases = hosts.get().getOrDefault(plain, Set.of());
        boolean named = names.matching("IP:" + plain) != null;
        for (String alias : aliases) {
            named |= names.matching("DNS:" + alias.toLowerCase(java.util.Locale.ROOT)) != null;
        }
        if (!named) {
            throw new Refused(
                    Rule.IDENTITY,
                    CertificateText.describe(certificate) + ": it does not name the host that was dialled, " + plain
                            + (aliases.isEmpty() ? "" : " (" + String.join(", ", new TreeSet<>(aliases)) + ")")
                            + " (rule tls.check_host; its SAN: " + shown(names.alternativeNames())
                            + "); issue one with that subjectAltName, or set tls.check_host=no");
        }
    }
}
