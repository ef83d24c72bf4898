package io.dromon.it.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each guarantee of {@code node/GUARANTEES.md} names a test, and there is such a test. */
@Tag("unit")
final class GuaranteesPageTest {
    private static final Pattern NAMED = Pattern.compile("`(\\w+Test)#(\\w+)`");

    private static Map<String, String> tests() throws IOException {
        Map<String, String> tests = new HashMap<>();
        for (Path module : Checkout.modules()) {
            Path folder = module.resolve("src/test/java");
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.walk(folder)) {
                    for (Path file : files.filter(path -> path.toString().endsWith("Test.java"))
                            .toList()) {
                        tests.merge(
                                file.getFileName().toString().replace(".java", ""),
                                Files.readString(file),
                                String::concat);
                    }
                }
            }
        }
        return tests;
    }

    @Test
    void namesATestThatExistsForEachGuarantee() throws IOException {
        Map<String, String> tests = tests();
        List<String> wrong = new ArrayList<>();
        int guarantees = 0;
        for (String item :
                Files.readString(Checkout.root().resolve("node/GUARANTEES.md")).split("\n(?=[-#])", -1)) {
            if (!item.startsWith("- ")) {
                continue;
            }
            guarantees++;
            Matcher named = NAMED.matcher(item.replaceAll("\\s+", " "));
            if (!named.find()) {
                wrong.add("no test: " + item);
            }
            named.reset();
            while (named.find()) {
                if (!tests.getOrDefault(named.group(1), "").contains(" " + named.group(2) + "(")) {
                    wrong.add("no such test: " + named.group());
                }
            }
        }

        assertThat(guarantees).isGreaterThan(10);
        assertThat(wrong).isEmpty();
    }
}
