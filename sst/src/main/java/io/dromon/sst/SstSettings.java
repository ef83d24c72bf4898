package io.dromon.sst;

import io.dromon.config.NameBytes;
import io.dromon.config.SstSection;
import io.dromon.sst.tunnel.CaDirectory;
import io.dromon.sst.tunnel.Reasons;
import io.dromon.transport.tls.PeerSettings;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsGeneration;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.tls.Trust;
import io.dromon.transport.tls.pem.Authorities;
import io.dromon.transport.tls.pem.PemException;
import io.dromon.transport.tls.pem.PemFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of the options of an {@code [sst]} section (chapter 06 sections 11 and 12). An
 * option that would have no effect is an error, and so is everything that asks for less than TLS with both
 * certificates verified.
 *
 * @param tls own certificate and trust in the role
 * @param moreAuthorities directories of trusted certificates
 * @param stream how the transfer runs
 * @param program what method {@code script} runs in this role, and its arguments; empty if none is named
 * @param filter what method {@code script} puts between its program and the channel: the donor's compressor, the
 *     joiner's decompressor; a command of the shell
 * @param progress where it is shown: nothing or {@code 1} for standard error, {@code none}, or the name of a file
 */
public record SstSettings(
        TlsSettings tls,
        List<Path> moreAuthorities,
        TransferSettings stream,
        List<String> program,
        Optional<String> filter,
        String progress) {
    public SstSettings {
        moreAuthorities = List.copyOf(moreAuthorities);
        program = List.copyOf(program);
    }

    /** Who asks; certificates may differ. */
    public enum Role {
        JOINER("ssl-server-", "joiner-program", "decompressor"),
        DONOR("ssl-client-", "donor-program", "compressor");

        private final String prefix;
        private final String program;
        private final String filter;

        Role(String prefix, String program, String filter) {
            this.prefix = prefix;
            this.program = program;
            this.filter = filter;
        }

        /** The option that names the program of method {@code script} in this role. */
        public String programOption() {
            return program;
        }
    }

    private static final Set<String> KNOWN = Set.of(
            "tca",
            "tcapath",
            "tcert",
            "tkey",
            "ssl-ca",
            "ssl-capath",
            "ssl-cert",
            "ssl-key",
            "ssl-server-ca",
            "ssl-server-capath",
            "ssl-server-cert",
            "ssl-server-key",
            "ssl-client-ca",
            "ssl-client-capath",
            "ssl-client-cert",
            "ssl-client-key",
            "ssl-mode",
            "encrypt",
            "donor-program",
            "joiner-program",
            "compressor",
            "decompressor",
            "progress",
            "rlimit",
            "sst-initial-timeout",
            "streams",
            "zstd-level",
            "idle-timeout",
            "total-timeout");

    private static final Pattern RATE = Pattern.compile("(\\d{1,15})([kKmMgGtT]?)");

    private static final String NO_PROGRAM = "only method script runs one";

    /** What a method has no use for. */
    private static final Map<String, Map<String, String>> WITHOUT_EFFECT = Map.of(
            "stream",
            Map.of(
                    "donor-program",
                    NO_PROGRAM,
                    "joiner-program",
                    NO_PROGRAM,
                    "compressor",
                    "zstd-level compresses",
                    "decompressor",
                    "what zstd-level did is undone by itself"),
            "rsync",
            Map.of(
                    "donor-program", NO_PROGRAM,
                    "joiner-program", NO_PROGRAM,
                    "streams", "rsync has one connection",
                    "zstd-level", "rsync compresses nothing here",
                    "compressor", "rsync compresses nothing here",
                    "decompressor", "rsync compresses nothing here"),
            "script",
            Map.of("streams", "a program's output is one stream"));

    /** Why an option does nothing for a method, if that is so; for names that are known. */
    public static Optional<String> withoutEffect(String name, String method) {
        return Optional.ofNullable(WITHOUT_EFFECT.getOrDefault(method, Map.of()).get(plain(name)));
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-').replaceFirst("^sst\\.", "");
    }

    /** For method {@code stream}; see {@link #of(Map, Role, String)}. */
    public static SstSettings of(Map<String, String> given, Role role) {
        return of(given, role, "stream");
    }

    /** For a check of the options: the joiner is not known yet, so that its names are not compared. */
    public static SstSettings of(Map<String, String> given, Role role, String method) {
        return of(given, role, method, Optional.empty());
    }

    /**
     * Reads options by the names of the section; {@code -} and {@code _} are equal.
     *
     * @param method {@code stream}, {@code rsync} or {@code script}
     * @param joiner host that a donor dials, which {@code VERIFY_IDENTITY} compares with the joiner's certificate
     * @throws IllegalArgumentException with a text for the user
     */
    public static SstSettings of(Map<String, String> given, Role role, String method, String joiner) {
        return of(given, role, method, Optional.of(joiner));
    }

    private static SstSettings of(Map<String, String> given, Role role, String method, Optional<String> joiner) {
        Map<String, String> options = new HashMap<>();
        given.forEach((name, value) -> options.put(plain(name), value));
        for (String name : options.keySet()) {
            Optional<String> without = withoutEffect(name, method);
            if (!KNOWN.contains(name) || without.isPresent()) {
                throw new IllegalArgumentException("[sst] " + name + " would have no effect on method " + method
                        + without.or(() -> reason(name))
                                .map(why -> " (" + why + ")")
                                .orElse("") + "; remove it");
            }
        }
        boolean identity = identity(options);
        TransferSettings defaults = TransferSettings.defaults();
        long initial = number(options, "sst-initial-timeout", 300, 0, Integer.MAX_VALUE);
        TransferSettings stream = new TransferSettings(
                (int) number(options, "streams", defaults.streams(), 1, TransferSettings.MOST_STREAMS),
                compression(options.getOrDefault("zstd-level", "adaptive")),
                bytesPerSecond(options.getOrDefault("rlimit", "")),
                defaults.handshake(),
                initial == 0 ? defaults.total() : Duration.ofSeconds(initial),
                Duration.ofSeconds(number(options, "idle-timeout", 60, 1, 86_400)),
                Duration.ofSeconds(number(options, "total-timeout", 86_400, 1, 31_536_000)));
        TrustFiles trust = trust(options, role);
        TlsSettings tls = tls(options, role, trust.file);
        return new SstSettings(
                identity && role == Role.DONOR && joiner.isPresent()
                        ? tls.with(PeerSettings.names(named(joiner.get())))
                        : tls,
                trust.directories,
                stream,
                program(role.program, options.getOrDefault(role.program, "")),
                Optional.ofNullable(options.get(role.filter)).filter(command -> !command.isBlank()),
                options.getOrDefault("progress", "").strip());
    }

    /** Program and arguments; no shell takes them apart. Where it runs nobody has chosen, so a path is absolute. */
    private static List<String> program(String option, String text) {
        if (text.isBlank()) {
            return List.of();
        }
        List<String> words = List.of(text.strip().split("\\s+"));
        String first = words.get(0);
        if (first.indexOf('/') > 0) {
            throw new IllegalArgumentException("[sst] " + option + ": '" + first
                    + "' is relative to no directory: write its path from / on, or the name of a program in PATH");
        }
        return words;
    }

    /** What the list of options says of one that no method honours. */
    private static Optional<String> reason(String name) {
        return SstSection.withoutEffect(name);
    }

    /** Loads the files; what is wrong with them is said in the words of the section. */
    public TlsContexts contexts() throws TlsConfigException {
        try {
            return load();
        } catch (TlsConfigException e) {
            throw e.worded(Reasons.SST::words);
        }
    }

    private TlsContexts load() throws TlsConfigException {
        if (moreAuthorities.isEmpty()) {
            return TlsContexts.load(1, tls);
        }
        TlsGeneration loaded = TlsGeneration.load(1, tls);
        Authorities authorities = tls.ca().isPresent()
                ? new Authorities(loaded.anchors(), loaded.trust().rejected(), 0)
                : Authorities.of(List.of());
        try {
            for (Path directory : moreAuthorities) {
                for (Path file : CaDirectory.files(directory)) {
                    authorities = authorities.and(PemFiles.authorities("capath", file));
                }
            }
        } catch (IOException | PemException e) {
            throw new TlsConfigException("[sst] capath: " + e.getMessage(), e);
        }
        Trust trust = Trust.in(authorities);
        if (trust.anchors().isEmpty()) {
            throw new TlsConfigException("[sst] capath: each certificate in " + moreAuthorities
                    + " is marked as rejected (block TRUSTED CERTIFICATE), so that no peer can be trusted");
        }
        return TlsContexts.of(
                new TlsGeneration(1, loaded.key(), loaded.chain(), trust, loaded.notes()), tls, InstantSource.system());
    }

    /** A donor compares the joiner's alternative names with the host that it dials, as MariaDB's clients do. */
    private static PeerSettings.Names named(String joiner) {
        if (joiner.isEmpty()) {
            throw new IllegalArgumentException("[sst] ssl-mode=VERIFY_IDENTITY needs the joiner's host");
        }
        boolean literal = joiner.indexOf(':') >= 0 || joiner.matches("[0-9.]+");
        return new PeerSettings.Names(
                List.of(), List.of(), List.of((literal ? "IP:" : "DNS:") + joiner.toLowerCase(Locale.ROOT)), List.of());
    }

    /** A value for the file that is a directory is one (chapter 06 section 11.1). */
    private record TrustFiles(Optional<Path> file, List<Path> directories) {}

    private static TrustFiles trust(Map<String, String> options, Role role) {
        boolean old = isOld(options);
        @Nullable String file = old ? options.get("tca") : either(options, role, "ca");
        @Nullable String directory = old ? options.get("tcapath") : either(options, role, "capath");
        List<Path> directories = new ArrayList<>();
        if (directory != null) {
            directories.add(NameBytes.path(directory));
        }
        if (file != null && (file.endsWith("/") || Files.isDirectory(NameBytes.path(file)))) {
            directories.add(NameBytes.path(file));
            file = null;
        }
        return new TrustFiles(Optional.ofNullable(file).map(NameBytes::path), directories);
    }

    private static boolean isOld(Map<String, String> options) {
        return options.containsKey("tca")
                || options.containsKey("tcapath")
                || options.containsKey("tcert")
                || options.containsKey("tkey");
    }

    /** Whether names are compared; fails on what asks for less than both certificates verified. */
    private static boolean identity(Map<String, String> options) {
        String mode = options.getOrDefault("ssl-mode", "VERIFY_CA").toUpperCase(Locale.ROOT);
        if (!mode.equals("VERIFY_CA") && !mode.equals("VERIFY_IDENTITY")) {
            throw new IllegalArgumentException("[sst] ssl-mode=" + mode
                    + " cannot be honoured: both certificates are verified against the CA, always; set VERIFY_CA or"
                    + " VERIFY_IDENTITY");
        }
        String encrypt = options.getOrDefault("encrypt", "4");
        if (!Set.of("2", "3", "4").contains(encrypt)) {
            throw new IllegalArgumentException("[sst] encrypt=" + encrypt
                    + " cannot be honoured: a snapshot travels in TLS only; set 2, 3 or 4, or remove it");
        }
        return mode.equals("VERIFY_IDENTITY");
    }

    /**
     * Reads {@code rlimit} as {@code pv -L} does: bytes per second, with K, M, G or T in powers of 1024; 0 or nothing
     * for no limit.
     *
     * @throws IllegalArgumentException with a text for the user
     */
    static long bytesPerSecond(String text) {
        if (text.isBlank()) {
            return 0;
        }
        Matcher matcher = RATE.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "rlimit '" + text + "' is no rate: bytes per second with K, M, G or T behind, for example 80m");
        }
        int shift = 10
                * " kmgt"
                        .indexOf((matcher.group(2) + " ")
                                .toLowerCase(Locale.ROOT)
                                .charAt(0));
        return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
    }

    private static TransferSettings.Compression compression(String text) {
        return switch (text) {
            case "adaptive" -> TransferSettings.Compression.ADAPTIVE;
            case "0" -> TransferSettings.Compression.NONE;
            default ->
                TransferSettings.Compression.level((int) number(Map.of("zstd-level", text), "zstd-level", 0, 1, 19));
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

    private static TlsSettings tls(Map<String, String> options, Role role, Optional<Path> ca) {
        boolean old = isOld(options);
        @Nullable String certificate = old ? options.get("tcert") : either(options, role, "cert");
        @Nullable String key = old ? options.getOrDefault("tkey", options.get("tcert")) : either(options, role, "key");
        if (certificate == null || key == null) {
            throw new IllegalArgumentException(
                    "[sst] no certificate and key are set: tcert and tkey, or ssl-cert and ssl-key");
        }
        return new TlsSettings(
                NameBytes.path(certificate), NameBytes.path(key), ca, Optional.empty(), "", TlsSettings.Provider.AUTO);
    }

    private static @Nullable String either(Map<String, String> options, Role role, String what) {
        String own = options.get(role.prefix + what);
        return own != null ? own : options.get("ssl-" + what);
    }
}
