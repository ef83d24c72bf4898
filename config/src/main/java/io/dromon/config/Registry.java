package io.dromon.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** All options by name. */
public final class Registry {
    private static final List<Option<?>> ALL;
    private static final Map<String, Option<?>> BY_NAME = new LinkedHashMap<>();
    /** Options by the names that Orchestrator has for them. */
    private static final Map<String, Option<?>> BY_ALIAS = Map.of(
            "ListenAddress", AdminOptions.ADMIN_LISTEN,
            "SSLCertFile", AdminOptions.ADMIN_SSL_CERT,
            "SSLPrivateKeyFile", AdminOptions.ADMIN_SSL_KEY,
            "SSLCAFile", AdminOptions.ADMIN_SSL_CA,
            "UseMutualTLS", AdminOptions.ADMIN_MUTUAL_TLS,
            "SSLValidOUs", AdminOptions.ADMIN_VALID_OUS);

    private static final List<Option<?>> FAMILIES;
    /** In a suggestion. */
    private static final int MOST_NAMES = 6;

    static {
        List<Option<?>> all = new ArrayList<>();
        all.addAll(Options.here());
        all.addAll(EvsOptions.here());
        all.addAll(PrimaryOptions.here());
        all.addAll(GroupOptions.here());
        all.addAll(IdentityOptions.here());
        all.addAll(AdminOptions.here());
        all.addAll(ReplicationOptions.here());
        all.addAll(ServerOptions.here());
        all.addAll(SstOptions.here());
        ALL = List.copyOf(all);
        FAMILIES = ALL.stream().filter(Option::family).toList();
        for (Option<?> option : ALL) {
            if (BY_NAME.put(canonical(option.name()), option) != null) {
                throw new IllegalStateException("Two options are called " + option.name());
            }
        }
    }

    private Registry() {}

    /** Every option, in the order of the chapters. */
    public static List<Option<?>> all() {
        return ALL;
    }

    /** The option of this name, or of this name of Orchestrator's; dashes count as underscores. */
    public static Optional<Option<?>> find(String name) {
        Option<?> known = BY_NAME.getOrDefault(canonical(name), BY_ALIAS.get(name));
        if (known != null) {
            return Optional.of(known);
        }
        for (Option<?> family : FAMILIES) {
            String prefix = family.prefix();
            if (name.length() > prefix.length() && canonical(name).startsWith(prefix)) {
                return Optional.of(family.member(name.substring(prefix.length())));
            }
        }
        return Optional.empty();
    }

    static Optional<Option<?>> find(String name, Option.Scope scope) {
        return find(name).filter(option -> option.scope() == scope);
    }

    /** What to say of a name that no option has; it suggests others. */
    public static String unknown(String name) {
        return "unknown option '" + name + "'" + suggestion(name);
    }

    private static String suggestion(String name) {
        if (name.equals("UseSSL")) {
            return "; Orchestrator's UseSSL is the suffix of admin.listen here: HOST:PORT:https, or HOST:PORT:http";
        }
        List<String> longer = beginningWith(name);
        if (!longer.isEmpty()) {
            return "; did you mean " + String.join(", ", longer.subList(0, Math.min(MOST_NAMES, longer.size())))
                    + (longer.size() > MOST_NAMES ? ", ...?" : "?");
        }
        return nearest(name).map(near -> "; did you mean " + near + "?").orElse("; dromon options lists all");
    }

    /** Names that go on behind this one, which is more than its first part. */
    private static List<String> beginningWith(String name) {
        String begin = canonical(name);
        return begin.matches("[a-z]+[._].+")
                ? BY_NAME.entrySet().stream()
                        .filter(entry -> entry.getKey().startsWith(begin))
                        .map(entry -> entry.getValue().name())
                        .toList()
                : List.of();
    }

    /** The name that was probably meant by an unknown one. */
    public static Optional<String> nearest(String name) {
        String wanted = canonical(name).toLowerCase(Locale.ROOT);
        String best = "";
        int bestDistance = Integer.MAX_VALUE;
        for (Map.Entry<String, Option<?>> entry : BY_NAME.entrySet()) {
            String candidate = entry.getKey().toLowerCase(Locale.ROOT);
            int distance = distance(wanted, candidate);
            int dot = candidate.indexOf('.');
            if (dot >= 0) {
                // the family in front is often forgotten or taken for another
                int wantedDot = wanted.indexOf('.');
                String wantedTail = wantedDot < 0 ? wanted : wanted.substring(wantedDot + 1);
                distance = Math.min(distance, 1 + distance(wantedTail, candidate.substring(dot + 1)));
            }
            if (distance < bestDistance) {
                bestDistance = distance;
                best = entry.getValue().name();
            }
        }
        int limit = Math.max(2, wanted.length() / 3);
        return bestDistance <= limit ? Optional.of(best) : Optional.empty();
    }

    /** Dashes are underscores; of server options (MariaDB's wsrep_OSU_method) the case does not matter. */
    private static String canonical(String name) {
        String plain = name.replace('-', '_');
        String lower = plain.toLowerCase(Locale.ROOT);
        return lower.startsWith("wsrep_") ? lower : plain;
    }

    /** Edit distance where two swapped neighbours count as one edit. */
    private static int distance(String left, String right) {
        int[] beforeLast = new int[right.length() + 1];
        int[] last = new int[right.length() + 1];
        int[] row = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            row[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int cost = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(last[j] + 1, row[j - 1] + 1), last[j - 1] + cost);
                if (i > 1
                        && j > 1
                        && left.charAt(i - 1) == right.charAt(j - 2)
                        && left.charAt(i - 2) == right.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            int[] spare = beforeLast;
            beforeLast = last;
            last = row;
            row = spare;
        }
        return last[right.length()];
    }
}
