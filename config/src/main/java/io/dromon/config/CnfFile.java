package io.dromon.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An option file as MariaDB reads it: {@code [section]} lines, {@code name=value} lines, {@code #} and {@code ;} comments,
 * quotes, {@code !include} and {@code !includedir}.
 *
 * <p>A {@code #} outside of quotes also begins a comment in the middle of a line; a {@code ;} does so only at its start, since
 * provider options are full of them. In values {@code \b \t \n \r \s \\ \" \'} are escapes; other backslashes stay. Included
 * paths are relative to the file that includes them; of a directory the files {@code *.cnf} are read in the order of their
 * names. A byte that is no UTF-8 stays as {@link NameBytes} has it: comments and names of files may hold any.
 */
public final class CnfFile {
    /**
     * One option line.
     *
     * @param section the section's name, without brackets
     * @param name as written
     * @param value without quotes and escapes; empty if {@code hasValue} is false
     * @param hasValue whether there is an equals sign
     * @param place {@code file:line}
     */
    public record Line(String section, String name, String value, boolean hasValue, String place) {}

    private final String firstSection;
    private final List<Line> lines = new ArrayList<>();
    private final List<ConfigProblem> problems;
    private final Set<Path> open = new LinkedHashSet<>();

    private CnfFile(String firstSection, List<ConfigProblem> problems) {
        this.firstSection = firstSection;
        this.problems = problems;
    }

    /**
     * Reads a file and what it includes.
     *
     * @param problems gets what cannot be read; the rest is returned all the same
     */
    public static List<Line> read(Path file, List<ConfigProblem> problems) {
        return read(file, "", problems);
    }

    /**
     * Reads a file whose options may stand without a section, as garbd's {@code --cfg} has them.
     *
     * @param firstSection the section of the lines before the first section line; empty if there must be none
     * @param problems gets what cannot be read; the rest is returned all the same
     */
    public static List<Line> read(Path file, String firstSection, List<ConfigProblem> problems) {
        CnfFile reader = new CnfFile(firstSection, problems);
        reader.file(file, file.toString());
        return List.copyOf(reader.lines);
    }

    private void file(Path file, String place) {
        List<String> content;
        Path real;
        try {
            real = file.toRealPath();
            content = NameBytes.decode(Files.readAllBytes(file)).lines().toList();
        } catch (IOException e) {
            problems.add(new ConfigProblem(place, unreadable(file)));
            return;
        }
        if (content.stream().anyMatch(line -> line.indexOf('\0') >= 0)) {
            problems.add(new ConfigProblem(place, "file " + file + " is not text: it holds a NUL"));
            return;
        }
        if (!open.add(real)) {
            problems.add(new ConfigProblem(place, "file " + file + " includes itself"));
            return;
        }
        String section = firstSection;
        for (int i = 0; i < content.size(); i++) {
            String line = i == 0 && content.get(i).startsWith("\uFEFF")
                    ? content.get(i).substring(1)
                    : content.get(i);
            section = line(line.strip(), section, file, file + ":" + (i + 1));
        }
        open.remove(real);
    }

    private static String unreadable(Path file) {
        return Files.isDirectory(file)
                ? file + " is a directory, not a file"
                : "file " + file + (Files.exists(file) ? " cannot be read" : " does not exist");
    }

    /** Takes one line; the section that holds behind it. */
    private String line(String line, String section, Path file, String place) {
        if (line.isEmpty() || line.startsWith("#") || line.startsWith(";")) {
            return section;
        }
        if (line.startsWith("!")) {
            include(line, file, place);
        } else if (line.startsWith("[")) {
            int close = line.indexOf(']');
            if (close < 0) {
                problems.add(new ConfigProblem(place, "a section begins with '[' and has no ']'"));
                return section;
            }
            return line.substring(1, close).strip();
        } else if (section.isEmpty()) {
            problems.add(new ConfigProblem(place, "an option stands before the first [section]"));
        } else {
            option(line, section, place);
        }
        return section;
    }

    private void include(String line, Path file, String place) {
        String[] words = line.split("\\s+", 2);
        Path directory = file.toAbsolutePath().getParent();
        if (words.length < 2
                || directory == null
                || !Set.of("!include", "!includedir").contains(words[0])) {
            problems.add(new ConfigProblem(
                    place, "'" + words[0] + "' is no directive; write !include FILE or !includedir DIR"));
            return;
        }
        Path target;
        try {
            target = directory.resolve(NameBytes.path(words[1].strip()));
        } catch (InvalidPathException e) {
            problems.add(new ConfigProblem(place, "'" + words[1] + "' is not a path"));
            return;
        }
        if (words[0].equals("!include")) {
            file(target, place);
            return;
        }
        try (Stream<Path> files = Files.list(target)) {
            files.filter(entry -> entry.toString().endsWith(".cnf"))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .forEach(entry -> file(entry, place));
        } catch (IOException e) {
            problems.add(new ConfigProblem(
                    place, "directory " + target + (Files.exists(target) ? " cannot be read" : " does not exist")));
        }
    }

    private void option(String line, String section, String place) {
        String text = withoutComment(line);
        int equals = text.indexOf('=');
        String name = (equals < 0 ? text : text.substring(0, equals)).strip();
        if (name.isEmpty()) {
            problems.add(new ConfigProblem(place, "a value stands without a name"));
            return;
        }
        String value = equals < 0 ? "" : text.substring(equals + 1).strip();
        char quote = value.isEmpty() ? ' ' : value.charAt(0);
        if (quote == '"' || quote == '\'') {
            if (value.length() < 2 || value.charAt(value.length() - 1) != quote) {
                problems.add(new ConfigProblem(place, "the value of '" + name + "' has a quote that is not closed"));
                return;
            }
            value = value.substring(1, value.length() - 1);
        }
        lines.add(new Line(section, name, unescape(value), equals >= 0, place));
    }

    private static String withoutComment(String line) {
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\') {
                i++;
            } else if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '#') {
                return line.substring(0, i);
            }
        }
        return line;
    }

    private static String unescape(String value) {
        if (value.indexOf('\\') < 0) {
            return value;
        }
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            char next = c == '\\' && i + 1 < value.length() ? value.charAt(i + 1) : 0;
            int known = "btnrs\\\"'".indexOf(next);
            if (next != 0 && known >= 0) {
                plain.append("\b\t\n\r \\\"'".charAt(known));
                i++;
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }
}
