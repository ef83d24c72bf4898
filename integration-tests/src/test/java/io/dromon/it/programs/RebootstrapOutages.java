package io.dromon.it.programs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dromon.it.rebootstrap.AcknowledgedWrites;
import io.dromon.it.rebootstrap.Daemons;
import io.dromon.node.cli.process.Scratch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Leads three daemons under load from plain text to TLS, so many times, and back in between: {@code RebootstrapOutages [TIMES]}.
 * Prints the outage that the probe of {@code dromon rebootstrap} has measured, and the best and the worst one.
 */
public final class RebootstrapOutages {
    private RebootstrapOutages() {}

    public static void main(String[] args) throws IOException {
        int times = args.length == 0 ? 10 : Integer.parseInt(args[0]);
        List<Double> outages = new ArrayList<>();
        try (Scratch scratch = Scratch.create("rebootstrap-outages");
                Daemons daemons = new Daemons(scratch.directory())) {
            daemons.begin();
            daemons.awaitLinks("PLAIN");
            Path files = daemons.tls("tls");
            try (AcknowledgedWrites load = new AcknowledgedWrites(daemons)) {
                load.awaitMore(500);
                for (int run = 1; run <= times; run++) {
                    Path journal = scratch.directory().resolve("journal-" + run);
                    JsonNode end = run(daemons, journal, "--options=" + Daemons.tlsOptions(), "--files=" + files);
                    outages.add(end.path("outageMs").asDouble());
                    System.out.printf(
                            Locale.ROOT,
                            "run %2d: outage %5.0f ms; of the nodes %s%n",
                            run,
                            end.path("outageMs").asDouble(),
                            nodes(end));
                    daemons.awaitLinks("TLS");
                    run(daemons, journal.resolveSibling("back-" + run), "--to=plain");
                    daemons.awaitLinks("PLAIN");
                }
                load.awaitMore(20);
                load.assertNothingLost();
                System.out.printf(
                        Locale.ROOT,
                        "best %.0f ms, worst %.0f ms; %d writes acknowledged, none lost, %d not acknowledged%n",
                        Collections.min(outages),
                        Collections.max(outages),
                        load.count(),
                        load.refused());
            }
        }
    }

    private static JsonNode run(Daemons daemons, Path journal, String... change) throws IOException {
        List<String> command = new ArrayList<>(
                List.of("rebootstrap", "--cluster=" + daemons.addresses(), "--run", "--json", "--journal=" + journal));
        command.addAll(List.of(change));
        List<String> lines =
                daemons.dromon(0, command.toArray(String[]::new)).lines().toList();
        return new ObjectMapper().readTree(lines.get(lines.size() - 1));
    }

    private static String nodes(JsonNode end) {
        List<String> nodes = new ArrayList<>();
        end.path("nodes")
                .properties()
                .forEach(node -> nodes.add(node.getKey()
                        + String.format(
                                Locale.ROOT,
                                " %.0f ms",
                                node.getValue().path("outageMs").asDouble())));
        return String.join(", ", nodes);
    }
}
