package io.dromon.it.programs;

import io.dromon.it.state.TransferFaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * State transfers of nodes that are cut, stalled and ended at random points, and the table of what became of them. Arguments: how
 * many faults, a seed. Needs a JVM of its own, see {@link TransferFaults}.
 */
public final class TransferFaultTable {
    private TransferFaultTable() {}

    /** Ends with an exception if a fault left something wrong. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200;
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.currentTimeMillis() / 1000;
        Path directory = Files.createTempDirectory("transfer-faults");
        try (TransferFaults faults = new TransferFaults(directory)) {
            faults.run(seed, count, System.out);
        }
        System.exit(0);
    }
}
