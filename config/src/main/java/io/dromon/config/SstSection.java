package io.dromon.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The options of state snapshot transfer in an option file: section {@code [sst]}, and what counts for it in the
 * sections of the server (chapter 06 section 12). The last line of a name counts, {@code -} and {@code _} are equal.
 *
 * @param options those that have an effect, by the name of the section, with {@code -}
 * @param warnings what was passed over, each with its place
 */
public record SstSection(Map<String, String> options, List<String> warnings) {
    /** Group E of the chapter's table: the server's sections count before {@code [sst]}. */
    private static final Pattern ALSO_SERVER =
            Pattern.compile("ssl-mode|encrypt|ssl-(server-|client-)?(ca|capath|cert|key)");

    /** What names files: mariadbd runs its scripts in its data directory, so relative paths belong there. */
    private static final Pattern FILES =
            Pattern.compile("t(ca|capath|cert|key)|ssl-(server-|client-)?(ca|capath|cert|key)");

    public SstSection {
        options = Map.copyOf(options);
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads a file and what it includes.
     *
     * @throws ConfigException with everything that is wrong, each with its line
     */
    public static SstSection read(Path file) {
        List<ConfigProblem> problems = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        Map<String, String> own = new LinkedHashMap<>();
        Map<String, String> server = new LinkedHashMap<>();
        String directory = "";
        for (CnfFile.Line line : CnfFile.read(file, problems)) {
            String section = line.section().toLowerCase(Locale.ROOT);
            String name = line.name().replace('_', '-').toLowerCase(Locale.ROOT).replaceFirst("^loose-", "");
            if (section.equals("sst")) {
                take(line, name, own, problems, warnings);
            } else if (NodeConfigBuilder.SERVER_SECTIONS.contains(section) && name.equals("datadir")) {
                directory = line.value().strip();
            } else if (NodeConfigBuilder.SERVER_SECTIONS.contains(section)
                    && ALSO_SERVER.matcher(name).matches()) {
                take(line, name, server, problems, warnings);
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        own.putAll(server);
        Path from = NameBytes.path(directory);
        own.replaceAll((name, value) -> FILES.matcher(name).matches() && !value.isEmpty() ? below(from, value) : value);
        return new SstSection(own, warnings);
    }

    /** A slash at the end says that it is a directory, and stays. */
    private static String below(Path directory, String value) {
        return NameBytes.text(directory.resolve(NameBytes.path(value))) + (value.endsWith("/") ? "/" : "");
    }

    /** Why an option of the section does nothing, whatever the method; nothing if it is honoured or unknown. */
    public static Optional<String> withoutEffect(String name) {
        return Registry.find("sst." + name, Option.Scope.SST)
                .map(option -> option.support().note())
                .filter(note -> !note.isEmpty());
    }

    private static void take(
            CnfFile.Line line,
            String name,
            Map<String, String> into,
            List<ConfigProblem> problems,
            List<String> warnings) {
        Optional<Option<?>> option = Registry.find("sst." + name, Option.Scope.SST);
        if (option.isEmpty()) {
            warnings.add(line.place() + ": '" + line.name() + "' in [sst] is unknown and ignored");
        } else if (option.get().support().level() != Support.Level.HONOURED) {
            warnings.add(line.place() + ": '" + line.name() + "' in [sst] has no effect here: "
                    + option.get().support());
        } else if (!line.hasValue()) {
            problems.add(new ConfigProblem(line.place(), "'" + line.name() + "' has no value"));
        } else {
            try {
                Object unused = option.get().type().parse(line.value().strip());
                into.put(name, line.value().strip());
            } catch (IllegalArgumentException e) {
                problems.add(new ConfigProblem(
                        line.place(),
                        line.name() + ": '" + line.value() + "' is not "
                                + option.get().type().expects()));
            }
        }
    }
}
