package io.dromon.config;

import static io.dromon.config.IdentityOptions.TLS_CHECK_HOST;
import static io.dromon.config.IdentityOptions.TLS_CLIENT_CA;
import static io.dromon.config.IdentityOptions.TLS_CRL;
import static io.dromon.config.IdentityOptions.TLS_CRL_REQUIRED;
import static io.dromon.config.IdentityOptions.TLS_MATCH;
import static io.dromon.config.IdentityOptions.TLS_VERIFY;

import java.util.ArrayList;
import java.util.List;

/** The rules by which the options of identity go together, with each other and with TLS. */
final class IdentityRules {
    private IdentityRules() {}

    /** Rules without identity, identity without rules, identity without TLS. */
    static void check(Resolver resolver, List<ConfigProblem> problems) {
        boolean tls = resolver.value(Options.SOCKET_SSL);
        Verify verify = resolver.value(TLS_VERIFY);
        if (!tls) {
            judgePlain(resolver, problems);
            return;
        }
        if (verify == Verify.IDENTITY && !IdentityOptions.hasRule(resolver)) {
            problems.add(new ConfigProblem(
                    place(resolver, TLS_VERIFY),
                    "tls.verify: identity needs at least one rule, without one any certificate of the CA would do: set"
                            + " tls.valid_ous, tls.valid_cns, tls.valid_sans, tls.valid_fingerprints or tls.client_ca.ORG,"
                            + " or set tls.verify=ca to say that this is meant"));
        }
        if (resolver.value(TLS_CRL_REQUIRED) && resolver.optional(TLS_CRL).isEmpty()) {
            problems.add(new ConfigProblem(
                    place(resolver, TLS_CRL_REQUIRED),
                    "tls.crl_required: without tls.crl no CA has a list, and no peer could be let in: set tls.crl to a PEM"
                            + " file with the list of each CA"));
        }
        if (verify == Verify.CA && TlsOptionRules.isGiven(resolver, TLS_MATCH)) {
            problems.add(
                    new ConfigProblem(
                            place(resolver, TLS_MATCH),
                            "tls.match does nothing without a rule of identity; set one, for instance tls.valid_ous, or remove it"));
        }
        if (verify == Verify.CA) {
            for (Option<?> rule : givenRules(resolver)) {
                problems.add(new ConfigProblem(
                        place(resolver, rule),
                        rule.name() + " does nothing with tls.verify=ca; set tls.verify=identity, or remove the rule"));
            }
        }
        resolver.members(TLS_CLIENT_CA)
                .forEach((organisation, files) -> files.forEach(file ->
                        TlsOptionRules.checkFile(resolver, TLS_CLIENT_CA.member(organisation), file, problems)));
        resolver.optional(TLS_CRL).ifPresent(file -> TlsOptionRules.checkFile(resolver, TLS_CRL, file, problems));
    }

    private static void judgePlain(Resolver resolver, List<ConfigProblem> problems) {
        List<Option<?>> given = new ArrayList<>(givenRules(resolver));
        for (Option<?> option : List.of(TLS_VERIFY, TLS_MATCH, TLS_CRL, TLS_CRL_REQUIRED, TLS_CHECK_HOST)) {
            if (TlsOptionRules.isGiven(resolver, option)) {
                given.add(option);
            }
        }
        boolean meant = TlsOptionRules.isGiven(resolver, Options.SOCKET_SSL);
        for (Option<?> option : given) {
            String text = option.name() + " is ignored, links are plain text: ";
            if (meant) {
                resolver.warnings.add(place(resolver, option) + ": " + text + "socket.ssl is false");
            } else {
                problems.add(
                        new ConfigProblem(
                                place(resolver, option),
                                text
                                        + "set socket.ssl_key and socket.ssl_cert, or socket.ssl=false to say that this is meant"));
            }
        }
    }

    private static List<Option<?>> givenRules(Resolver resolver) {
        List<Option<?>> given = new ArrayList<>(IdentityOptions.RULES.stream()
                .filter(rule -> resolver.optional(rule).isPresent())
                .toList());
        resolver.members(TLS_CLIENT_CA).keySet().forEach(name -> given.add(TLS_CLIENT_CA.member(name)));
        return given;
    }

    private static String place(Resolver resolver, Option<?> option) {
        return TlsOptionRules.place(resolver, option);
    }
}
