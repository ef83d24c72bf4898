package io.dromon.it.programs;

import io.dromon.it.peers.MariaDb;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.Peers;
import io.dromon.it.tls.MixedMode;
import io.dromon.it.tls.MixedMode.Outcome;
import io.dromon.it.tls.MixedMode.Program;
import io.dromon.it.tls.MixedMode.Said;
import io.dromon.it.tls.MixedMode.Side;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Prints what every mixture of TLS and plain text ends in, Dromon against Dromon, garbd and mariadbd, as dialler and
 * as acceptor: {@code MixedModeTable [dromon] [garbd] [mariadbd]}, all of them without an argument.
 */
public final class MixedModeTable {
    private MixedModeTable() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Set<Program> programs = EnumSet.noneOf(Program.class);
        for (String arg : args) {
            programs.add(Program.valueOf(arg.toUpperCase(Locale.ROOT)));
        }
        if (programs.isEmpty()) {
            programs = EnumSet.allOf(Program.class);
        }
        for (Program program : Set.copyOf(programs)) {
            if (program != Program.DROMON
                    && Peers.find(program.name().toLowerCase(Locale.ROOT)).isEmpty()) {
                System.out.println(program.name().toLowerCase(Locale.ROOT) + " is not installed: not in the table");
                programs.remove(program);
            }
        }
        Path directory = Files.createTempDirectory("mixed-mode");
        Template template = new Template(directory);
        MixedMode mode = new MixedMode(directory, new OpenSsl(directory).sharedPair(), template::get);
        List<Outcome> outcomes = new ArrayList<>();
        for (boolean matching : new boolean[] {false, true}) {
            for (Program other : programs) {
                for (boolean tls : new boolean[] {false, true}) {
                    Side dromon = new Side(Program.DROMON, tls);
                    Side peer = new Side(other, matching == tls);
                    outcomes.add(tell(mode.run(dromon, peer)));
                    if (other != Program.DROMON) {
                        outcomes.add(tell(mode.run(peer, dromon)));
                    }
                }
            }
        }
        System.out.println();
        outcomes.forEach(MixedModeTable::print);
        delete(directory);
    }

    /** One database for all rows that have one. */
    private static final class Template {
        private final Path directory;
        private MariaDb.@Nullable Template made;

        Template(Path directory) {
            this.directory = directory;
        }

        MariaDb.Template get() {
            MariaDb.Template template = made;
            if (template == null) {
                template = MariaDb.Template.create(directory, "CREATE DATABASE d;");
                made = template;
            }
            return template;
        }
    }

    private static Outcome tell(Outcome outcome) {
        System.err.println(outcome.dialler() + " -> " + outcome.acceptor() + " done");
        return outcome;
    }

    private static void print(Outcome outcome) {
        System.out.printf(
                "%-14s -> %-14s  %s%n",
                outcome.dialler(),
                outcome.acceptor(),
                outcome.linked() ? "linked" : "refused; the connections lasted " + outcome.connections());
        print("dialler ", outcome.byDialler());
        print("acceptor", outcome.byAcceptor());
    }

    private static void print(String who, Optional<Said> said) {
        System.out.println("    " + who + "  " + said.map(Said::toString).orElse("says nothing"));
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
