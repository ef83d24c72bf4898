package io.dromon.sst.method;

import io.dromon.transport.tls.TlsSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the options of an {@code [sst]} section mean for method {@code stream} (chapter 06 sections 11 and 12). An
 * option that would have no effect is an error, and so is everything that asks for less than TLS with both
 * certificates verified.
 *
 * @param tls own certificate and trust in the role
 * @param stream how the transfer runs
 */
public record SstSettings(TlsSettings tls, StreamSettings stream) {
    /** Who asks; certificates may differ. */
    public enum Role {
        JOINER("ssl-server-"),
        DONOR("ssl-client-");

        private final String prefix;

        Role(String prefix) {
            this.prefix = prefix;
        }
    }

    private static final Set<String> KNOWN = Set.of(
            "tca",
            "tcert",
            "tkey",
            "ssl-ca",
            "ssl-cert",
            "ssl-key",
            "ssl-server-ca",
            "ssl-server-cert",
            "ssl-server-key",
            "ssl-client-ca",
            "ssl-client-cert",
            "ssl-client-key",
            "ssl-mode",
            "encrypt",
            "rlimit",
            "sst-initial-timeout",
            "streams",
            "zstd-level",
            "idle-timeout",
            "total-timeout");

    /** What a method has no use for. */
    private static final Map<String, Set<String>> WITHOUT_EFFECT =
            Map.of("stream", Set.of(), "rsync", Set.of("streams", "zstd-level"), "script", Set.of("streams"));

    /** {@link #of(Map, Role, String)} for method {@code stream}. */
    public static SstSettings of(Map<String, String> given, Role role) {
        return of(given, role, "stream");
    }

    /**
     * Reads options by the names of the section; {@code -} and {@code _} are equal.
     *
     * @param method {@code stream}, {@code rsync} or {@code script}
     * @throws IllegalArgumentException with a text for the user
     */
    public static SstSettings of(Map<String, String> given, Role role, String method) {
        Set<String> without = WITHOUT_EFFECT.getOrDefault(method, Set.of());
        Map<String, String> options = new HashMap<>();
        given.forEach((name, value) ->
                options.put(name.toLowerCase(Locale.ROOT).replace('_', '-').replaceFirst("^sst\\.", ""), value));
        for (String name : options.keySet()) {
            if (!KNOWN.contains(name) || without.contains(name)) {
                throw new IllegalArgumentException(
                        "[sst] " + name + " would have no effect on method " + method + "; remove it");
            }
        }
        refuseLess(options);
        StreamSettings defaults = StreamSettings.defaults();
        long initial = number(options, "sst-initial-timeout", 300, 0, Integer.MAX_VALUE);
        StreamSettings stream = new StreamSettings(
                (int) number(options, "streams", defaults.streams(), 1, StreamSettings.MOST_STREAMS),
                compression(options.getOrDefault("zstd-level", "adaptive")),
                RateLimit.parse(options.getOrDefault("rlimit", "")),
                defaults.handshake(),
                initial == 0 ? defaults.total() : Duration.ofSeconds(initial),
                Duration.ofSeconds(number(options, "idle-timeout", 60, 1, 86_400)),
                Duration.ofSeconds(number(options, "total-timeout", 86_400, 1, 31_536_000)));
        return new SstSettings(tls(options, role), stream);
    }

    private static void refuseLess(Map<String, String> options) {
        String mode = options.getOrDefault("ssl-mode", "VERIFY_CA").toUpperCase(Locale.ROOT);
        if (!mode.equals("VERIFY_CA")) {
            throw new IllegalArgumentException("[sst] ssl-mode=" + mode
                    + " cannot be honoured: both certificates are verified against the CA, always, and names are not"
                    + " compared yet; set VERIFY_CA");
        }
        String encrypt = options.getOrDefault("encrypt", "4");
        if (!Set.of("2", "3", "4").contains(encrypt)) {
            throw new IllegalArgumentException("[sst] encrypt=" + encrypt
                    + " cannot be honoured: a snapshot travels in TLS only; set 2, 3 or 4, or remove it");
        }
    }

    private static StreamSettings.Compression compression(String text) {
        return switch (text) {
            case "adaptive" -> StreamSettings.Compression.ADAPTIVE;
            case "0" -> StreamSettings.Compression.NONE;
            default ->
                StreamSettings.Compression.level((int) number(Map.of("zstd-level", text), "zstd-level", 0, 1, 19));
        };
    }

    private static long number(Map<String, String> options, String name, long byDefault, long least, long most) {
        String text = options.get(name);
        if (text == null) {
            return byDefault;
        }
        try {
            long number = Long.parseLong(text.strip());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("[sst] " + name + ": '" + text + "' is no number", e);
        }
        throw new IllegalArgumentException("[sst] " + name + ": " + text + " is not from " + least + " to " + most);
    }

    private static TlsSettings tls(Map<String, String> options, Role role) {
        boolean old = options.containsKey("tca") || options.containsKey("tcert") || options.containsKey("tkey");
        @Nullable String certificate = old ? options.get("tcert") : either(options, role, "cert");
        @Nullable String key = old ? options.getOrDefault("tkey", options.get("tcert")) : either(options, role, "key");
        @Nullable String ca = old ? options.get("tca") : either(options, role, "ca");
        if (certificate == null || key == null) {
            throw new IllegalArgumentException(
                    "[sst] no certificate and key are set: tcert and tkey, or ssl-cert and ssl-key");
        }
        return new TlsSettings(
                Path.of(certificate),
                Path.of(key),
                Optional.ofNullable(ca).map(Path::of),
                Optional.empty(),
                "",
                TlsSettings.Provider.AUTO);
    }

    private static @Nullable String either(Map<String, String> options, Role role, String what) {
        String own = options.get(role.prefix + what);
        return own != null ? own : options.get("ssl-" + what);
    }
}
