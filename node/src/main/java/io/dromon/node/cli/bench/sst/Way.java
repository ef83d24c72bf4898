package io.dromon.node.cli.bench.sst;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A way of bringing a directory to another place. */
enum Way {
    CP("cp", "cp"),
    STREAM("stream", ""),
    STREAM_PLAIN("stream-plain", ""),
    STREAM_ZSTD1("stream-zstd1", ""),
    STREAM_ZSTD3("stream-zstd3", ""),
    RSYNC_DROMON("rsync-dromon", "rsync"),
    RSYNC_STUNNEL("rsync-stunnel", "rsync stunnel"),
    TAR_SOCAT("tar-socat", "tar socat sh");

    final String text;
    private final String programs;

    Way(String text, String programs) {
        this.text = text;
        this.programs = programs;
    }

    /** The first program that is not in the path. */
    Optional<String> missing() {
        return List.of(programs.split(" ", -1)).stream()
                .filter(program -> !program.isEmpty() && !isThere(program))
                .findFirst();
    }

    private static boolean isThere(String program) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }
}
