package io.dromon.it.programs;

import io.dromon.it.sim.SeedKind;
import io.dromon.transport.sim.Seeds;
import io.dromon.transport.sim.SimCluster;
import io.dromon.transport.sim.SimTrace;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Prints a line for each seed with the digest of its whole trace: {@code TraceDigests (stack|node|state) FROM COUNT}. A
 * change that only reshapes code leaves the output as it was.
 */
public final class TraceDigests {
    private TraceDigests() {}

    public static void main(String[] args) throws NoSuchAlgorithmException {
        if (args.length != 3) {
            System.err.println("usage: TraceDigests (stack|node|state) FROM COUNT");
            System.exit(2);
        }
        SeedKind kind = SeedKind.named(args[0]);
        long from = Long.parseLong(args[1]);
        long count = Long.parseLong(args[2]);
        for (long seed = from; seed < from + count; seed++) {
            SimTrace trace = new SimTrace(true);
            SimCluster<?> cluster = kind.maker().make(seed, Seeds.family(seed), trace, null);
            String result = "ok";
            try {
                cluster.run();
            } catch (AssertionError | RuntimeException failure) {
                result = failure.getClass().getSimpleName();
            }
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            trace.lines().forEach(line -> digest.update((line + "\n").getBytes(StandardCharsets.UTF_8)));
            System.out.printf(
                    "%s %d %s %d lines %s%n",
                    kind,
                    seed,
                    HexFormat.of().formatHex(digest.digest()),
                    trace.lines().size(),
                    result);
        }
    }
}
