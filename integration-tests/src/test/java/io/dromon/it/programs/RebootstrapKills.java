package io.dromon.it.programs;

import io.dromon.it.rebootstrap.Daemons;
import io.dromon.it.rebootstrap.KilledCoordinator;
import io.dromon.node.cli.process.Scratch;
import io.dromon.node.rebootstrap.core.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Kills {@code dromon rebootstrap} (SIGKILL) in each of its phases, with three daemons under load, and lets another one go on,
 * and separately back: {@code rebootstrap-killed-processes.txt}. Then kills the node that makes the component anew, in each phase,
 * and starts it again: {@code rebootstrap-killed-nodes.txt}. Both in {@code target}; a row takes some seconds.
 */
public final class RebootstrapKills {
    private interface Rows {
        void write(KilledCoordinator killed, Consumer<Object> row) throws IOException;
    }

    private RebootstrapKills() {}

    /** @param args {@code coordinator} or {@code node}; both without one */
    public static void main(String[] args) throws IOException {
        if (args.length == 0 || args[0].equals("coordinator")) {
            table("rebootstrap-killed-processes.txt", RebootstrapKills::coordinators);
        }
        if (args.length == 0 || args[0].equals("node")) {
            table("rebootstrap-killed-nodes.txt", RebootstrapKills::nodes);
        }
    }

    private static void coordinators(KilledCoordinator killed, Consumer<Object> row) throws IOException {
        row.accept("killed in  change  then      outcome                      links  from kill to end");
        for (Phase phase : Phase.values()) {
            for (String then : List.of("--resume", "--undo")) {
                row.accept(killed.run(phase, then));
            }
        }
    }

    private static void nodes(KilledCoordinator killed, Consumer<Object> row) throws IOException {
        row.accept("killed in  change  node      outcome                      links  from kill to end");
        for (Phase phase : Phase.values()) {
            row.accept(killed.runAndKill(phase, "n1"));
        }
    }

    private static void table(String name, Rows rows) throws IOException {
        Path file = Path.of(System.getProperty("basedir", "."), "target", name);
        List<String> lines = new ArrayList<>();
        try (Scratch scratch = Scratch.create("rebootstrap-kills");
                Daemons daemons = new Daemons(scratch.directory())) {
            daemons.begin();
            daemons.awaitLinks("PLAIN");
            rows.write(new KilledCoordinator(daemons, scratch.directory()), row -> {
                System.out.println(row);
                lines.add(row.toString());
            });
        } finally {
            Files.write(file, lines);
        }
    }
}
