package io.dromon.it.peers;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One process of a test: started in a directory of its own, its output kept, ended through its handle. The test closes
 * it; what a dying test JVM leaves behind is ended by a shutdown hook.
 */
public final class PeerProcess implements AutoCloseable {
    private static final int STDOUT_LINES = 500_000;
    private static final int LOG_LINES = 50_000;
    private static final int LAST_LINES = 2_000;
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
    }

    private final String name;
    private final Process process;
    private final OutputLog output;
    private final OutputLog log;
    private final BufferedWriter input;
    private final List<Thread> readers;
    private boolean jvm;

    private PeerProcess(String name, Process process, Predicate<String> fatal, @Nullable Reader reader) {
        this.name = name;
        this.process = process;
        this.output =
                reader == null ? new OutputLog(STDOUT_LINES, line -> {}) : new OutputLog(LAST_LINES, reader::output);
        this.log = new OutputLog(reader == null ? LOG_LINES : LAST_LINES, line -> {
            if (reader != null) {
                reader.log(line);
            }
            if (fatal.test(line)) {
                process.toHandle().destroyForcibly();
            }
        });
        this.input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        this.readers = List.of(
                output.readFrom(process.getInputStream(), name + " stdout"),
                log.readFrom(process.getErrorStream(), name + " stderr"));
        RUNNING.add(process);
    }

    /** Who takes the lines as they come, each stream on a thread of its own. */
    public interface Reader {
        /** A line of standard output. */
        void output(String line);

        /** A line of standard error. */
        void log(String line);
    }

    /** Starts the command in {@code directory}. */
    public static PeerProcess start(String name, Path directory, List<String> command) {
        return start(name, directory, command, line -> false);
    }

    /** As above; a line of the log that {@code fatal} accepts ends the process at once, without its own clean-up. */
    public static PeerProcess start(String name, Path directory, List<String> command, Predicate<String> fatal) {
        return start(name, directory, command, fatal, null);
    }

    /** As above; {@code reader} is given every line. With one, little of the output is kept here. */
    static PeerProcess start(
            String name, Path directory, List<String> command, Predicate<String> fatal, @Nullable Reader reader) {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command)).directory(directory.toFile());
        builder.environment().put("LC_ALL", "C.UTF-8");
        try {
            return new PeerProcess(name, builder.start(), fatal, reader);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name + ": " + String.join(" ", command), e);
        }
    }

    /** Runs the command to its end and returns its standard output; fails unless its exit code is 0. */
    public static String run(String name, Path directory, List<String> command, Duration limit) {
        return run(name, directory, command, "", limit);
    }

    /** As above, with {@code stdin} as its input. */
    public static String run(String name, Path directory, List<String> command, String stdin, Duration limit) {
        try (PeerProcess process = start(name, directory, command)) {
            process.write(stdin);
            process.closeInput();
            int code = process.awaitExit(limit);
            if (code != 0) {
                throw new AssertionError(name + " ended with " + code + ": " + String.join(" ", command) + "\n"
                        + process.output.tail(40) + "\n" + process.log.tail(40));
            }
            return String.join("\n", process.output.lines());
        }
    }

    /** Says that this is a JVM: a failure then shows its threads. */
    PeerProcess isJvm() {
        jvm = true;
        return this;
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** What it wrote to standard output. */
    public OutputLog output() {
        return output;
    }

    /** What it wrote to standard error: the log. */
    public OutputLog log() {
        return log;
    }

    /** Waits for a line of the log that contains a match, from the log's beginning; returns that line. */
    public String awaitLog(String regex, Duration limit) {
        return awaitLog(regex, 0, limit);
    }

    /** As above, from the line with index {@code from} on. */
    public String awaitLog(String regex, int from, Duration limit) {
        return await(log, regex, from, limit);
    }

    /** Waits for a line of standard output that contains a match; returns that line. */
    public String awaitOutput(String regex, int from, Duration limit) {
        return await(output, regex, from, limit);
    }

    private String await(OutputLog where, String regex, int from, Duration limit) {
        Predicate<String> wanted = Pattern.compile(regex).asPredicate();
        String line;
        try {
            line = where.await(wanted, from, limit);
        } catch (InterruptedException e) {
            throw interrupted("waiting for /" + regex + "/", e);
        }
        if (line == null) {
            throw failure("wrote no line with /" + regex + "/ within " + limit);
        }
        return line;
    }

    /** Waits until standard output has so many lines. */
    public void awaitOutputLines(int count, Duration limit) {
        try {
            if (!output.awaitSize(count, limit)) {
                throw failure(
                        "wrote " + output.size() + " lines to standard output, not " + count + ", within " + limit);
            }
        } catch (InterruptedException e) {
            throw interrupted("waiting for " + count + " lines", e);
        }
    }

    /** Writes to its standard input and flushes. A process that is gone takes the text as /dev/null would. */
    public void write(String text) {
        try {
            input.write(text);
            input.flush();
        } catch (IOException e) {
            if (isAlive()) {
                throw new UncheckedIOException(
                        failure("does not read its standard input").getMessage(), e);
            }
        }
    }

    /** Ends its standard input. */
    public void closeInput() {
        try {
            input.close();
        } catch (IOException e) {
            if (isAlive()) {
                throw new UncheckedIOException(
                        failure("its standard input cannot be closed").getMessage(), e);
            }
        }
    }

    /** SIGTERM. By the handle: the process' own method would close the streams before the last lines are read. */
    public void terminate() {
        process.toHandle().destroy();
    }

    /** SIGKILL, and waits until it is gone. */
    public void kill() {
        process.toHandle().destroyForcibly();
        awaitExit(Duration.ofSeconds(10));
    }

    /** Sends a signal by its name without SIG, as STOP or CONT. */
    public void signal(String signal) {
        run("kill", Path.of("/"), List.of("kill", "-" + signal, Long.toString(pid())), Duration.ofSeconds(5));
    }

    /** Waits for its end and for the end of its output; returns the exit code (128 + signal after a signal). */
    public int awaitExit(Duration limit) {
        try {
            if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                throw failure("did not end within " + limit);
            }
            RUNNING.remove(process);
            for (Thread reader : readers) {
                reader.join(2000);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw interrupted("waiting for its end", e);
        }
    }

    /** The CPU time used so far, of the live process. */
    public Duration cpuTime() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            List<ProcessHandle> children = process.descendants().toList();
            kill();
            children.forEach(ProcessHandle::destroyForcibly); // a server's scripts would live on
        }
    }

    /** Asks a JVM for its threads, so that a failure shows where it hangs. */
    private void dumpThreads() {
        if (!jvm || !isAlive()) {
            return;
        }
        signal("QUIT");
        try {
            output.await(line -> line.contains("JNI global refs"), output.size(), Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** An error that shows the end of what this process said. */
    public AssertionError failure(String what) {
        dumpThreads();
        String state = isAlive() ? "running" : "ended with " + process.exitValue();
        return new AssertionError(name + " (pid " + pid() + ", " + state + ") " + what + "; end of its output:\n"
                + output.tail(jvm ? 300 : 10) + "\nend of its log:\n" + log.tail(60));
    }

    private AssertionError interrupted(String during, InterruptedException e) {
        AssertionError error = failure("interrupted while " + during);
        error.initCause(e);
        Thread.currentThread().interrupt();
        return error;
    }
}
