package io.dromon.node.cli.bench.sst;

import java.io.IOException;
import java.nio.file.Path;

/** Method {@code stream} alone: {@code dromon sst} from one process to another. */
public final class StreamAlone {
    private StreamAlone() {}

    /**
     * Seconds of the transfer, without the start of the processes.
     *
     * @param directory for keys, logs and the copy
     * @param source what is transferred
     */
    public static double seconds(Path directory, Path source) throws IOException, InterruptedException {
        return new SstContenders(directory)
                .run(Way.STREAM, source, directory.resolve("copy"))
                .transferSeconds();
    }
}
