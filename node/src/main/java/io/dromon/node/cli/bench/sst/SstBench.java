package io.dromon.node.cli.bench.sst;

import io.dromon.node.cli.print.Json;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.node.cli.process.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dromon bench sst}. */
@Command(
        name = "sst",
        mixinStandardHelpOptions = true,
        description = {
            "Seconds and CPU seconds of a state transfer on this machine over loopback: method stream, rsync through"
                    + " this tunnel, rsync through the real stunnel, tar through socat, all in TLS 1.3 with both ends"
                    + " verified; and cp -r as the floor.",
            "A run begins with the start of the first process (the JVM's start counts) and ends when the last has ended;"
                    + " what arrived is compared by diff -r.",
            "Column 'transfer' is without the starts: from the donor's first look at the source until the joiner has it"
                    + " in place."
        })
public final class SstBench implements Callable<Integer> {
    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Source from;

    /** What is transferred. */
    static final class Source {
        @Option(names = "--source", paramLabel = "DIR", description = "A directory of yours.")
        private @Nullable Path directory;

        @Option(
                names = "--generate",
                paramLabel = "8x256MiB",
                description = "Files that are made for it, half random and half words.")
        private @Nullable String large;

        @Option(names = "--generate-files", paramLabel = "N", description = "N files of up to 8 KiB.")
        private int small;
    }

    @Option(
            names = "--work",
            paramLabel = "DIR",
            description = "Where targets and what is generated go, for example /dev/shm (the temporary directory).")
    private Path work = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));

    @Option(
            names = "--rounds",
            defaultValue = "2",
            description = "Runs of each, in turn; the fastest counts (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--methods",
            split = ",",
            paramLabel = "METHOD",
            description = "Some of cp, stream, stream-plain, stream-zstd1, stream-zstd3, rsync-dromon, rsync-stunnel,"
                    + " tar-socat (all).")
    private List<String> methods = List.of();

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (rounds < 1) {
            throw new CommandFailure("--rounds must be at least 1");
        }
        List<Way> ways = ways();
        Path directory = Files.createTempDirectory(work.toAbsolutePath(), "dromon-bench");
        Path source = source(directory);
        BenchSource.Size size = BenchSource.Size.of(source);
        Map<Way, String> failures = new EnumMap<>(Way.class);
        Map<Way, List<Run>> runs = measure(ways, directory, source, failures);
        SstResult result = SstResult.of(size, ways, runs, failures);
        if (json) {
            System.out.println(Json.pretty(result));
        } else {
            result.print(System.out);
        }
        System.out.flush();
        boolean failed = ways.stream()
                .anyMatch(way -> !runs.containsKey(way) && way.missing().isEmpty());
        if (failed) {
            System.err.println("dromon: a run failed; the logs are in " + directory);
            return ExitCode.FAILED;
        }
        Scratch.delete(directory);
        return 0;
    }

    private List<Way> ways() {
        if (methods.isEmpty()) {
            return List.of(Way.values());
        }
        return methods.stream()
                .map(text -> List.of(Way.values()).stream()
                        .filter(way -> way.text.equals(text))
                        .findFirst()
                        .orElseThrow(() -> new CommandFailure("--methods: there is no '" + text + "'")))
                .toList();
    }

    private Path source(Path directory) throws IOException {
        if (from.directory != null) {
            if (!Files.isDirectory(from.directory)) {
                throw new CommandFailure("--source: " + from.directory + " is no directory");
            }
            return from.directory.toRealPath();
        }
        Path source = Files.createDirectory(directory.resolve("source"));
        if (from.large != null) {
            BenchSource.large(source, from.large);
        } else {
            BenchSource.small(source, from.small);
        }
        return source;
    }

    private Map<Way, List<Run>> measure(List<Way> ways, Path directory, Path source, Map<Way, String> failures)
            throws IOException, InterruptedException {
        SstContenders contenders = new SstContenders(directory);
        Map<Way, List<Run>> runs = new EnumMap<>(Way.class);
        for (Way way : ways) {
            way.missing().ifPresent(program -> failures.put(way, program + " is not installed"));
        }
        for (int round = 0; round < rounds; round++) {
            for (Way way : ways) {
                if (failures.containsKey(way)) {
                    continue;
                }
                Path target = directory.resolve("target");
                try {
                    Run run = contenders.run(way, source, target);
                    if (round == 0) {
                        compare(source, target);
                    }
                    runs.computeIfAbsent(way, key -> new ArrayList<>()).add(run);
                } catch (IOException e) {
                    failures.put(way, String.valueOf(e.getMessage()));
                    runs.remove(way);
                }
                if (Files.exists(target)) {
                    Scratch.delete(target);
                }
            }
        }
        return runs;
    }

    private static void compare(Path source, Path target) throws IOException, InterruptedException {
        Process diff = new ProcessBuilder("diff", "-r", "-q", "--no-dereference", source.toString(), target.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (diff.waitFor() != 0) {
            throw new IOException("what arrived is not the source (diff -r)");
        }
    }
}
