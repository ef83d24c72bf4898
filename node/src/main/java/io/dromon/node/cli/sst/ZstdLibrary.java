package io.dromon.node.cli.sst;

import io.dromon.node.cli.process.CommandFailure;
import io.dromon.sst.stream.StreamMethod;

/** The library of zstd, which a machine may be without. */
final class ZstdLibrary {
    private ZstdLibrary() {}

    /** Fails where it is needed and cannot be loaded. */
    static void check() {
        StreamMethod.libraryProblem().ifPresent(problem -> {
            throw new CommandFailure(problem);
        });
    }
}
