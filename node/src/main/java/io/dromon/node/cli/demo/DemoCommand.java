package io.dromon.node.cli.demo;

import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.node.cli.process.Scratch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dromon demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Forms a cluster over TLS on this machine, one process a node, replicates a text from all nodes, kills a"
                    + " node, restarts it, restarts another one with an emptied directory, tries a plain-text node, and"
                    + " says what happened. Then leads a second cluster from plain text to TLS while clients write.",
            "Exit code 0 only if every node has the same order, from the first line to the last, and no acknowledged write is"
                    + " lost."
        })
public final class DemoCommand implements Callable<Integer> {
    @Option(names = "--nodes", defaultValue = "3", description = "Nodes, one process each (${DEFAULT-VALUE}).")
    private int nodeCount;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "A text of at least one line; The Rime of the Ancient Mariner, part I, if not given.")
    private @Nullable Path input;

    @Option(
            names = "--seconds",
            defaultValue = "5",
            description = "How long all nodes write at full speed (${DEFAULT-VALUE}).")
    private int seconds;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (nodeCount < 3 || nodeCount > 16) {
            throw new CommandFailure("--nodes is from 3 to 16, not " + nodeCount
                    + "; with fewer than three a killed node takes the quorum with it");
        }
        if (seconds < 1) {
            throw new CommandFailure("--seconds is at least 1, not " + seconds);
        }
        try (Scratch scratch = Scratch.create("dromon-demo")) {
            Path text = DemoText.copy(input, scratch.directory());
            try (Demonstration demonstration = new Demonstration(scratch.directory(), text, nodeCount, seconds)) {
                return demonstration.run() ? 0 : ExitCode.FAILED;
            }
        }
    }
}
