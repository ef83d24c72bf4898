package io.dromon.node.cli.bench.state;

import java.io.PrintStream;
import java.util.Locale;

/** A run for people. */
final class StateReport {
    private StateReport() {}

    static void print(PrintStream out, StateResult result) {
        out.printf(
                Locale.ROOT,
                "state of %,d bytes, %s, two nodes in one process, TLS%n",
                result.stateBytes(),
                result.engine());
        rate(out, "live", result.live());
        StateResult.Join ist = result.ist();
        if (ist == null) {
            out.println("  IST: not measured, a store in memory begins with nothing and takes a snapshot");
        } else {
            rate(out, "IST", ist.transfer());
            out.printf(
                    Locale.ROOT,
                    "  IST to live: %.2f; joined and SYNCED in %.2f s%n",
                    result.istToLive(),
                    ist.secondsToSynced());
        }
        out.printf(
                Locale.ROOT,
                "  SST: joined and SYNCED in %.2f s, %.0f MB/s%n",
                result.sst().secondsToSynced(),
                result.stateBytes() / result.sst().secondsToSynced() / 1e6);
        if (result.streamSeconds() > 0) {
            out.printf(
                    Locale.ROOT,
                    "  stream alone, between processes: %.2f s; SST to stream: %.2f%n",
                    result.streamSeconds(),
                    result.sstToStream());
        }
        latency(out, "commits of the donor before", result.commitsBefore());
        latency(out, "commits of the donor while it gives the state", result.commitsMeanwhile());
        StateResult.Checkpoint checkpoint = result.checkpoint();
        if (checkpoint != null) {
            latency(out, "commits of the donor while its store makes the checkpoint", checkpoint.commits());
            out.printf(
                    Locale.ROOT,
                    "    of that commits were held for %.2f ms; the files took %.1f ms%n",
                    checkpoint.heldMs(),
                    checkpoint.writtenMs());
        }
        out.printf(
                Locale.ROOT,
                "  recovery of a write-set cache of %,d bytes: %.0f ms%n",
                result.recovery().bytes(),
                1000 * result.recovery().seconds());
    }

    private static void rate(PrintStream out, String what, StateResult.Rate rate) {
        out.printf(
                Locale.ROOT,
                "  %s: %,d events in %.2f s, %,.0f/s, %.0f MB/s%n",
                what,
                rate.events(),
                rate.seconds(),
                rate.eventsPerSecond(),
                rate.megabytesPerSecond());
    }

    private static void latency(PrintStream out, String what, StateResult.Latency latency) {
        out.printf(
                Locale.ROOT,
                "  %s: %,d, p50 %.2f ms, p99 %.2f ms, max %.1f ms%n",
                what,
                latency.count(),
                latency.p50(),
                latency.p99(),
                latency.max());
    }
}
