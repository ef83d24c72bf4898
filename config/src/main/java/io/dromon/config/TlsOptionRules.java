package io.dromon.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rules of TLS options among each other (chapter 01 section 3.1). */
final class TlsOptionRules {
    private static final List<Option<Path>> FILES = List.of(
            Options.SOCKET_SSL_KEY, Options.SOCKET_SSL_CERT, Options.SOCKET_SSL_CA, Options.SOCKET_SSL_PASSWORD_FILE);

    /** What else has no effect in plain text; the rules for peers are judged by {@link IdentityRules}. */
    private static final List<Option<?>> OF_TLS = List.of(
            Options.SOCKET_SSL_CIPHER,
            Options.SOCKET_SSL_COMPRESSION,
            Options.TLS_PROTOCOLS,
            Options.TLS_PROVIDER,
            Options.TLS_HANDSHAKE_TIMEOUT,
            Options.TLS_PROBE_TIMEOUT,
            Options.TLS_DYNAMIC_UNTIL,
            Options.TLS_DYNAMIC_GRACE,
            Options.TLS_WATCH_INTERVAL);

    private TlsOptionRules() {}

    static void check(Resolver resolver, List<ConfigProblem> problems) {
        boolean tls = resolver.value(Options.SOCKET_SSL);
        if (!tls) {
            warnOfIgnored(resolver);
            return;
        }
        if (!resolver.value(Options.SOCKET_DYNAMIC)) {
            warnOfDynamic(resolver);
        }
        boolean complete = resolver.optional(Options.SOCKET_SSL_KEY).isPresent()
                && resolver.optional(Options.SOCKET_SSL_CERT).isPresent();
        if (!complete) {
            problems.add(new ConfigProblem(
                    placeOfWish(resolver),
                    "To enable SSL at least both of 'socket.ssl_key' and 'socket.ssl_cert' must be set"));
        }
        for (Option<Path> option : FILES) {
            if (isGiven(resolver, option)) {
                checkFile(resolver, option, resolver.value(option), problems);
            }
        }
    }

    private static void warnOfIgnored(Resolver resolver) {
        String reason = isGiven(resolver, Options.SOCKET_SSL)
                ? "socket.ssl is false"
                : "neither socket.ssl_key nor socket.ssl_cert is set";
        List<Option<?>> ignored = new ArrayList<>(FILES);
        OF_TLS.stream() // what is switched off, or as it would be anyway, is not missed
                .filter(option -> !resolver.optional(option).equals(option.defaultValue(resolver))
                        && !resolver.optional(option).equals(Optional.of(false)))
                .forEach(ignored::add);
        for (Option<?> option : ignored) {
            if (isGiven(resolver, option)) {
                resolver.warnings.add(place(resolver, option) + ": " + option.name()
                        + " is ignored, links are plain text: " + reason);
            }
        }
    }

    private static void warnOfDynamic(Resolver resolver) {
        for (Option<?> option : List.of(Options.TLS_DYNAMIC_UNTIL, Options.TLS_DYNAMIC_GRACE)) {
            if (isGiven(resolver, option)) {
                resolver.warnings.add(place(resolver, option) + ": " + option.name()
                        + " has no effect: socket.dynamic is off, no other mode is let in");
            }
        }
    }

    static void checkFile(Resolver resolver, Option<?> option, Path file, List<ConfigProblem> problems) {
        String seen = "";
        if (!Files.exists(file)) {
            seen = "does not exist";
        } else if (!Files.isRegularFile(file)) {
            seen = "is not a file";
        } else if (!Files.isReadable(file)) {
            seen = "cannot be read by this user";
        }
        if (!seen.isEmpty()) {
            problems.add(new ConfigProblem(
                    place(resolver, option),
                    option.name() + ": " + file.toAbsolutePath() + " " + seen + resolver.whyThere(option)));
        }
    }

    private static String placeOfWish(Resolver resolver) {
        for (Option<?> option : List.of(Options.SOCKET_SSL, Options.SOCKET_SSL_KEY, Options.SOCKET_SSL_CERT)) {
            if (isGiven(resolver, option)) {
                return place(resolver, option);
            }
        }
        return Options.SOCKET_SSL.name();
    }

    static boolean isGiven(Resolver resolver, Option<?> option) {
        return source(resolver, option).isPresent();
    }

    private static Optional<Source> source(Resolver resolver, Option<?> option) {
        return Optional.ofNullable(resolver.sources.get(option)).filter(source -> source.kind() != Source.Kind.DEFAULT);
    }

    static String place(Resolver resolver, Option<?> option) {
        return source(resolver, option).map(Source::place).orElse(option.name());
    }
}
