package io.dromon.config;

import static io.dromon.config.Support.Part.TLS;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Dromon's own options of identity: which peers are admitted. A certificate that a trusted CA signed proves who the
 * peer is, not that it belongs here; these options say who does.
 */
public final class IdentityOptions {
    private static final List<Option<?>> HERE = new ArrayList<>();

    /** {@code tls.verify}. */
    public static final Option<Verify> TLS_VERIFY = Option.of("tls.verify", Types.oneOf(Verify.class))
            .derived(
                    "identity with a rule, else ca",
                    values -> Optional.of(hasRule(values) ? Verify.IDENTITY : Verify.CA))
            .honoured(TLS)
            .doc(
                    "What a peer has to prove: ca, a certificate of a trusted CA; identity, that and a match with one of the rules "
                            + "tls.valid_ous, tls.valid_cns, tls.valid_sans, tls.valid_fingerprints, tls.client_ca.ORG.")
            .in(HERE);

    /** {@code tls.valid_ous}. */
    public static final Option<List<String>> TLS_VALID_OUS = Option.of("tls.valid_ous", Types.TEXTS)
            .honoured(TLS)
            .doc("Rule of identity: organisational units (OU), of which the peer's certificate names one; exact case.")
            .in(HERE);

    /** {@code tls.valid_cns}. */
    public static final Option<List<String>> TLS_VALID_CNS = Option.of("tls.valid_cns", Types.TEXTS)
            .honoured(TLS)
            .doc("Rule of identity: common names (CN), of which the peer's certificate has one; exact case.")
            .in(HERE);

    /** {@code tls.valid_sans}; values are {@code DNS:}, {@code IP:} or {@code URI:} with the name behind. */
    public static final Option<List<String>> TLS_VALID_SANS = Option.of("tls.valid_sans", Types.SANS)
            .honoured(TLS)
            .doc(
                    "Rule of identity: subject alternative names, DNS, IP or URI, of which the peer's certificate has one; "
                            + "*. at the left of a DNS name stands for one label, /* at the right of a URI for all that is "
                            + "below that path.")
            .in(HERE);

    /** {@code tls.valid_fingerprints}; values are 64 lower-case digits. */
    public static final Option<List<String>> TLS_VALID_FINGERPRINTS = Option.of(
                    "tls.valid_fingerprints", Types.FINGERPRINTS)
            .honoured(TLS)
            .doc("Rule of identity: SHA-256 fingerprints of the certificates that are admitted; each must chain to a "
                    + "trusted CA all the same.")
            .in(HERE);

    /** {@code tls.client_ca.ORG}: a family, see {@link NodeConfig#members}. */
    public static final Option<List<Path>> TLS_CLIENT_CA = Option.of("tls.client_ca.ORG", Types.PATHS)
            .family()
            .honoured(TLS)
            .doc(
                    "Rule of identity: PEM files with the CAs of organisation ORG; a certificate whose O is ORG is admitted "
                            + "if its chain ends in one of them, else refused, and these CAs speak for no other organisation.")
            .in(HERE);

    /** {@code tls.match}. */
    public static final Option<Match> TLS_MATCH = Option.of("tls.match", Types.oneOf(Match.class))
            .byDefault("any")
            .honoured(TLS)
            .doc(
                    "How rules of identity go together: any, a peer matches at least one of the rules that are set; all, it "
                            + "matches each of them (tls.client_ca.ORG with whatever ORG is one rule).")
            .in(HERE);

    /** {@code tls.crl}. */
    public static final Option<Path> TLS_CRL = Option.of("tls.crl", Types.PATH)
            .honoured(TLS)
            .doc(
                    "PEM file with revocation lists (CRL) of the trusted CAs; while a list is out of date, certificates of "
                            + "its CA are refused.")
            .in(HERE);

    /** {@code tls.crl_required}. */
    public static final Option<Boolean> TLS_CRL_REQUIRED = Option.of("tls.crl_required", Types.BOOLEAN)
            .byDefault("no")
            .honoured(TLS)
            .doc(
                    "Whether each CA of a peer's chain must have a list in tls.crl that is in date; without it, certificates of "
                            + "a CA that has no list there are not checked.")
            .in(HERE);

    /**
     * {@code tls.check_host}. Off by default: Galera's classic recipe makes certificates without names, and peers tell each
     * other numeric addresses, which few certificates hold.
     */
    public static final Option<Boolean> TLS_CHECK_HOST = Option.of("tls.check_host", Types.BOOLEAN)
            .byDefault("no")
            .honoured(TLS)
            .doc(
                    "Whether the certificate of a node that is dialled must name its address, or the host name in the cluster "
                            + "address; off, because the certificates of Galera's classic recipe name no host, and nodes learn each "
                            + "other's numeric addresses.")
            .in(HERE);

    /** The rules of identity that are single options; {@link #TLS_CLIENT_CA} is a family of more. */
    static final List<Option<?>> RULES = List.of(TLS_VALID_OUS, TLS_VALID_CNS, TLS_VALID_SANS, TLS_VALID_FINGERPRINTS);

    private IdentityOptions() {}

    static List<Option<?>> here() {
        return HERE;
    }

    /** Whether one of the rules is set. */
    static boolean hasRule(Values values) {
        return RULES.stream().anyMatch(rule -> values.optional(rule).isPresent())
                || !values.members(TLS_CLIENT_CA).isEmpty();
    }
}
