package io.dromon.sst.tunnel;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The keys of stunnel's configuration: which are honoured, which are harmless, which are refused and why. */
final class StunnelKeys {
    /** Honoured, in lower case. */
    static final Set<String> SUPPORTED = Set.of(
            "accept",
            "connect",
            "exec",
            "execargs",
            "client",
            "cert",
            "key",
            "cafile",
            "capath",
            "verify",
            "verifychain",
            "verifypeer",
            "requirecert",
            "checkhost",
            "checkip",
            "checkemail",
            "ciphers",
            "ciphersuites",
            "sslversion",
            "sslversionmin",
            "sslversionmax",
            "options",
            "sni",
            "failover",
            "local",
            "reset",
            "timeoutconnect",
            "timeoutbusy",
            "timeoutidle",
            "timeoutclose",
            "pid");

    /** May be given more than once. */
    static final Set<String> REPEATABLE = Set.of("connect", "checkhost", "checkip", "checkemail", "options", "socket");

    /** Without effect on what the tunnel does; what happens instead. */
    private static final Map<String, String> HARMLESS = Map.ofEntries(
            Map.entry("foreground", "the tunnel stays in the foreground"),
            Map.entry("debug", "the log's level is DROMON_LOG_LEVEL"),
            Map.entry("output", "the log goes to standard error"),
            Map.entry("log", "the log goes to standard error"),
            Map.entry("syslog", "the log goes to standard error"),
            Map.entry("logid", "a connection is named by its peer's address"),
            Map.entry("service", "the log needs no name"),
            Map.entry("socket", "TCP_NODELAY and SO_KEEPALIVE are always on, the rest is the system's default"),
            Map.entry("rndfile", "the system's random numbers are used"),
            Map.entry("rndbytes", "the system's random numbers are used"),
            Map.entry("rndoverwrite", "the system's random numbers are used"),
            Map.entry("egd", "the system's random numbers are used"),
            Map.entry("stack", "connections have no threads"),
            Map.entry("compression", "TLS is never compressed"),
            Map.entry("renegotiation", "TLS is never renegotiated"),
            Map.entry("sessioncachesize", "no session is resumed"),
            Map.entry("sessioncachetimeout", "no session is resumed"),
            Map.entry("sessionresume", "no session is resumed"),
            Map.entry("delay", "names are looked up for each connection"),
            Map.entry("timeoutocsp", "there is no OCSP"),
            Map.entry("taskbar", "there is none"),
            Map.entry("iconactive", "there is none"),
            Map.entry("iconerror", "there is none"),
            Map.entry("iconidle", "there is none"));

    /** Refused unless it has the value that stands here. */
    private static final Map<String, Set<String>> ONLY_OFF = Map.of(
            "fips", Set.of("no"),
            "libwrap", Set.of("no"),
            "pty", Set.of("no"),
            "retry", Set.of("no"),
            "ocspaia", Set.of("no"),
            "transparent", Set.of("no", "none"),
            "securitylevel", Set.of("0", "1", "2"));

    private static final Map<String, String> REFUSED = Map.ofEntries(
            Map.entry("fips", "there is no FIPS mode"),
            Map.entry("libwrap", "TCP wrappers are not consulted; use the system's firewall"),
            Map.entry("pty", "a program gets pipes"),
            Map.entry("retry", "a program is run per connection only"),
            Map.entry("transparent", "transparent proxying is not supported"),
            Map.entry("securitylevel", "keys of less than 112 bits are refused, more cannot be asked for"),
            Map.entry("chroot", "run the tunnel in a container or a systemd sandbox"),
            Map.entry("setuid", "start the tunnel as that user"),
            Map.entry("setgid", "start the tunnel with that group"),
            Map.entry("crlpath", "revocation lists are not supported"),
            Map.entry("crlfile", "revocation lists are not supported"),
            Map.entry("ocsp", "OCSP is not supported"),
            Map.entry("ocspaia", "OCSP is not supported"),
            Map.entry("protocol", "the tunnel wraps connections that begin with TLS"),
            Map.entry("psksecrets", "peers are verified by certificates"),
            Map.entry("pskidentity", "peers are verified by certificates"),
            Map.entry("redirect", "a peer that fails to verify is refused"),
            Map.entry("include", "write everything into one file"),
            Map.entry("engine", "keys are PEM files"),
            Map.entry("engineid", "keys are PEM files"),
            Map.entry("enginenum", "keys are PEM files"),
            Map.entry("config", "OpenSSL is not what runs here"),
            Map.entry("curves", "the provider's groups are used"),
            Map.entry("ident", "IDENT proves nothing"));

    private StunnelKeys() {}

    /** What is done instead about a key without effect. */
    static Optional<String> harmless(String key, String value) {
        String lower = key.toLowerCase(Locale.ROOT);
        if (ONLY_OFF.getOrDefault(lower, Set.of()).contains(value.toLowerCase(Locale.ROOT))) {
            return Optional.of("it is so anyway");
        }
        return Optional.ofNullable(HARMLESS.get(lower));
    }

    /** Why a key that is neither honoured nor harmless is refused. */
    static String refusal(String key) {
        String reason = REFUSED.get(key.toLowerCase(Locale.ROOT));
        if (reason != null) {
            return "\"" + key + "\" is not supported: " + reason;
        }
        return nearest(key)
                .map(near -> "unknown key \"" + key + "\"; did you mean \"" + near + "\"?")
                .orElse("\"" + key + "\" is unknown or not supported");
    }

    private static Optional<String> nearest(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        Map<Integer, String> best = new HashMap<>();
        for (String candidate : SUPPORTED) {
            best.merge(distance(lower, candidate), candidate, (a, b) -> a.compareTo(b) < 0 ? a : b);
        }
        return Optional.ofNullable(best.getOrDefault(1, best.get(2)));
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
