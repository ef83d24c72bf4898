package io.dromon.it.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * Runs the scenario scripts in {@code src/test/resources/io/dromon/it/scenario}: what the nodes say must be what stands
 * in the file. One that differs on purpose is written anew, and read as a diff:
 *
 * <pre>
 * .ci/test it ScenarioTest -Dscenario.rewrite=true
 * </pre>
 *
 * <p>How a script looks is told by {@link Script}; an unknown command tells which are allowed.
 */
@Tag("simulation")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ScenarioTest {
    @TestFactory
    Stream<DynamicTest> saysWhatTheScriptExpects() throws IOException {
        Path directory = Path.of(System.getProperty("basedir", "."), "src/test/resources/io/dromon/it/scenario");
        List<Path> scripts;
        try (Stream<Path> files = Files.list(directory)) {
            scripts = files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        }
        assertThat(scripts).hasSizeGreaterThanOrEqualTo(12);
        boolean rewrite = Boolean.getBoolean("scenario.rewrite");
        return scripts.stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file, rewrite)));
    }

    /**
     * Compares, or writes what was said into the file.
     *
     * @throws AssertionError that shows the difference
     */
    static void check(Path file, boolean rewrite) throws IOException {
        Script script = Script.parse(file.getFileName().toString(), Files.readString(file));
        List<List<String>> outputs = Scenario.run(script);
        if (rewrite) {
            Files.writeString(file, script.render(outputs));
            return;
        }
        List<String> difference = Difference.of(script, outputs);
        if (!difference.isEmpty()) {
            fail("The nodes say something else than the script expects (-), namely (+);"
                    + " -Dscenario.rewrite=true writes it into the script:\n" + String.join("\n", difference));
        }
    }
}
