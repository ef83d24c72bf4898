package io.dromon.it.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each test class has exactly one of the four tags, so that a run by tags leaves no test out. */
@Tag("unit")
final class TagsTest {
    private static final Pattern TAG = Pattern.compile("(?m)^@(?:Arch)?Tag\\(\"(unit|simulation|sockets|peers)\"\\)");
    private static final Pattern OPENS_SOCKETS =
            Pattern.compile("\\bnew (?:Server)?Socket\\(|ServerSocketChannel\\.open|\\bNode\\.join\\(");

    private static Map<Path, String> tests;

    @BeforeAll
    static void readTests() throws IOException {
        Path root = Checkout.root();
        tests = new TreeMap<>();
        for (Path module : Checkout.modules()) {
            try (Stream<Path> files = Files.walk(module.resolve("src/test/java"))) {
                for (Path file : files.filter(path -> path.toString().endsWith("Test.java"))
                        .toList()) {
                    tests.put(root.relativize(file), Files.readString(file));
                }
            }
        }
        assertThat(tests).hasSizeGreaterThan(100);
    }

    @Test
    void eachClassHasOne() {
        List<String> wrong = new ArrayList<>();
        tests.forEach((file, text) -> {
            long tags = TAG.matcher(text).results().count();
            if (tags != 1) {
                wrong.add(file + " has " + tags + " of the tags unit, simulation, sockets and peers");
            }
        });

        assertThat(wrong).isEmpty();
    }

    @Test
    void whatOpensSocketsIsNoUnitTest() {
        List<String> wrong = new ArrayList<>();
        tests.forEach((file, text) -> {
            Matcher tag = TAG.matcher(text);
            Matcher socket = OPENS_SOCKETS.matcher(text);
            if (tag.find() && tag.group(1).equals("unit") && !file.endsWith("TagsTest.java") && socket.find()) {
                wrong.add(file + " has the tag unit and calls " + socket.group());
            }
        });

        assertThat(wrong).isEmpty();
    }
}
