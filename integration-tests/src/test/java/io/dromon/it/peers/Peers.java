package io.dromon.it.peers;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the real programs. A test that needs a missing one is skipped with the reason, or fails where the build was
 * started with {@code -Dpeers=required}.
 */
public final class Peers {
    private static final boolean REQUIRED = "required".equals(System.getProperty("peers"));

    private Peers() {}

    /** The program's path; ends the test where there is none. */
    public static Path require(String program) {
        return find(program).orElseGet(() -> missing(program + " is not installed"));
    }

    /** The program's path, if it is installed. */
    public static Optional<Path> find(String program) {
        String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin" + File.pathSeparator
                + "/usr/local/sbin" + File.pathSeparator + "/sbin";
        return Stream.of(path.split(File.pathSeparator))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** The file of that path; ends the test where there is none. */
    public static Path requireFile(Path file, String reason) {
        return Files.isReadable(file) ? file : missing(file + " is missing: " + reason);
    }

    private static Path missing(String reason) {
        if (REQUIRED) {
            return fail(reason + ", and the build was started with -Dpeers=required");
        }
        return abort(reason + " (-Dpeers=required turns this into a failure)");
    }
}
