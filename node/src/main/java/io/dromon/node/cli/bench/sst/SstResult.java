package io.dromon.node.cli.bench.sst;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.dromon.node.cli.print.Table;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of the benchmark, as {@code --json} prints it.
 *
 * @param files of the source
 * @param bytes of the source
 * @param methods in the order of their runs
 */
record SstResult(long files, long bytes, List<Method> methods) {
    private static final long MEBIBYTE = 1 << 20;

    /**
     * The fastest run of a way, or why there is none; what is not known is left out.
     *
     * @param transferSeconds of the transfer alone
     * @param timesRsyncStunnel how many times as fast as that
     * @param timesTarSocat how many times as fast as that
     * @param rounds seconds of all runs
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Method(
            String method,
            @Nullable String failure,
            @Nullable Double transferSeconds,
            @Nullable Double seconds,
            @Nullable Double cpuSeconds,
            @Nullable Long peakKib,
            @Nullable Double timesRsyncStunnel,
            @Nullable Double timesTarSocat,
            @Nullable List<Double> rounds) {}

    static SstResult of(BenchSource.Size size, List<Way> ways, Map<Way, List<Run>> runs, Map<Way, String> failures) {
        return new SstResult(
                size.files(),
                size.bytes(),
                ways.stream().map(way -> method(way, runs, failures)).toList());
    }

    private static Method method(Way way, Map<Way, List<Run>> runs, Map<Way, String> failures) {
        List<Run> done = runs.get(way);
        if (done == null) {
            return new Method(way.text, failures.get(way), null, null, null, null, null, null, null);
        }
        Run run = Run.best(done);
        return new Method(
                way.text,
                null,
                Double.isNaN(run.transferSeconds()) ? null : run.transferSeconds(),
                run.seconds(),
                run.cpuSeconds(),
                run.peakKib(),
                timesAsFast(run, runs.get(Way.RSYNC_STUNNEL)),
                timesAsFast(run, runs.get(Way.TAR_SOCAT)),
                done.stream().map(Run::seconds).toList());
    }

    private static @Nullable Double timesAsFast(Run run, @Nullable List<Run> other) {
        return other == null ? null : Run.best(other).seconds() / run.seconds();
    }

    void print(PrintStream out) {
        out.printf(Locale.ROOT, "%,d files, %,d MiB%n", files, bytes / MEBIBYTE);
        Table table = Table.of("")
                .numbers("seconds", "transfer", "MiB/s", "CPU seconds", "peak MiB", "x rsync-stunnel", "x tar-socat");
        for (Method way : methods) {
            if (way.seconds == null) {
                table.row(way.method, String.valueOf(way.failure));
                continue;
            }
            table.row(
                    way.method,
                    number("%.2f", way.seconds),
                    number("%.2f", way.transferSeconds),
                    number("%.0f", bytes / (double) MEBIBYTE / way.seconds),
                    number("%.2f", way.cpuSeconds),
                    way.peakKib == null ? "-" : "" + way.peakKib / 1024,
                    number("%.2f", way.timesRsyncStunnel),
                    number("%.2f", way.timesTarSocat));
        }
        out.print(table);
    }

    private static String number(String format, @Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, format, value);
    }
}
