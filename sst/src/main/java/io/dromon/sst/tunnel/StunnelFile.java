package io.dromon.sst.tunnel;

import io.dromon.config.ConfigException;
import io.dromon.config.ConfigProblem;
import io.dromon.config.NameBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A configuration file in stunnel's format: {@code key = value} lines, {@code [service]} sections, {@code ;} and
 * {@code #} comments. What stands before the first section holds for every service that does not say otherwise;
 * without a section it is the one service, on standard input and output.
 */
final class StunnelFile {
    private static final long LARGEST_FILE = 1 << 20;

    private final Path file;
    private final boolean allowUnauthenticated;
    private final StunnelFindings findings;

    StunnelFile(Path file, boolean allowUnauthenticated) {
        this.file = file;
        this.findings = new StunnelFindings(file);
        this.allowUnauthenticated = allowUnauthenticated;
    }

    TunnelConfig read() throws IOException {
        if (Files.size(file) > LARGEST_FILE) {
            throw new ConfigException(List.of(new ConfigProblem(file.toString(), "is too large for a configuration")));
        }
        List<StunnelEntry> global = new ArrayList<>();
        Map<String, List<StunnelEntry>> sections = new LinkedHashMap<>();
        Map<String, Integer> lines = new LinkedHashMap<>();
        List<StunnelEntry> current = global;
        int number = 0;
        for (String raw : NameBytes.decode(Files.readAllBytes(file)).split("\n", -1)) {
            number++;
            String line = (number == 1 && raw.startsWith("\ufeff") ? raw.substring(1) : raw).trim();
            if (line.isEmpty() || line.startsWith(";") || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("[")) {
                String name = line.endsWith("]")
                        ? line.substring(1, line.length() - 1).trim()
                        : "";
                if (name.isEmpty()) {
                    findings.problem(number, "a section is written as [name]");
                    current = new ArrayList<>();
                } else if (sections.containsKey(name)) {
                    findings.problem(number, "there is a service [" + name + "] already, in line " + lines.get(name));
                    current = new ArrayList<>();
                } else {
                    current = new ArrayList<>();
                    sections.put(name, current);
                    lines.put(name, number);
                }
                continue;
            }
            int equals = line.indexOf('=');
            if (equals < 1) {
                findings.problem(number, "\"key = value\" is expected");
                continue;
            }
            StunnelEntry entry = new StunnelEntry(
                    line.substring(0, equals).trim(), line.substring(equals + 1).trim(), number);
            if (admitted(entry)) {
                current.add(entry);
            }
        }
        return services(global, sections, lines);
    }

    /** Whether the key is one that is honoured; the others are told. */
    private boolean admitted(StunnelEntry entry) {
        if (StunnelKeys.SUPPORTED.contains(entry.key().toLowerCase(Locale.ROOT))) {
            return true;
        }
        Optional<String> instead = StunnelKeys.harmless(entry.key(), entry.value());
        if (instead.isPresent()) {
            findings.note(entry.line(), entry.key() + " = " + entry.value() + " has no effect: " + instead.get());
        } else {
            findings.problem(entry.line(), StunnelKeys.refusal(entry.key()));
        }
        return false;
    }

    private TunnelConfig services(
            List<StunnelEntry> global, Map<String, List<StunnelEntry>> sections, Map<String, Integer> lines) {
        Optional<Path> pid = Optional.empty();
        for (StunnelEntry entry : global) {
            if (entry.key().equalsIgnoreCase("pid") && !entry.value().isEmpty()) {
                pid = Optional.of(NameBytes.path(entry.value()));
            }
        }
        sections.forEach((name, entries) -> entries.stream()
                .filter(entry -> entry.key().equalsIgnoreCase("pid"))
                .forEach(entry -> findings.problem(entry.line(), "pid stands before the first section")));
        List<TunnelService> services = new ArrayList<>();
        if (sections.isEmpty()) {
            new ServiceReader(findings, "stdio", 1, List.of(), global, allowUnauthenticated)
                    .read()
                    .ifPresent(services::add);
        }
        sections.forEach((name, entries) -> new ServiceReader(
                        findings, name, lines.getOrDefault(name, 1), global, entries, allowUnauthenticated)
                .read()
                .ifPresent(service -> {
                    if (service.accept().isEmpty()) {
                        findings.problem(
                                lines.getOrDefault(name, 1),
                                "[" + name + "] has no accept; without sections the file serves standard input and"
                                        + " output");
                    }
                    services.add(service);
                }));
        if (!findings.problems().isEmpty()) {
            throw new ConfigException(findings.problems());
        }
        return new TunnelConfig(services, pid, findings.notes());
    }
}
