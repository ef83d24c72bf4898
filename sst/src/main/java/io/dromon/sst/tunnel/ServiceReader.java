package io.dromon.sst.tunnel;

import io.dromon.config.NameBytes;
import io.dromon.transport.tls.PeerSubjects;
import io.dromon.transport.tls.TlsEndpoint;
import io.dromon.transport.tls.TlsEndpoint.Verification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes one service of the lines that hold for it. */
final class ServiceReader {
    private static final Set<String> OPTIONS_WITHOUT_EFFECT = Set.of(
            "NO_SSLV2",
            "NO_SSLV3",
            "NO_TLSV1",
            "NO_TLSV1.1",
            "NO_TLSV1_1",
            "NO_TICKET",
            "NO_COMPRESSION",
            "NO_RENEGOTIATION",
            "SINGLE_DH_USE",
            "SINGLE_ECDH_USE",
            "CIPHER_SERVER_PREFERENCE",
            "NO_SESSION_RESUMPTION_ON_RENEGOTIATION",
            "DONT_INSERT_EMPTY_FRAGMENTS",
            "ALL");

    private static final Duration LEAST_CLOSE = Duration.ofSeconds(1);
    /** A parent process waits so long after the peer's end. */
    private static final Duration LEAST_CLOSE_OF_STREAMS = Duration.ofMillis(100);

    private final StunnelFindings findings;
    private final String name;
    private final int line;
    private final boolean allowUnauthenticated;
    /** By the key in lower case; a section's own lines replace those before the first section. */
    private final Map<String, List<StunnelEntry>> values = new HashMap<>();

    private boolean failed;

    ServiceReader(
            StunnelFindings findings,
            String name,
            int line,
            List<StunnelEntry> global,
            List<StunnelEntry> own,
            boolean allowUnauthenticated) {
        this.findings = findings;
        this.name = name;
        this.line = line;
        this.allowUnauthenticated = allowUnauthenticated;
        collect(global);
        Map<String, List<StunnelEntry>> inherited = new HashMap<>(values);
        values.clear();
        collect(own);
        inherited.forEach(values::putIfAbsent);
    }

    private void collect(List<StunnelEntry> entries) {
        for (StunnelEntry entry : entries) {
            String key = entry.key().toLowerCase(Locale.ROOT);
            List<StunnelEntry> all = values.computeIfAbsent(key, k -> new ArrayList<>());
            if (!all.isEmpty() && !StunnelKeys.REPEATABLE.contains(key)) {
                problem(entry, "is given in line " + all.get(0).line() + " already");
            } else {
                all.add(entry);
            }
        }
    }

    Optional<TunnelService> read() {
        boolean client = flag("client", false);
        Optional<TunnelAddress> accept = address("accept");
        List<TunnelAddress> connect = new ArrayList<>();
        for (StunnelEntry entry : all("connect")) {
            parseAddress(entry).ifPresent(connect::add);
        }
        List<String> command = command();
        if (command.isEmpty() == connect.isEmpty() && !failed) {
            problem("[" + name + "] needs connect, or exec, and not both");
        }
        if (client && !command.isEmpty()) {
            problem("[" + name + "]: exec is for a server; a client connects");
        }
        if (accept.isEmpty() && !client) {
            problem("[" + name + "] has no accept; only a client can serve standard input and output");
        }
        TunnelService service = new TunnelService(
                name,
                client,
                accept,
                connect,
                command,
                tls(client),
                serverName(client, connect),
                oneOf("failover", "prio", "rr", "prio").equals("rr"),
                one("local").map(StunnelEntry::value),
                new TunnelService.Timeouts(
                        seconds("timeoutconnect", TunnelService.Timeouts.DEFAULT.connect()),
                        seconds("timeoutbusy", TunnelService.Timeouts.DEFAULT.handshake()),
                        seconds("timeoutidle", TunnelService.Timeouts.DEFAULT.idle()),
                        closeTime(accept.isEmpty())),
                flag("reset", true));
        return failed ? Optional.empty() : Optional.of(service);
    }

    private List<String> command() {
        Optional<StunnelEntry> program = one("exec");
        Optional<StunnelEntry> arguments = one("execargs");
        if (program.isEmpty()) {
            arguments.ifPresent(entry -> problem(entry, "there is no exec"));
            return List.of();
        }
        List<String> command = new ArrayList<>();
        command.add(program.get().value());
        if (arguments.isPresent()) {
            List<String> words = List.of(arguments.get().value().split("\\s+"));
            // The first is the name that the program sees as its own.
            command.addAll(words.subList(1, words.size()));
        }
        return command;
    }

    private TunnelService.Tls tls(boolean client) {
        Optional<Path> certificate = path("cert");
        Optional<Path> key = path("key");
        if (certificate.isEmpty() && !client) {
            problem("[" + name + "]: a server needs cert (and key, if that is another file)");
        }
        if (certificate.isEmpty()) {
            one("key").ifPresent(entry -> problem(entry, "there is no cert that it could belong to"));
        }
        List<Path> authorities = new ArrayList<>();
        path("cafile").ifPresent(authorities::add);
        one("capath").ifPresent(entry -> authorities.addAll(directory(entry)));
        Verification verification = verification(client);
        PeerSubjects subjects = new PeerSubjects(texts("checkhost"), texts("checkip"), texts("checkemail"));
        if (verification.authenticates() && authorities.isEmpty()) {
            problem("[" + name + "]: CAfile or CApath is needed to verify the peer against");
        }
        if (!verification.authenticates() && !subjects.isAny()) {
            problem("[" + name + "]: checkHost, checkIP and checkEmail need verifyChain or verifyPeer: a certificate"
                    + " that is not verified may hold any name");
        }
        if (!verification.authenticates() && !allowUnauthenticated) {
            problem("[" + name + "] would let in any peer: nothing verifies it; set verifyChain = yes (with"
                    + " checkHost) or verifyPeer = yes and CAfile, for MariaDB's state transfer ssl-mode=VERIFY_CA; or"
                    + " allow it with --allow-unauthenticated");
        }
        return new TunnelService.Tls(
                certificate,
                key.or(() -> certificate),
                authorities,
                verification,
                subjects,
                protocols(),
                one("ciphers").map(StunnelEntry::value).orElse(""),
                suites());
    }

    private Verification verification(boolean client) {
        int level = (int) number("verify", 0, 4, 0);
        boolean chain = flag("verifychain", level == 2 || level == 3);
        boolean peer = flag("verifypeer", level == 3 || level == 4);
        if (chain || peer) {
            return chain && peer ? Verification.CHAIN_AND_PINNED : chain ? Verification.CHAIN : Verification.PINNED;
        }
        if (level == 1) {
            // A server always shows a certificate.
            return client ? Verification.CHAIN : Verification.IF_PRESENT;
        }
        return Verification.NONE;
    }

    private List<String> protocols() {
        int least = 2;
        int most = 3;
        for (String key : List.of("sslversion", "sslversionmin", "sslversionmax")) {
            Optional<StunnelEntry> entry = one(key);
            if (entry.isEmpty() || entry.get().value().equalsIgnoreCase("all")) {
                continue;
            }
            int version = version(entry.get());
            if (!key.equals("sslversionmax")) {
                least = Math.max(least, version);
                if (version < 2 && key.equals("sslversionmin")) {
                    findings.note(entry.get().line(), "TLS 1.2 is the oldest version that is spoken");
                }
            }
            if (!key.equals("sslversionmin")) {
                most = Math.min(most, version);
            }
        }
        for (StunnelEntry entry : all("options")) {
            String option = entry.value().toUpperCase(Locale.ROOT);
            if (option.equals("NO_TLSV1.2") || option.equals("NO_TLSV1_2")) {
                least = 3;
            } else if (option.equals("NO_TLSV1.3") || option.equals("NO_TLSV1_3")) {
                most = 2;
            } else if (OPTIONS_WITHOUT_EFFECT.contains(option)
                    || (option.startsWith("-") && OPTIONS_WITHOUT_EFFECT.contains(option.substring(1)))) {
                findings.note(
                        entry.line(),
                        "options = " + entry.value() + " has no effect: TLS 1.2 and 1.3 without"
                                + " resumption, renegotiation and compression is all that is spoken");
            } else {
                problem(entry, "\"" + entry.value() + "\" is not supported");
            }
        }
        if (least > most) {
            problem("[" + name + "]: no version of TLS is left; 1.2 and 1.3 are spoken");
        }
        List<String> protocols = new ArrayList<>();
        for (int version = most; version >= Math.max(least, 2); version--) {
            protocols.add("TLSv1." + version);
        }
        return protocols;
    }

    private int version(StunnelEntry entry) {
        return switch (entry.value().toLowerCase(Locale.ROOT)) {
            case "tlsv1.3" -> 3;
            case "tlsv1.2" -> 2;
            case "sslv2", "sslv3", "tlsv1", "tlsv1.1" -> 1;
            default -> {
                problem(entry, "\"" + entry.value() + "\" is no version; TLSv1.2, TLSv1.3 or all");
                yield 3;
            }
        };
    }

    private List<String> suites() {
        Optional<StunnelEntry> entry = one("ciphersuites");
        if (entry.isEmpty()) {
            return List.of();
        }
        List<String> suites = List.of(entry.get().value().split("[: ,]+"));
        List<String> known = suites.stream().filter(TlsEndpoint.TLS13::contains).toList();
        if (known.isEmpty()) {
            problem(entry.get(), "none of the suites is spoken; " + String.join(":", TlsEndpoint.TLS13) + " are");
        } else if (known.size() < suites.size()) {
            findings.note(entry.get().line(), "of the suites only " + String.join(":", known) + " are spoken");
        }
        return known;
    }

    private Optional<String> serverName(boolean client, List<TunnelAddress> connect) {
        Optional<StunnelEntry> entry = one("sni");
        if (entry.isPresent() && !client) {
            problem(entry.get(), "a server has one certificate here; give each name a service with its own port");
            return Optional.empty();
        }
        if (entry.isPresent()) {
            return entry.map(StunnelEntry::value).filter(value -> !value.isEmpty());
        }
        return connect.stream()
                .filter(address ->
                        client && !address.isLiteral() && address.host().contains("."))
                .map(TunnelAddress::host)
                .findFirst();
    }

    private List<Path> directory(StunnelEntry entry) {
        Optional<Path> directory = existing(entry);
        if (directory.isEmpty()) {
            return List.of();
        }
        try {
            return CaDirectory.files(directory.get());
        } catch (IOException e) {
            problem(entry, String.valueOf(e.getMessage()));
            return List.of();
        }
    }

    private Optional<Path> path(String key) {
        return one(key).flatMap(this::existing);
    }

    private Optional<Path> existing(StunnelEntry entry) {
        if (entry.value().isEmpty() || entry.value().indexOf('\0') >= 0) {
            problem(entry, "names no file");
            return Optional.empty();
        }
        Path path = NameBytes.path(entry.value());
        if (!Files.isReadable(path)) {
            problem(entry, entry.value() + (Files.exists(path) ? " cannot be read" : " does not exist"));
            return Optional.empty();
        }
        return Optional.of(path);
    }

    private Optional<TunnelAddress> address(String key) {
        return one(key).flatMap(this::parseAddress);
    }

    private Optional<TunnelAddress> parseAddress(StunnelEntry entry) {
        try {
            return Optional.of(TunnelAddress.parse(entry.value()));
        } catch (IllegalArgumentException e) {
            problem(entry, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private boolean flag(String key, boolean unset) {
        return oneOf(key, unset ? "yes" : "no", "yes", "no").equals("yes");
    }

    private String oneOf(String key, String unset, String... allowed) {
        Optional<StunnelEntry> entry = one(key);
        if (entry.isEmpty()) {
            return unset;
        }
        String value = entry.get().value().toLowerCase(Locale.ROOT);
        if (!List.of(allowed).contains(value)) {
            problem(entry.get(), "\"" + entry.get().value() + "\" is neither " + String.join(" nor ", allowed));
            return unset;
        }
        return value;
    }

    private Duration seconds(String key, Duration unset) {
        Optional<StunnelEntry> entry = one(key);
        long seconds = number(key, 0, 31_536_000, unset.toSeconds());
        if (entry.isPresent() && seconds == 0) {
            problem(entry.get(), "0 would end every connection; leave the line out for " + unset.toSeconds());
        }
        return Duration.ofSeconds(seconds);
    }

    private Duration closeTime(boolean onStreams) {
        long unset = TunnelService.Timeouts.DEFAULT.close().toSeconds();
        long seconds = number("timeoutclose", 0, 31_536_000, unset);
        if (seconds > 0) {
            return Duration.ofSeconds(seconds);
        }
        Duration least = onStreams ? LEAST_CLOSE_OF_STREAMS : LEAST_CLOSE;
        one("timeoutclose")
                .ifPresent(entry -> findings.note(
                        entry.line(),
                        "TIMEOUTclose = 0 is " + least.toMillis() + " ms, so that what is under way still arrives"));
        return least;
    }

    private long number(String key, long least, long most, long unset) {
        Optional<StunnelEntry> entry = one(key);
        if (entry.isEmpty()) {
            return unset;
        }
        try {
            long value = Long.parseLong(entry.get().value());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        problem(entry.get(), "\"" + entry.get().value() + "\" is no number from " + least + " to " + most);
        return unset;
    }

    private List<String> texts(String key) {
        return all(key).stream()
                .map(StunnelEntry::value)
                .filter(value -> !value.isEmpty())
                .toList();
    }

    private Optional<StunnelEntry> one(String key) {
        List<StunnelEntry> entries = all(key);
        return entries.isEmpty() ? Optional.empty() : Optional.of(entries.get(0));
    }

    private List<StunnelEntry> all(String key) {
        @Nullable List<StunnelEntry> entries = values.get(key);
        return entries == null ? List.of() : entries;
    }

    private void problem(StunnelEntry entry, String text) {
        failed = true;
        findings.problem(entry.line(), entry.key() + ": " + text);
    }

    private void problem(String text) {
        failed = true;
        findings.problem(line, text);
    }
}
