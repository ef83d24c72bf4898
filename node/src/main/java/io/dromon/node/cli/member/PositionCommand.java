package io.dromon.node.cli.member;

import io.dromon.node.cli.member.lines.LineState;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.state.SavedState;
import io.dromon.node.state.SavedStateFile;
import io.dromon.node.store.ReplicatedStore;
import io.dromon.node.store.StoreException;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dromon position}. */
@Command(
        name = "position",
        mixinStandardHelpOptions = true,
        description = {
            "Prints where the state of a node ends, as UUID:SEQNO: what its start would tell the others. The node with the"
                    + " highest number is the one to bootstrap a cluster from.",
            "A second line tells what grastate.dat says, which is a copy for people and tools. Changes nothing."
        })
public final class PositionCommand implements Callable<Integer> {
    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "The data directory of the node, the current directory if not given.")
    private @Nullable Path directory;

    private static Position position(Path home) throws IOException {
        Optional<Position> store = ReplicatedStore.positionIn(home);
        return store.isPresent()
                ? store.get()
                : LineState.of(home, OutputStream.nullOutputStream()).position();
    }

    @Override
    public Integer call() {
        Path home = directory == null ? Path.of("") : directory;
        if (!Files.isDirectory(home)) {
            throw new CommandFailure(home + " is no directory; name the data directory of a node with --data-dir");
        }
        try {
            Position position = position(home);
            SavedState saved = SavedStateFile.open(home).state();
            System.out.println(position);
            System.out.println("grastate.dat: " + saved.history() + ":" + saved.seqno() + " safe_to_bootstrap "
                    + (saved.safeToBootstrap() ? 1 : 0));
            return 0;
        } catch (IOException | UncheckedIOException | StoreException e) {
            throw new CommandFailure("the state in " + home + " cannot be read: " + e.getMessage());
        }
    }
}
