package io.dromon.node.admin.api;

import io.dromon.config.AdminOptions;
import io.dromon.config.NodeConfig;
import io.dromon.config.Option;
import io.dromon.transport.wire.PeerText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Who may use which routes of a door.
 *
 * @param rules one for each class
 */
public record AccessRules(Map<AccessClass, Rule> rules) {
    /** For the control socket, which only the user of the node can open. */
    public static final AccessRules ALL = new AccessRules(Map.of(
            AccessClass.HEALTH, Rule.OPEN,
            AccessClass.READ, Rule.OPEN,
            AccessClass.CHANGE, Rule.OPEN,
            AccessClass.DATA, Rule.OPEN));

    private static final int SHOWN = 200;

    /** Checks that no class is without a rule. */
    public AccessRules {
        rules = Map.copyOf(rules);
        if (rules.size() != AccessClass.values().length) {
            throw new IllegalArgumentException("a class without a rule");
        }
    }

    /**
     * The rule of a class.
     *
     * @param grant to whom
     * @param units for {@link Grant#CERTIFICATE}: organisational units, of which the certificate names one
     */
    public record Rule(Grant grant, List<String> units) {
        static final Rule OPEN = new Rule(Grant.OPEN, List.of());

        public Rule {
            units = List.copyOf(units);
        }

        private String text() {
            return switch (grant) {
                case OPEN -> "open";
                case OFF -> "off";
                case CERTIFICATE -> "OU " + String.join(", ", units);
            };
        }
    }

    /** To whom a class is granted. */
    public enum Grant {
        /** Anyone who can connect. */
        OPEN,
        /** Those with a certificate of one of the units. */
        CERTIFICATE,
        /** Nobody. */
        OFF
    }

    /** Those of the admin listener. */
    public static AccessRules of(NodeConfig config) {
        return new AccessRules(Map.of(
                AccessClass.HEALTH, rule(config, AdminOptions.ADMIN_HEALTH, AdminOptions.ADMIN_HEALTH_OUS),
                AccessClass.READ, rule(config, AdminOptions.ADMIN_READ, AdminOptions.ADMIN_READ_OUS),
                AccessClass.CHANGE, rule(config, AdminOptions.ADMIN_CHANGE, AdminOptions.ADMIN_CHANGE_OUS),
                AccessClass.DATA, rule(config, AdminOptions.ADMIN_DATA, AdminOptions.ADMIN_DATA_OUS)));
    }

    private static Rule rule(NodeConfig config, Option<String> access, Option<List<String>> units) {
        return switch (config.value(access)) {
            case "open" -> Rule.OPEN;
            case "certificate" ->
                new Rule(Grant.CERTIFICATE, config.optional(units).orElse(List.of()));
            default -> new Rule(Grant.OFF, List.of());
        };
    }

    /** Whether every class asks for a certificate or is off, so that none needs to be served without one. */
    public boolean alwaysNeedCertificate() {
        return rules.values().stream().noneMatch(rule -> rule.grant == Grant.OPEN);
    }

    /** The rules by class, for the status. */
    public SortedMap<String, String> text() {
        SortedMap<String, String> text = new TreeMap<>();
        rules.forEach((access, rule) -> text.put(access.word(), rule.text()));
        return text;
    }

    /** Why a caller may not use a class; empty if it may. */
    public Optional<Problem> refusal(AccessClass access, Caller caller) {
        Rule rule = rules.getOrDefault(access, new Rule(Grant.OFF, List.of()));
        return switch (rule.grant) {
            case OPEN -> Optional.empty();
            case OFF ->
                Optional.of(Problem.of(
                        403,
                        "this listener does not serve " + access.word() + " (admin." + access.word() + "=off)",
                        "use the control socket in the node's data directory, or set admin." + access.word()));
            case CERTIFICATE -> certificateProblem(access, rule, caller);
        };
    }

    private static Optional<Problem> certificateProblem(AccessClass access, Rule rule, Caller caller) {
        String asks = "admin." + access.word() + " asks for a certificate with OU " + String.join(" or ", rule.units);
        if (caller.peer().isEmpty()) {
            return Optional.of(Problem.of(
                    403,
                    asks + ", and this client has shown none",
                    caller.door() == Caller.Door.HTTPS
                            ? "give a client certificate (curl --cert --key, dromon --cert --key)"
                            : "use https:// and give a client certificate"));
        }
        List<String> presented = caller.peer().get().units();
        if (presented.stream().anyMatch(rule.units::contains)) {
            return Optional.empty();
        }
        return Optional.of(Problem.of(
                403,
                asks + ", and that of " + caller.name() + ", serial " + caller.serial() + ", has "
                        + (presented.isEmpty()
                                ? "none"
                                : "OU " + PeerText.printable(String.join(", ", presented), SHOWN)),
                "use a certificate of such a unit, or add the unit to admin." + access.word() + "_ous"));
    }
}
