package io.dromon.node.rebootstrap.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What comes of the calls of {@link Coordinator}, in order. The driver must have a {@link Write} on the disk before it
 * does anything of what follows it; if it cannot, it ends.
 */
public sealed interface CoordinatorOutput {
    /** For the journal. */
    record Write(JournalRecord record) implements CoordinatorOutput {}

    /** For a node; it may be lost. */
    record Send(NodeRequest request) implements CoordinatorOutput {}

    /**
     * For the terminal.
     *
     * @param phase null while the coordinator looks where a run can go on
     * @param node null if it concerns all
     */
    record Progress(@Nullable Phase phase, @Nullable String node, String text) implements CoordinatorOutput {}

    /** The run is over. */
    record End(Outcome outcome, List<String> problems) implements CoordinatorOutput {}

    /** How a run ends. */
    enum Outcome {
        /** All nodes have the changed configuration. */
        DONE,
        /** All nodes have the original configuration. */
        UNDONE,
        /** {@link Choice.Kind#PLAN}: nothing stands against a run as far as can be seen without a change. */
        FEASIBLE,
        /** What was asked for is not possible at this point; nothing was done. */
        REFUSED,
        /** Something stands against it; {@code --resume} and {@code --undo} go on from here. */
        FAILED
    }
}
