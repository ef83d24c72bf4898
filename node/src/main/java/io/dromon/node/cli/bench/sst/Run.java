package io.dromon.node.cli.bench.sst;

import java.util.Comparator;
import java.util.List;

/**
 * The outcome of a run.
 *
 * @param seconds from the start of the first process to the end of the last
 * @param transferSeconds of the transfer alone, as the donor measured it; NaN if it does not say
 * @param cpuSeconds of all processes and their children
 * @param peakKib the most memory (VmHWM) of one process that was started directly; 0 if unknown
 */
record Run(double seconds, double transferSeconds, double cpuSeconds, long peakKib) {
    /** The fastest counts. */
    static Run best(List<Run> runs) {
        return runs.stream().min(Comparator.comparingDouble(Run::seconds)).orElseThrow();
    }
}
