package io.dromon.node.cli.bench.sst;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The processes of one run: their ends, the CPU time and the most memory that they took. */
final class MeasuredProcesses {
    static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final int LIMIT_MINUTES = 60;

    private final Path directory;
    private final List<Process> processes = new ArrayList<>();
    private long peakKib;

    /** @param directory for logs */
    MeasuredProcesses(Path directory) {
        this.directory = directory;
    }

    /** The most memory (VmHWM) of one of them; 0 if unknown. */
    long peakKib() {
        return peakKib;
    }

    /** Starts a process whose output goes to a log of this name. */
    Process start(String name, Map<String, String> environment, List<String> command) throws IOException {
        return started(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve(name + ".log").toFile()),
                environment);
    }

    /** Starts a process. */
    Process started(ProcessBuilder builder, Map<String, String> environment) throws IOException {
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    /** Waits for the end of a process, which has to be one without failure. */
    void finish(Process process) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(LIMIT_MINUTES);
        while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
            processes.forEach(this::look);
            if (System.nanoTime() > deadline) {
                throw new IOException("it did not end within " + LIMIT_MINUTES + " minutes");
            }
        }
        if (process.exitValue() != 0) {
            throw new IOException("a process ended with code " + process.exitValue());
        }
    }

    private void look(Process process) {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        try (BufferedReader lines = Files.newBufferedReader(status, StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("VmHWM:")) {
                    peakKib = Math.max(peakKib, Long.parseLong(line.replaceAll("\\D", "")));
                }
            }
        } catch (IOException e) {
            return; // it has ended, or there is no /proc
        }
    }

    /** Ends those that still run. */
    void end(boolean byForce) throws InterruptedException {
        for (Process process : processes) {
            look(process);
            if (byForce) {
                process.destroyForcibly();
            } else {
                process.destroy();
            }
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
        processes.clear();
    }

    /** Waits until a process takes connections. */
    static void awaitListener(Process process, int port) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException e) {
                if (System.nanoTime() > deadline || !process.isAlive()) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(5);
            }
        }
    }

    /** What ended children of this process, and their ended children, have used; NaN where there is no {@code /proc}. */
    static double childrenCpuSeconds() {
        @Nullable String stat;
        try {
            stat = Files.readString(Path.of("/proc/self/stat"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return Double.NaN;
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1); // from the third field on
        return (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) / 100.0; // cutime and cstime, USER_HZ
    }
}
