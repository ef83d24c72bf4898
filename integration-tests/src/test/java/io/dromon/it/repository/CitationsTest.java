package io.dromon.it.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What code and Markdown cite of the specification is there. A section or pitfall belongs to the chapter that was cited
 * last before it in the file; without one, to the chapter that the description of the package names.
 */
@Tag("unit")
final class CitationsTest {
    private static final String NUMBER = "\\d+(?:\\.(?:\\d+|[A-Z]\\b))?";
    private static final String AND = "(?:\\s*,\\s*(?:and\\s+)?|\\s+(?:and|or|to)\\s+)";
    private static final String STEPS = "(?:,?\\s+steps?\\s+\\d+(?:(?:\\s*,|\\s+and|\\s+to)\\s+\\d+(?!\\.?\\d))*)?";
    private static final Pattern CITATION = Pattern.compile(
            "\\b(chapter|section|pitfall)s?\\s+(" + NUMBER + STEPS + "(?:" + AND + NUMBER + STEPS + ")*)",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern OF_CHAPTER = Pattern.compile("\\G\\s+of\\s+chapter\\s+(\\d+)");
    private static final Pattern LISTED = Pattern.compile("(\\bto\\s+)?(" + NUMBER + ")" + STEPS);
    private static final Pattern OTHER_DOCUMENT = Pattern.compile("\\bRFC\\s+\\d+,?\\s+$");

    private static final Pattern PLACE = Pattern.compile("\\b[A-Z]?" + NUMBER);
    private static final Pattern BLOCK_TAG = Pattern.compile("(?m)^\\s*@\\w");
    /** Words that say nothing but where to look. */
    private static final Set<String> OF_POINTERS = Set.of(
            ("chapter chapters section sections step steps pitfall pitfalls rule rules invariant invariants specification"
                            + " table row rows the of and or to with in as see numbered there first second third last half part")
                    .split(" ", -1));

    private static final Pattern CLASS_NAME = Pattern.compile("`([A-Z]\\w*[a-z]\\w*)`");

    /** Something cited. */
    record Citation(Path file, int line, String kind, String chapter, String number) {
        @Override
        public String toString() {
            String of = chapter.isEmpty() ? " of no chapter: name one before it" : " of chapter " + chapter;
            return file + ":" + line + ": " + kind + " " + number + (kind.equals("chapter") ? "" : of);
        }
    }

    private static Path root;
    private static List<Path> modules;
    private static Chapters chapters;
    private static Map<Path, String> sources;
    private static Map<Path, String> markdown;

    @BeforeAll
    static void readEverything() throws IOException {
        root = Checkout.root();
        modules = Checkout.modules();
        chapters = new Chapters(modules);
        sources = new TreeMap<>();
        markdown = new TreeMap<>();
        for (Path folder : modules) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.filter(Files::isRegularFile)
                        .filter(file -> !isGenerated(file))
                        .forEach(CitationsTest::read);
            }
        }
        try (Stream<Path> files = Files.list(root)) {
            files.filter(Files::isRegularFile).forEach(CitationsTest::read);
        }
    }

    private static boolean isGenerated(Path file) {
        Path inside = root.relativize(file);
        return inside.getNameCount() > 1 && inside.getName(1).toString().equals("target");
    }

    private static void read(Path file) {
        String name = name(file);
        boolean ofSpecification =
                file.getName(file.getNameCount() - 2).toString().equals("protocol");
        try {
            if (name.endsWith(".java")) {
                sources.put(file, Files.readString(file));
            } else if (name.endsWith(".md") && !ofSpecification) {
                markdown.put(file, Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Path file) {
        return file.getName(file.getNameCount() - 1).toString();
    }

    @Test
    void readsCitationsAsTheyAreWritten() {
        String text = """
                sections 1 and 3.2; chapter 06
                section 10.1, chapter 04 (section 5.8 step 7, 7.7) and section 5.6, steps 3 and 4, or pitfall 15.6;
                sections 7 to 9 of chapter 01, RFC 6125 section 6.4, Pitfalls 2, 3 and 7. Chapters 2 and 3: section 13.B.
                """;

        assertThat(in(root.resolve("a.md"), text, "02"))
                .extracting(citation -> citation.kind + " " + citation.chapter + " " + citation.number)
                .containsExactly(
                        "section 02 1",
                        "section 02 3.2",
                        "chapter 06 06",
                        "section 06 10.1",
                        "chapter 04 04",
                        "section 04 5.8",
                        "section 04 7.7",
                        "section 04 5.6",
                        "pitfall 04 15.6",
                        "section 01 7",
                        "section 01 8",
                        "section 01 9",
                        "chapter 01 01",
                        "pitfall 01 2",
                        "pitfall 01 3",
                        "pitfall 01 7",
                        "chapter 02 02",
                        "chapter 03 03",
                        "section 03 13.B");
    }

    @Test
    void readsCommentsAndNothingElse() {
        Comments comments = Comments.of("""
                String a = "// section 1"; // section 2
                // section 3
                /** Section
                 * 4, and '"'. */ char quote = '"'; // 5
                """);

        assertThat(comments.all()).hasSize(4);
        assertThat(in(root.resolve("A.java"), comments.text(), "02"))
                .extracting(Citation::number)
                .containsExactly("2", "3", "4");
    }

    @Test
    void knowsAPointerFromASentence() {
        assertThat(List.of("Section 5.4.", "Steps 3 and 4.", " 1", "E1.", "---- 4.4 ----", "Step 8, second half."))
                .allMatch(CitationsTest::isPointer);
        assertThat(List.of("Pitfall 27: every member of this view.", "So much is sent.", "64 bit, signed.", ""))
                .noneMatch(CitationsTest::isPointer);
    }

    @Test
    void theSpecificationIsThere() {
        assertThat(chapters.byNumber.keySet()).containsExactly("01", "02", "03", "04", "05", "06");
        assertThat(sources).hasSizeGreaterThan(300);
        chapters.byNumber.forEach((number, chapter) -> {
            assertThat(chapter.sections).as("sections of chapter " + number).hasSizeGreaterThan(30);
            assertThat(chapter.pitfalls).as("pitfalls of chapter " + number).hasSizeGreaterThan(20);
            assertThat(chapter.boxes).as("boxes of chapter " + number).isNotEmpty();
        });
    }

    @Test
    void whatIsCitedExists() {
        List<Citation> citations = citations();

        assertThat(citations.stream().filter(citation -> !exists(citation))).isEmpty();
        print(citations);
    }

    @Test
    void everyCommentSaysMoreThanWhereToLook() {
        List<String> pointers = new ArrayList<>();
        sources.forEach((file, source) -> {
            Comments comments = Comments.of(source);
            for (Comments.Comment comment : comments.all()) {
                String text = description(comments.text().substring(comment.start(), comment.end()));
                if (isPointer(text)) {
                    pointers.add(root.relativize(file) + ":" + line(source, comment.start()) + ": "
                            + text.strip().replaceAll("\\s+", " "));
                }
            }
        });

        assertThat(pointers)
                .as("say the rule in a sentence, and behind it where it stands")
                .isEmpty();
    }

    @Test
    void theClassesThatBoxesNameExist() {
        Set<String> classes = new TreeSet<>();
        sources.keySet().forEach(file -> classes.add(name(file).replace(".java", "")));

        List<String> unknown = new ArrayList<>();
        for (Chapters.Chapter chapter : chapters.byNumber.values()) {
            for (Chapters.Box box : chapter.boxes) {
                Matcher name = CLASS_NAME.matcher(box.text());
                boolean any = false;
                while (name.find()) {
                    any = true;
                    if (!classes.contains(name.group(1))) {
                        unknown.add(root.relativize(box.file()) + ":" + box.line() + ": class " + name.group(1));
                    }
                }
                if (!any && !box.text().contains("`--allow-unauthenticated`")) {
                    unknown.add(root.relativize(box.file()) + ":" + box.line() + ": no class is named");
                }
            }
        }

        assertThat(unknown).isEmpty();
    }

    // ---- citations

    private static List<Citation> citations() {
        List<Citation> all = new ArrayList<>();
        sources.forEach(
                (file, source) -> all.addAll(in(file, Comments.of(source).text(), ofPackage(file))));
        markdown.forEach((file, text) -> all.addAll(in(file, text, "")));
        chapters.byNumber.forEach((number, chapter) -> {
            for (Chapters.Box box : chapter.boxes) {
                String above = "\n".repeat(box.line() - 1);
                all.addAll(in(box.file(), above + box.text(), number));
            }
        });
        return all;
    }

    /** The chapter that the package's description names first, empty if there is none. */
    private static String ofPackage(Path file) {
        Path inside = root.relativize(file);
        Path folder = inside.getNameCount() > 4
                ? inside.subpath(4, inside.getNameCount()).getParent()
                : null;
        for (Path module : folder == null ? List.<Path>of() : modules) {
            for (String kind : List.of("main", "test")) {
                String description = sources.get(
                        module.resolve("src/" + kind + "/java").resolve(folder).resolve("package-info.java"));
                Matcher chapter =
                        Pattern.compile("chapter\\s+(\\d\\d)").matcher(description == null ? "" : description);
                if (chapter.find()) {
                    return chapter.group(1);
                }
            }
        }
        return "";
    }

    private static List<Citation> in(Path file, String text, String ofPackage) {
        List<Citation> found = new ArrayList<>();
        String chapter = ofPackage;
        Matcher citation = CITATION.matcher(text);
        while (citation.find()) {
            if (OTHER_DOCUMENT.matcher(text.substring(0, citation.start())).find()) {
                continue;
            }
            String kind = citation.group(1).toLowerCase(Locale.ROOT);
            List<String> numbers = numbers(citation.group(2));
            int line = line(text, citation.start());
            String of = chapter;
            if (kind.equals("chapter")) {
                numbers = numbers.stream()
                        .map(number -> number.length() < 2 ? "0" + number : number)
                        .toList();
                chapter = numbers.get(numbers.size() - 1);
            } else {
                Matcher named = OF_CHAPTER.matcher(text);
                of = named.find(citation.end()) && named.start() == citation.end() ? named.group(1) : chapter;
            }
            for (String number : numbers) {
                found.add(
                        new Citation(root.relativize(file), line, kind, kind.equals("chapter") ? number : of, number));
            }
        }
        return found;
    }

    /** The numbers of a list; of a range all that lie in it. */
    private static List<String> numbers(String list) {
        List<String> numbers = new ArrayList<>();
        Matcher listed = LISTED.matcher(list);
        while (listed.find()) {
            String number = listed.group(2);
            if (listed.group(1) != null) {
                String first = numbers.get(numbers.size() - 1);
                String prefix = first.substring(0, first.indexOf('.') + 1);
                if (number.startsWith(prefix) && (first + number).matches("[\\d.]+")) {
                    int from = Integer.parseInt(first.substring(prefix.length())) + 1;
                    for (int i = from; i < Integer.parseInt(number.substring(prefix.length())); i++) {
                        numbers.add(prefix + i);
                    }
                }
            }
            numbers.add(number);
        }
        return numbers;
    }

    private static boolean exists(Citation citation) {
        return switch (citation.kind) {
            case "chapter" -> chapters.byNumber.containsKey(citation.number);
            case "section" -> chapters.hasSection(citation.chapter, citation.number);
            default -> chapters.hasPitfall(citation.chapter, citation.number);
        };
    }

    private static void print(List<Citation> citations) {
        chapters.byNumber.forEach((number, chapter) -> {
            List<Citation> of = citations.stream()
                    .filter(citation -> citation.chapter.equals(number)
                            && !citation.file.toString().contains("protocol"))
                    .toList();
            System.out.printf(
                    "chapter %s: cited %d times, in %d files; sections %d times, %d of %d of them; boxes: %d%n",
                    number,
                    of.size(),
                    of.stream().map(Citation::file).distinct().count(),
                    of.stream()
                            .filter(citation -> citation.kind.equals("section"))
                            .count(),
                    of.stream()
                            .filter(citation -> citation.kind.equals("section"))
                            .map(Citation::number)
                            .distinct()
                            .count(),
                    chapter.sections.size(),
                    chapter.boxes.size());
        });
    }

    // ---- pointers

    /** Without the block tags. */
    private static String description(String comment) {
        Matcher tag = BLOCK_TAG.matcher(comment);
        return tag.find() ? comment.substring(0, tag.start()) : comment;
    }

    private static boolean isPointer(String text) {
        Matcher place = PLACE.matcher(text);
        if (!place.find()) {
            return false;
        }
        for (String word : place.replaceAll(" ").split("[^\\p{L}\\d]+", -1)) {
            if (!word.isEmpty() && !OF_POINTERS.contains(word.toLowerCase(Locale.ROOT))) {
                return false;
            }
        }
        return true;
    }

    private static int line(String text, int position) {
        int line = 1;
        for (int i = 0; i < position; i++) {
            if (text.charAt(i) == '\n') {
                line++;
            }
        }
        return line;
    }
}
