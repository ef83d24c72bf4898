package io.dromon.it.repository;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The chapters of the specification, in the folders {@code protocol} of the modules: what can be cited of them. */
final class Chapters {
    private static final Pattern FILE = Pattern.compile("(\\d\\d)-.*\\.md");
    private static final Pattern HEADING = Pattern.compile("#{2,4} (\\d+(?:\\.(?:\\d+|[A-Z]))?)[. ](.*)");
    /** Captures that are numbered without a heading. */
    private static final Pattern CAPTURE = Pattern.compile("\\*\\*(\\d+\\.\\d+) .*");

    private static final Pattern PITFALL = Pattern.compile("(\\d+)\\. .*");

    /** A paragraph that says where Dromon differs. */
    record Box(Path file, int line, String text) {}

    /** One chapter. */
    static final class Chapter {
        final Path file;
        final Set<String> sections = new TreeSet<>();
        final Set<Integer> pitfalls = new TreeSet<>();
        final List<Box> boxes = new ArrayList<>();
        /** Number of the section that lists the pitfalls. */
        String pitfallSection = "";

        Chapter(Path file) {
            this.file = file;
        }
    }

    /** By number, {@code 01} to {@code 06}. */
    final Map<String, Chapter> byNumber = new TreeMap<>();

    /** @param folders the modules */
    Chapters(List<Path> folders) throws IOException {
        for (Path folder : folders) {
            Path protocol = folder.resolve("protocol");
            if (Files.isDirectory(protocol)) {
                try (var files = Files.list(protocol)) {
                    for (Path file : files.sorted().toList()) {
                        Matcher name = FILE.matcher(
                                file.getName(file.getNameCount() - 1).toString());
                        if (name.matches()) {
                            byNumber.put(name.group(1), read(file));
                        }
                    }
                }
            }
        }
    }

    private static Chapter read(Path file) throws IOException {
        Chapter chapter = new Chapter(file);
        List<String> lines = Files.readAllLines(file);
        boolean code = false;
        boolean pitfalls = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            code ^= line.startsWith("```");
            Matcher heading = HEADING.matcher(line);
            Matcher capture = CAPTURE.matcher(line);
            Matcher pitfall = PITFALL.matcher(line);
            if (!code && heading.matches()) {
                chapter.sections.add(heading.group(1));
                pitfalls = heading.group(2).strip().equals("Pitfalls");
                if (pitfalls) {
                    chapter.pitfallSection = heading.group(1);
                }
            } else if (!code && capture.matches()) {
                chapter.sections.add(capture.group(1));
            } else if (!code && pitfalls && pitfall.matches()) {
                chapter.pitfalls.add(Integer.valueOf(pitfall.group(1)));
            } else if (!code && line.startsWith("> **Dromon.** ")) {
                chapter.boxes.add(new Box(file, i + 1, box(lines, i)));
            }
        }
        return chapter;
    }

    private static String box(List<String> lines, int from) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < lines.size() && lines.get(i).startsWith(">"); i++) {
            text.append(lines.get(i).substring(1)).append('\n');
        }
        return text.toString();
    }

    boolean hasSection(String chapter, String section) {
        Chapter cited = byNumber.get(chapter);
        return cited != null && cited.sections.contains(section);
    }

    /** @param pitfall its number, or with that of its section in front: {@code 14.6} */
    boolean hasPitfall(String chapter, String pitfall) {
        Chapter cited = byNumber.get(chapter);
        if (cited == null) {
            return false;
        }
        String number = pitfall.startsWith(cited.pitfallSection + ".")
                ? pitfall.substring(cited.pitfallSection.length() + 1)
                : pitfall;
        return number.matches("\\d+") && cited.pitfalls.contains(Integer.valueOf(number));
    }
}
