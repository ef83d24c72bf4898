package io.dromon.it.rebootstrap;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dromon.it.peers.PeerProcess;
import io.dromon.node.rebootstrap.JournalFile;
import io.dromon.node.rebootstrap.core.JournalRecord;
import io.dromon.node.rebootstrap.core.Phase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A coordinator that is killed in a phase, and another one that goes on, or back. The daemons go from plain text to TLS and back,
 * under load, so that one cluster serves for many of them.
 */
public final class KilledCoordinator {
    private static final int ATTEMPTS = 10;
    private static final int RESUMES = 3;
    private static final Duration RUN = Duration.ofMinutes(4);
    private static final Duration STEP = Duration.ofSeconds(30);

    private final Daemons daemons;
    private final Path directory;
    private final Path files;
    private boolean inTls;
    private int runs;

    /** @param daemons in plain text */
    public KilledCoordinator(Daemons daemons, Path directory) {
        this.daemons = daemons;
        this.directory = directory;
        this.files = daemons.tls("tls");
    }

    /**
     * What came of one.
     *
     * @param towards the mode that the killed run led to
     * @param then {@code --resume} or {@code --undo}; the node that was killed, where it was not the coordinator
     * @param outcomes of the runs behind the kill, in their order
     * @param mode of all links at the end
     * @param seconds from the kill to the end, with the start of the program
     */
    public record Row(
            Phase phase, String towards, String then, List<String> outcomes, String mode, double seconds, int writes) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%-10s %-7s %-9s %-28s %-6s %5.1f s   %d writes acknowledged, none lost",
                    phase,
                    "-> " + towards,
                    then,
                    String.join(", then ", outcomes),
                    mode,
                    seconds,
                    writes);
        }
    }

    /** Kills a coordinator in that phase, and has another one take up its journal. */
    public Row run(Phase phase, String then) throws IOException {
        try (AcknowledgedWrites load = new AcknowledgedWrites(daemons)) {
            load.awaitMore(20);
            Path journal = killed(phase);
            String before = inTls ? "TLS" : "PLAIN";
            String towards = inTls ? "PLAIN" : "TLS";
            long beganNs = System.nanoTime();
            List<String> outcomes = new ArrayList<>();
            outcomes.add(outcome(then, journal));
            if (outcomes.get(0).equals("REFUSED")) {
                outcomes.add(outcome("--resume", journal));
            }
            double seconds = (System.nanoTime() - beganNs) / 1e9;
            String mode = outcomes.get(outcomes.size() - 1).equals("DONE") ? towards : before;
            daemons.awaitLinks(mode);
            inTls = mode.equals("TLS");
            load.awaitMore(20);
            load.assertNothingLost();
            return new Row(phase, towards, then, outcomes, mode, seconds, load.count());
        }
    }

    /** Kills a node in that phase, starts its daemon again, and resumes as long as a run fails. */
    public Row runAndKill(Phase phase, String node) throws IOException {
        String before = inTls ? "TLS" : "PLAIN";
        String towards = inTls ? "PLAIN" : "TLS";
        try (AcknowledgedWrites load = new AcknowledgedWrites(daemons)) {
            load.awaitMore(20);
            Path journal = directory.resolve("journal-" + ++runs);
            PeerProcess process = begun(journal);
            process.awaitOutput(begins(phase), 0, STEP);
            daemons.process(node).kill();
            long beganNs = System.nanoTime();
            daemons.launch(node);
            List<String> outcomes = new ArrayList<>();
            outcomes.add(ended(process));
            while (outcomes.get(outcomes.size() - 1).equals("FAILED") && outcomes.size() <= RESUMES) {
                outcomes.add(ended(
                        daemons.dromon("rebootstrap", "--resume", "--json", "--no-probe", "--journal=" + journal)));
            }
            double seconds = (System.nanoTime() - beganNs) / 1e9;
            String mode = outcomes.get(outcomes.size() - 1).equals("DONE") ? towards : before;
            daemons.awaitLinks(mode);
            inTls = mode.equals("TLS");
            load.awaitMore(20);
            load.assertNothingLost();
            return new Row(phase, towards, node, outcomes, mode, seconds, load.count());
        }
    }

    private static String begins(Phase phase) {
        return "\"event\":\"phase\".*\"phase\":\"" + phase + "\"";
    }

    private PeerProcess begun(Path journal) {
        List<String> command = new ArrayList<>(List.of(
                "rebootstrap",
                "--cluster=" + daemons.addresses(),
                "--run",
                "--json",
                "--no-probe",
                "--journal=" + journal));
        if (inTls) {
            command.addAll(List.of("--to", "plain"));
        } else {
            command.addAll(List.of("--options=" + Daemons.tlsOptions(), "--files=" + files));
        }
        return daemons.dromon(command.toArray(String[]::new));
    }

    /** A phase may be over before the kill arrives: then that run is undone or ended, and another one is killed. */
    private Path killed(Phase phase) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Path journal = directory.resolve("journal-" + ++runs);
            PeerProcess process = begun(journal);
            process.awaitOutput(begins(phase), 0, STEP);
            process.kill();
            if (last(journal) == phase) {
                return journal;
            }
            String outcome = outcome("--resume", journal);
            if (!outcome.equals("DONE")) {
                throw new AssertionError("a run that was not killed in time ended " + outcome);
            }
            inTls = !inTls;
            daemons.awaitLinks(inTls ? "TLS" : "PLAIN");
        }
        throw new AssertionError(phase + " was over before the kill, " + ATTEMPTS + " times");
    }

    private static Phase last(Path journal) throws IOException {
        Phase last = Phase.INSPECT;
        try (JournalFile file = JournalFile.open(journal)) {
            for (JournalRecord record : file.records()) {
                if (record instanceof JournalRecord.PhaseBegan began) {
                    last = began.phase();
                }
            }
        }
        return last;
    }

    private String outcome(String way, Path journal) throws IOException {
        PeerProcess process = daemons.dromon("rebootstrap", way, "--json", "--no-probe", "--journal=" + journal);
        String outcome = ended(process);
        if (outcome.equals("FAILED")) {
            throw process.failure("did not reach an end");
        }
        return outcome;
    }

    private static String ended(PeerProcess process) throws IOException {
        process.awaitExit(RUN);
        List<String> lines = process.output().lines();
        if (lines.isEmpty()) {
            throw process.failure("printed nothing");
        }
        String outcome = new ObjectMapper()
                .readTree(lines.get(lines.size() - 1))
                .path("outcome")
                .asText();
        if (outcome.isEmpty()) {
            throw process.failure("was cut off");
        }
        return outcome;
    }
}
