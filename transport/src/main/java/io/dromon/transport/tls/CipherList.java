package io.dromon.transport.tls;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@code socket.ssl_cipher}: OpenSSL's cipher-list syntax, worked out here, so that it means the same on both
 * providers. It governs TLS 1.2 (specification, chapter 01 section 3.3), but for the suites of TLS 1.3 that it may name.
 * Parts are separated by {@code :}, {@code ,}, {@code ;} or space; {@code +} joins conditions; prefix {@code !} removes
 * for good, {@code -} removes, {@code +} moves to the end; {@code @STRENGTH} sorts.
 *
 * <p>Each part that asks for suites must give some, of this table and of the provider; a part that takes away may name
 * what is not there anyway. What OpenSSL does not know is an error everywhere: a mistyped exclusion would exclude nothing.
 */
final class CipherList {
    /** A TLS 1.2 suite: OpenSSL's name, the IANA name, and what a list can ask for. */
    private record Suite(String openSsl, String iana, Set<String> tags, int bits) {}

    /** A part that asks for suites. */
    private record Wish(String part, List<Suite> suites) {}

    private static final List<Suite> SUITES = List.of(
            suite("ECDHE-ECDSA-AES256-GCM-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
            suite("ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
            suite("DHE-RSA-AES256-GCM-SHA384", "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"),
            suite("ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
            suite("ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
            suite("DHE-RSA-CHACHA20-POLY1305", "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
            suite("ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
            suite("ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
            suite("DHE-RSA-AES128-GCM-SHA256", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"),
            suite("ECDHE-ECDSA-AES256-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
            suite("ECDHE-RSA-AES256-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
            suite("DHE-RSA-AES256-SHA256", "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"),
            suite("ECDHE-ECDSA-AES128-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
            suite("ECDHE-RSA-AES128-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
            suite("DHE-RSA-AES128-SHA256", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"),
            suite("ECDHE-ECDSA-AES256-SHA", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
            suite("ECDHE-RSA-AES256-SHA", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
            suite("DHE-RSA-AES256-SHA", "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"),
            suite("ECDHE-ECDSA-AES128-SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
            suite("ECDHE-RSA-AES128-SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
            suite("DHE-RSA-AES128-SHA", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"),
            suite("AES256-GCM-SHA384", "TLS_RSA_WITH_AES_256_GCM_SHA384"),
            suite("AES128-GCM-SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256"),
            suite("AES256-SHA256", "TLS_RSA_WITH_AES_256_CBC_SHA256"),
            suite("AES128-SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA256"),
            suite("AES256-SHA", "TLS_RSA_WITH_AES_256_CBC_SHA"),
            suite("AES128-SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"));

    /** The suites of TLS 1.3 that every provider has, in the order of preference. */
    static final List<String> TLS13 =
            List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

    private static final Pattern SEPARATORS = Pattern.compile("[:,; ]+");

    /** Words that OpenSSL knows and no suite above has. */
    private static final Set<String> EMPTY_WORDS = Set.of(
            ("LOW MEDIUM EXP EXPORT EXPORT40 EXPORT56 NULL eNULL aNULL ADH AECDH DES 3DES RC2 RC4 IDEA SEED CAMELLIA"
                            + " CAMELLIA128 CAMELLIA256 ARIA ARIA128 ARIA256 ARIAGCM MD5 PSK kPSK aPSK kECDHEPSK kDHEPSK"
                            + " kRSAPSK SRP kSRP aSRP DSS aDSS kDHr kDHd kDH aDH kECDHr kECDHe kECDH aECDH GOST aGOST"
                            + " aGOST01 aGOST12 kGOST kGOST18 GOST94 GOST89MAC GOST12 AESCCM AESCCM8 SSLv2"
                            + " COMPLEMENTOFALL COMPLEMENTOFDEFAULT KRB5 kKRB5 aKRB5 kFZA aFZA eFZA FZA")
                    .split(" "));

    /** Names of suites that only other programs have, or had: OpenSSL's are made of these words, and the IANA's. */
    private static final Pattern FOREIGN_SUITE = Pattern.compile(
            "TLS_[A-Z0-9_]+_WITH_[A-Z0-9_]+|TLS_AES_128_CCM(_8)?_SHA256|(DES-CBC3?|RC4|RC2-CBC|IDEA-CBC|SEED|NULL"
                    + "|AES(128|256)-CCM8?|CAMELLIA(128|256)|ARIA(128|256)-GCM)(-(MD5|SHA|SHA256|SHA384))?"
                    + "|(EXP|EXP1024|ADH|AECDH|EDH|DHE|DH|ECDH|ECDHE|RSA|DSS|ECDSA|PSK|SRP|KRB5|GOST\\d+)"
                    + "(-(RSA|DSS|ECDSA|PSK|AES(128|256)?|CAMELLIA(128|256)|ARIA(128|256)|SEED|IDEA|DES|RC2|RC4|3DES|EDE"
                    + "|40|56|64|128|CBC3?|GCM|CCM8?|CHACHA20|POLY1305|NULL|MD5|SHA|SHA256|SHA384|GOST\\d+))+");

    private static final Set<String> KNOWN_TAGS = knownTags();

    /** The strictest of OpenSSL's levels whose demands on keys {@link KeyRules} makes always. */
    private static final int SECURITY_LEVEL = 2;

    private final List<String> tls13;
    private final List<Wish> wishes;
    private final List<Suite> suites;

    private CipherList(List<String> tls13, List<Wish> wishes, List<Suite> suites) {
        this.tls13 = List.copyOf(tls13);
        this.wishes = List.copyOf(wishes);
        this.suites = List.copyOf(suites);
    }

    /**
     * An empty list leaves the choice to the provider.
     *
     * @throws TlsConfigException naming each part that is unknown or gives nothing, or if nothing is left
     */
    static CipherList of(String list) throws TlsConfigException {
        return list.isBlank() ? new CipherList(List.of(), List.of(), List.of()) : new Parser(list).parse();
    }

    /** Whether there is nothing that a provider has to be told. */
    boolean isEmpty() {
        return tls13.isEmpty() && suites.isEmpty();
    }

    /** The suites of TLS 1.3 that the list names; empty if it names none, which leaves all of them. */
    List<String> tls13() {
        return tls13;
    }

    /** IANA names for TLS 1.2 in order of preference; empty if the list names suites of TLS 1.3 only. */
    List<String> tls12() {
        return suites.stream().map(Suite::iana).toList();
    }

    /** The same without those that a provider does not have. */
    List<String> tls12(Set<String> provided) {
        return tls12().stream().filter(provided::contains).toList();
    }

    /** The parts that ask for suites of which a provider has none. */
    List<String> missing(Set<String> provided) {
        List<String> parts = new ArrayList<>();
        for (Wish wish : wishes) {
            List<Suite> wanted = new ArrayList<>(wish.suites);
            wanted.retainAll(suites); // what another part excludes is not asked for
            if (!wanted.isEmpty() && wanted.stream().noneMatch(suite -> provided.contains(suite.iana))) {
                parts.add(wish.part);
            }
        }
        return parts;
    }

    /** OpenSSL's name of an IANA name of the table. */
    static String openSslName(String iana) {
        return SUITES.stream()
                .filter(suite -> suite.iana.equals(iana))
                .findFirst()
                .map(Suite::openSsl)
                .orElse(iana);
    }

    /** One list. Goes on after a problem, so that all of them are told at once. */
    private static final class Parser {
        private final String list;
        private final List<String> tls13 = new ArrayList<>();
        private final List<Wish> wishes = new ArrayList<>();
        private final List<Suite> chosen = new ArrayList<>();
        private final List<Suite> banned = new ArrayList<>();
        private final List<String> problems = new ArrayList<>();
        private boolean tls12;

        Parser(String list) {
            this.list = list;
        }

        CipherList parse() throws TlsConfigException {
            for (String part : SEPARATORS.split(list.trim(), -1)) {
                if (TLS13.contains(part)) {
                    if (!tls13.contains(part)) {
                        tls13.add(part);
                    }
                } else if (!part.isEmpty()) {
                    tls12 = true;
                    part(part);
                }
            }
            if (problems.isEmpty() && chosen.isEmpty() && (tls12 || tls13.isEmpty())) {
                problems.add("socket.ssl_cipher: \"" + list
                        + "\" selects no TLS 1.2 cipher suite that Dromon offers; for instance HIGH:!aNULL does");
            }
            if (!problems.isEmpty()) {
                throw new TlsConfigException(problems);
            }
            return new CipherList(tls13, wishes, chosen);
        }

        private void part(String part) {
            char prefix = part.charAt(0);
            if (prefix == '@') {
                command(part);
                return;
            }
            boolean asks = prefix != '!' && prefix != '-' && prefix != '+';
            List<Suite> matching = new ArrayList<>(SUITES);
            for (String word : (asks ? part : part.substring(1)).split("\\+", -1)) {
                Optional<Predicate<Suite>> condition = condition(word);
                if (condition.isEmpty()) {
                    problems.add(unknown(part, word));
                    return;
                }
                matching.removeIf(condition.get().negate());
            }
            switch (prefix) {
                case '!' -> {
                    banned.addAll(matching);
                    chosen.removeAll(matching);
                }
                case '-' -> chosen.removeAll(matching);
                case '+' -> {
                    List<Suite> moved = new ArrayList<>(chosen);
                    moved.retainAll(matching);
                    chosen.removeAll(moved);
                    chosen.addAll(moved);
                }
                default -> {
                    if (matching.isEmpty()) {
                        problems.add("socket.ssl_cipher: \"" + part + "\" selects no suite that Dromon offers (those of"
                                + " TLS 1.2 with AES or ChaCha20 and a certificate); remove this part of the list");
                    }
                    wishes.add(new Wish(part, List.copyOf(matching)));
                    matching.removeAll(banned);
                    matching.removeAll(chosen);
                    chosen.addAll(matching);
                }
            }
        }

        private void command(String part) {
            if (part.equals("@STRENGTH")) {
                chosen.sort((a, b) -> Integer.compare(b.bits, a.bits));
            } else if (!part.matches("@SECLEVEL=[0-5]")) {
                problems.add(unknown(part, part));
            } else if (part.charAt(part.length() - 1) - '0' > SECURITY_LEVEL) {
                problems.add("socket.ssl_cipher: \"" + part + "\" cannot be had; level " + SECURITY_LEVEL
                        + " is always in force (RSA from " + KeyRules.SMALLEST_RSA
                        + " bits, no signatures with SHA-1): remove this part, and choose keys and"
                        + " suites of the strength that you want");
            }
        }
    }

    /** Empty if OpenSSL does not know the word. */
    private static Optional<Predicate<Suite>> condition(String word) {
        if (SUITES.stream().anyMatch(suite -> suite.openSsl.equals(word) || suite.iana.equals(word))) {
            return Optional.of(suite -> suite.openSsl.equals(word) || suite.iana.equals(word));
        }
        if (KNOWN_TAGS.contains(word)) {
            return Optional.of(suite -> suite.tags.contains(word));
        }
        boolean known =
                EMPTY_WORDS.contains(word) || FOREIGN_SUITE.matcher(word).matches();
        return known ? Optional.of(suite -> false) : Optional.empty();
    }

    private static String unknown(String part, String word) {
        if (TLS13.contains(word)) {
            return "socket.ssl_cipher: \"" + part + "\": suites of TLS 1.3 stand without a prefix: the ones that are"
                    + " named are offered, and no others";
        }
        String similar = Stream.concat(KNOWN_TAGS.stream(), SUITES.stream().map(Suite::openSsl))
                .filter(name -> name.equalsIgnoreCase(word))
                .findFirst()
                .map(name -> "; " + name + " is meant?")
                .orElse("");
        return "socket.ssl_cipher: unknown part \"" + part + "\"" + similar
                + "; \"openssl ciphers -v\" lists the names; Dromon offers those of TLS 1.2 with AES or ChaCha20, and of"
                + " TLS 1.3 " + String.join(", ", TLS13);
    }

    private static Suite suite(String openSsl, String iana) {
        boolean ecdhe = openSsl.startsWith("ECDHE-");
        boolean dhe = openSsl.startsWith("DHE-");
        boolean ecdsa = openSsl.contains("-ECDSA-");
        boolean gcm = openSsl.contains("-GCM-");
        boolean chacha = openSsl.contains("CHACHA20");
        boolean is256 = openSsl.contains("AES256") || chacha;
        Map<String, Boolean> all = new HashMap<>();
        for (String always : List.of("ALL", "DEFAULT", "HIGH")) {
            all.put(always, true);
        }
        for (String name : List.of("ECDHE", "EECDH", "kECDHE", "kEECDH", "ECDH")) {
            all.put(name, ecdhe);
        }
        for (String name : List.of("DHE", "EDH", "kDHE", "kEDH", "DH")) {
            all.put(name, dhe);
        }
        all.put("RSA", !ecdhe && !dhe);
        all.put("kRSA", !ecdhe && !dhe);
        all.put("aRSA", !ecdsa);
        all.put("aECDSA", ecdsa);
        all.put("ECDSA", ecdsa);
        all.put("FIPS", !chacha);
        all.put("AES", !chacha);
        all.put("AES128", !chacha && !is256);
        all.put("AES256", !chacha && is256);
        all.put("AESGCM", gcm);
        all.put("CHACHA20", chacha);
        all.put("SHA", openSsl.endsWith("-SHA"));
        all.put("SHA1", openSsl.endsWith("-SHA"));
        all.put("SHA256", openSsl.endsWith("-SHA256") && !gcm);
        all.put("SHA384", openSsl.endsWith("-SHA384") && !gcm);
        all.put("CBC", !gcm && !chacha);
        // The version that brought the suite: with HIGH:!SSLv3 the older ones go, whatever they are used in.
        boolean old = openSsl.endsWith("-SHA");
        all.put("TLSv1.2", !old);
        all.put("TLSv1.0", old && ecdhe);
        all.put("TLSv1", old && ecdhe);
        all.put("SSLv3", old && !ecdhe);
        all.values().removeIf(has -> !has);
        return new Suite(openSsl, iana, Set.copyOf(all.keySet()), is256 ? 256 : 128);
    }

    private static Set<String> knownTags() {
        Set<String> known = new HashSet<>();
        SUITES.forEach(suite -> known.addAll(suite.tags));
        return Set.copyOf(known);
    }
}
