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

/**
 * Kills {@code dromon rebootstrap} (SIGKILL) in each of its phases, with three daemons under load, and lets another one go on,
 * and separately back; writes {@code target/rebootstrap-killed-processes.txt}. A row takes some seconds.
 */
public final class RebootstrapKills {
    private RebootstrapKills() {}

    public static void main(String[] args) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("killed in  change  then      outcome                      links  from kill to end");
        try (Scratch scratch = Scratch.create("rebootstrap-kills");
                Daemons daemons = new Daemons(scratch.directory())) {
            daemons.begin();
            daemons.awaitLinks("PLAIN");
            KilledCoordinator killed = new KilledCoordinator(daemons, scratch.directory());
            for (Phase phase : Phase.values()) {
                for (String then : List.of("--resume", "--undo")) {
                    String row = killed.run(phase, then).toString();
                    System.out.println(row);
                    lines.add(row);
                    Files.write(Path.of("target", "rebootstrap-killed-processes.txt"), lines);
                }
            }
        }
    }
}
