package io.dromon.transport.tls;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * {@code socket.ssl_cipher}: OpenSSL's cipher-list syntax, worked out here, so that it means the same on both
 * providers. It governs TLS 1.2 only (specification, chapter 01 section 3.3). Parts are separated by {@code :},
 * {@code ,} or space; {@code +} joins conditions; prefix {@code !} removes for good, {@code -} removes, {@code +}
 * moves to the end; {@code @STRENGTH} sorts.
 */
final class CipherList {
    /** A TLS 1.2 suite: OpenSSL's name, the IANA name, and what a list can ask for. */
    private record Suite(String openSsl, String iana, Set<String> tags, int bits) {}

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

    /** Words that OpenSSL knows and no suite above has: they select nothing. */
    private static final Set<String> EMPTY_WORDS = Set.of(
            "LOW",
            "MEDIUM",
            "EXP",
            "EXPORT",
            "NULL",
            "eNULL",
            "aNULL",
            "ADH",
            "AECDH",
            "DES",
            "3DES",
            "RC2",
            "RC4",
            "IDEA",
            "SEED",
            "CAMELLIA",
            "CAMELLIA128",
            "CAMELLIA256",
            "ARIA",
            "ARIA128",
            "ARIA256",
            "MD5",
            "PSK",
            "kPSK",
            "aPSK",
            "kECDHEPSK",
            "kDHEPSK",
            "kRSAPSK",
            "SRP",
            "kSRP",
            "aSRP",
            "DSS",
            "aDSS",
            "kDHr",
            "kDHd",
            "kDH",
            "DH",
            "aDH",
            "kECDHr",
            "kECDHe",
            "kECDH",
            "ECDH",
            "aECDH",
            "GOST",
            "AESCCM",
            "AESCCM8",
            "SSLv2",
            "SSLv3",
            "TLSv1",
            "TLSv1.0",
            "COMPLEMENTOFALL",
            "COMPLEMENTOFDEFAULT",
            "DES-CBC3-SHA",
            "KRB5");

    private static final Set<String> KNOWN_TAGS = knownTags();

    private CipherList() {}

    /** The suites of TLS 1.3 that the list names; empty if it names none, which leaves all of them. */
    static List<String> tls13(String list) {
        return List.of(list.trim().split("[:, ]+", -1)).stream()
                .filter(TLS13::contains)
                .distinct()
                .toList();
    }

    /**
     * IANA names of TLS 1.2 in order of preference; empty if the list names suites of TLS 1.3 only.
     *
     * @throws TlsConfigException naming the part that is unknown, or if nothing is left
     */
    static List<String> parse(String list) throws TlsConfigException {
        List<Suite> chosen = new ArrayList<>();
        List<Suite> banned = new ArrayList<>();
        int words = 0;
        for (String part : list.trim().split("[:, ]+", -1)) {
            if (part.isEmpty() || TLS13.contains(part)) {
                continue;
            }
            words++;
            if (part.startsWith("@")) {
                command(part, chosen);
                continue;
            }
            char prefix = part.charAt(0);
            boolean prefixed = prefix == '!' || prefix == '-' || prefix == '+';
            List<Suite> matching = matching(prefixed ? part.substring(1) : part, part);
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
                    matching.removeAll(banned);
                    matching.removeAll(chosen);
                    chosen.addAll(matching);
                }
            }
        }
        if (words == 0 && !tls13(list).isEmpty()) {
            return List.of();
        }
        if (chosen.isEmpty()) {
            throw new TlsConfigException("socket.ssl_cipher: \"" + list
                    + "\" selects no TLS 1.2 cipher suite that Dromon offers; for instance HIGH:!aNULL does");
        }
        return chosen.stream().map(Suite::iana).toList();
    }

    /** OpenSSL's name of an IANA name of the table. */
    static String openSslName(String iana) {
        return SUITES.stream()
                .filter(suite -> suite.iana.equals(iana))
                .findFirst()
                .map(Suite::openSsl)
                .orElse(iana);
    }

    private static void command(String part, List<Suite> chosen) throws TlsConfigException {
        if (part.equals("@STRENGTH")) {
            chosen.sort((a, b) -> Integer.compare(b.bits, a.bits));
        } else if (!part.startsWith("@SECLEVEL=")) {
            throw unknown(part);
        }
    }

    private static List<Suite> matching(String words, String part) throws TlsConfigException {
        Predicate<Suite> condition = suite -> true;
        for (String word : words.split("\\+", -1)) {
            condition = condition.and(condition(word, part));
        }
        return new ArrayList<>(SUITES.stream().filter(condition).toList());
    }

    private static Predicate<Suite> condition(String word, String part) throws TlsConfigException {
        if (word.startsWith("TLS_") && !isIana(word)) {
            throw new TlsConfigException("socket.ssl_cipher: \"" + part
                    + "\" is no suite that Dromon offers; of TLS 1.3 these can be named: " + String.join(", ", TLS13)
                    + ", without a prefix");
        }
        if (isIana(word) || SUITES.stream().anyMatch(suite -> suite.openSsl.equals(word))) {
            return suite -> suite.openSsl.equals(word) || suite.iana.equals(word);
        }
        if (KNOWN_TAGS.contains(word)) {
            return suite -> suite.tags.contains(word);
        }
        if (EMPTY_WORDS.contains(word)) {
            return suite -> false;
        }
        throw unknown(part);
    }

    private static boolean isIana(String word) {
        return SUITES.stream().anyMatch(suite -> suite.iana.equals(word));
    }

    private static TlsConfigException unknown(String part) {
        return new TlsConfigException("socket.ssl_cipher: unknown part \"" + part
                + "\"; \"openssl ciphers -v\" lists the names, Dromon offers those of TLS 1.2 with AES or ChaCha20");
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
        for (String name : List.of("ECDHE", "EECDH", "kECDHE", "kEECDH")) {
            all.put(name, ecdhe);
        }
        for (String name : List.of("DHE", "EDH", "kDHE", "kEDH")) {
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
        all.put("TLSv1.2", gcm || chacha || !openSsl.endsWith("-SHA"));
        all.values().removeIf(has -> !has);
        return new Suite(openSsl, iana, Set.copyOf(all.keySet()), is256 ? 256 : 128);
    }

    private static Set<String> knownTags() {
        Set<String> known = new HashSet<>();
        SUITES.forEach(suite -> known.addAll(suite.tags));
        return Set.copyOf(known);
    }
}
