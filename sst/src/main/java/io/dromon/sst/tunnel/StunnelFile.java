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

    /** A line of the file. */
    record Entry(String key, String value, int line) {}

    private final Path file;
    private final boolean allowUnauthenticated;
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    StunnelFile(Path file, boolean allowUnauthenticated) {
        this.file = file;
        this.allowUnauthenticated = allowUnauthenticated;
    }

    TunnelConfig read() throws IOException {
        if (Files.size(file) > LARGEST_FILE) {
            throw new ConfigException(List.of(new ConfigProblem(file.toString(), "is too large for a configuration")));
        }
        List<Entry> global = new ArrayList<>();
        Map<String, List<Entry>> sections = new LinkedHashMap<>();
        Map<String, Integer> lines = new LinkedHashMap<>();
        List<Entry> current = global;
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
                    problem(number, "a section is written as [name]");
                    current = new ArrayList<>();
                } else if (sections.containsKey(name)) {
                    problem(number, "there is a service [" + name + "] already, in line " + lines.get(name));
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
                problem(number, "\"key = value\" is expected");
                continue;
            }
            Entry entry = new Entry(
                    line.substring(0, equals).trim(), line.substring(equals + 1).trim(), number);
            if (admitted(entry)) {
                current.add(entry);
            }
        }
        return services(global, sections, lines);
    }

    /** Whether the key is one that is honoured; the others are told. */
    private boolean admitted(Entry entry) {
        if (StunnelKeys.SUPPORTED.contains(entry.key.toLowerCase(Locale.ROOT))) {
            return true;
        }
        Optional<String> instead = StunnelKeys.harmless(entry.key, entry.value);
        if (instead.isPresent()) {
            notes.add(place(entry.line) + ": " + entry.key + " = " + entry.value + " has no effect: " + instead.get());
        } else {
            problem(entry.line, StunnelKeys.refusal(entry.key));
        }
        return false;
    }

    private TunnelConfig services(List<Entry> global, Map<String, List<Entry>> sections, Map<String, Integer> lines) {
        Optional<Path> pid = Optional.empty();
        for (Entry entry : global) {
            if (entry.key.equalsIgnoreCase("pid") && !entry.value.isEmpty()) {
                pid = Optional.of(NameBytes.path(entry.value));
            }
        }
        sections.forEach((name, entries) -> entries.stream()
                .filter(entry -> entry.key.equalsIgnoreCase("pid"))
                .forEach(entry -> problem(entry.line, "pid stands before the first section")));
        List<TunnelService> services = new ArrayList<>();
        if (sections.isEmpty()) {
            new ServiceReader(this, "stdio", 1, List.of(), global, allowUnauthenticated)
                    .read()
                    .ifPresent(services::add);
        }
        sections.forEach((name, entries) -> new ServiceReader(
                        this, name, lines.getOrDefault(name, 1), global, entries, allowUnauthenticated)
                .read()
                .ifPresent(service -> {
                    if (service.accept().isEmpty()) {
                        problem(
                                lines.getOrDefault(name, 1),
                                "[" + name + "] has no accept; without sections the file serves standard input and"
                                        + " output");
                    }
                    services.add(service);
                }));
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return new TunnelConfig(services, pid, notes);
    }

    void problem(int line, String text) {
        ConfigProblem problem = new ConfigProblem(place(line), text);
        // What stands before the first section is looked at once per service.
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
    }

    void note(int line, String text) {
        String note = place(line) + ": " + text;
        if (!notes.contains(note)) {
            notes.add(note);
        }
    }

    private String place(int line) {
        return file + ":" + line;
    }
}
