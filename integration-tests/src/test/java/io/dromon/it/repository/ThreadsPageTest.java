package io.dromon.it.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code node/THREADS.md} knows every thread that main code names, and every class of it that has a lock. */
@Tag("unit")
final class ThreadsPageTest {
    private static final Pattern STARTS = Pattern.compile("\\b(?:new Thread|DefaultThreadFactory|DaemonThreads\\.of"
            + "|TransferThreads\\.call|(?:threads|readers|workers|producers|ProtocolThread)\\.start)\\(");
    private static final Pattern LITERAL = Pattern.compile("\"([^\"\\\\]*)\"");
    private static final Pattern LOCK =
            Pattern.compile("\\bsynchronized\\b(?! Throwable fillInStackTrace)|\\bnew ReentrantLock\\(");

    private static String page;
    private static Map<String, String> classes;

    @BeforeAll
    static void readCode() throws IOException {
        Path root = Checkout.root();
        page = Files.readString(root.resolve("node/THREADS.md"));
        classes = new TreeMap<>();
        for (String module : List.of("config", "transport", "sst", "node")) {
            try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/main/java"))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    classes.merge(name, code(Files.readString(file)), String::concat);
                }
            }
        }
    }

    /** The text without its comments. */
    private static String code(String source) {
        String comments = Comments.of(source).text();
        StringBuilder code = new StringBuilder(source);
        for (int i = 0; i < source.length(); i++) {
            if (comments.charAt(i) != Comments.CODE) {
                code.setCharAt(i, ' ');
            }
        }
        return code.toString();
    }

    @Test
    void knowsEveryNameOfAThread() {
        List<String> names = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        classes.forEach((name, text) -> {
            Matcher start = STARTS.matcher(text);
            while (start.find()) {
                for (String part : literals(text, start.end())) {
                    names.add(part);
                    if (!page.contains(part)) {
                        missing.add(name + " starts a thread \"" + part + "\"");
                    }
                }
            }
        });

        assertThat(names).contains("-delivery", "sst-donor-", "dromon-end", "dromon-tunnel");
        assertThat(missing).isEmpty();
    }

    /** The string literals of a call's own arguments, not of what stands in their parentheses or braces. */
    private static List<String> literals(String text, int from) {
        StringBuilder own = new StringBuilder();
        int depth = 1;
        for (int i = from; i < text.length() && depth > 0; i++) {
            char c = text.charAt(i);
            depth += c == '(' || c == '{' ? 1 : c == ')' || c == '}' ? -1 : 0;
            if (depth == 1) {
                own.append(c);
            }
        }
        return LITERAL.matcher(own)
                .results()
                .map(MatchResult::group)
                .map(literal -> literal.substring(1, literal.length() - 1))
                .toList();
    }

    @Test
    void knowsEveryClassWithALock() {
        List<String> locked = classes.entrySet().stream()
                .filter(each -> LOCK.matcher(LITERAL.matcher(each.getValue()).replaceAll(""))
                        .find())
                .map(Map.Entry::getKey)
                .toList();

        assertThat(locked).contains("DeliveryQueue", "RsyncJoiner", "HalfOpen");
        assertThat(locked).allSatisfy(name -> assertThat(page).contains("`" + name));
    }
}
