package io.dromon.sst.program;

import io.dromon.sst.Token;
import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.channel.TransferThreads;
import io.dromon.transport.wire.PeerText;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A program that a method runs, or several, each of which reads what the one before it writes. The last lines of its
 * standard error are kept, to say why it failed. Close it: nothing of it runs on then, its own children included.
 */
public final class ChildProgram implements AutoCloseable {
    private static final int LAST_LINES = 20;
    private static final int LONGEST_LINE = 300;
    /** Time for the last lines of a program, after its end. */
    private static final Duration LAST_LINES_TIME = Duration.ofMillis(500);

    private static final Pattern PLAIN_NAME = Pattern.compile("[\\w./+-]+");

    private static final int BROKEN_PIPE = 128 + 13;

    /** In the environment of each, and so of all that it starts, which is found by it when its parent has gone. */
    private static final String MARK = "DROMON_TRANSFER";

    private static final int MOST_ROUNDS = 5;

    private final List<String> names;
    private final List<Process> processes;
    private final String mark;
    private final Deque<String> lastLines = new ArrayDeque<>();
    private volatile long lastLineNs = System.nanoTime();
    private final TransferThreads threads = new TransferThreads();

    private ChildProgram(List<String> names, List<Process> processes, String mark) {
        this.names = names;
        this.processes = processes;
        this.mark = MARK + "=" + mark;
    }

    /** A command of the shell, whose program is there if it begins with a plain name. */
    public static List<String> shell(String command) throws TransferException {
        String first = command.strip().split("\\s+", 2)[0];
        if (PLAIN_NAME.matcher(first).matches()) {
            List<String> unused = found(List.of(first));
        }
        return found(List.of("sh", "-c", command));
    }

    /** The command with its program's path; fails if there is none. */
    public static List<String> found(List<String> command) throws TransferException {
        String program = command.isEmpty() ? "" : command.get(0);
        Stream<Path> places = program.indexOf('/') >= 0
                ? Stream.of(Path.of(program).toAbsolutePath())
                : Stream.of(System.getenv()
                                .getOrDefault("PATH", "/usr/bin:/bin")
                                .split(File.pathSeparator))
                        .filter(directory -> !directory.isEmpty())
                        .map(directory -> Path.of(directory, program));
        Path path = places.filter(place -> !program.isEmpty() && Files.isExecutable(place) && !Files.isDirectory(place))
                .findFirst()
                .orElseThrow(() -> new TransferException(
                        Reason.PROGRAM,
                        "the program '" + program + "' is not here: install it, or name its path; nothing was sent"));
        List<String> all = new ArrayList<>(command);
        all.set(0, path.toString());
        return List.copyOf(all);
    }

    /**
     * Starts it.
     *
     * @param directory where it runs
     * @param environment added to this process' own
     * @param lines told each line of its standard error
     */
    public static ChildProgram start(
            List<String> command, Path directory, Map<String, String> environment, Consumer<String> lines)
            throws TransferException {
        return pipeline(List.of(command), directory, environment, lines);
    }

    /** The same with several, first to last. */
    public static ChildProgram pipeline(
            List<List<String>> commands, Path directory, Map<String, String> environment, Consumer<String> lines)
            throws TransferException {
        String mark = UUID.randomUUID().toString();
        List<ProcessBuilder> builders = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (List<String> command : commands) {
            ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
            builder.environment().remove(Token.VARIABLE); // a program that runs here must not know it
            builder.environment().putAll(environment);
            builder.environment().put(MARK, mark);
            builders.add(builder);
            names.add(String.valueOf(Path.of(command.get(0)).getFileName()));
        }
        try {
            ChildProgram program = new ChildProgram(names, ProcessBuilder.startPipeline(builders), mark);
            for (int i = 0; i < names.size(); i++) {
                program.follow(program.processes.get(i).getErrorStream(), names.get(i), lines);
            }
            return program;
        } catch (IOException e) {
            throw new TransferException(
                    Reason.PROGRAM, String.join(" | ", names) + " cannot be started: " + e.getMessage(), e);
        }
    }

    private Process last() {
        return processes.get(processes.size() - 1);
    }

    private void follow(InputStream stream, String name, Consumer<String> lines) {
        threads.start("sst-program-output", () -> {
            try (BufferedReader in = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    String text = printable(line);
                    remember(text);
                    lines.accept(name + ": " + text);
                }
            } catch (IOException e) {
                remember("(its output cannot be read any more: " + e.getMessage() + ")");
            }
        });
    }

    private void remember(String line) {
        lastLineNs = System.nanoTime();
        synchronized (lastLines) {
            lastLines.addLast(line);
            if (lastLines.size() > LAST_LINES) {
                lastLines.removeFirst();
            }
        }
    }

    /** The same for its standard output, where that is not state. */
    public void followOutput(Consumer<String> lines) {
        follow(last().getInputStream(), names.get(names.size() - 1), lines);
    }

    private static String printable(String line) {
        String text = line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) : line;
        return PeerText.printable(text.replace('\t', ' '));
    }

    public InputStream output() {
        return last().getInputStream();
    }

    public OutputStream input() {
        return processes.get(0).getOutputStream();
    }

    public boolean isAlive() {
        return processes.stream().anyMatch(Process::isAlive);
    }

    /** Lets something happen when all of it has ended, at once if it has already. */
    public void onExit(Runnable action) {
        CompletableFuture<Void> unused = CompletableFuture.allOf(
                        processes.stream().map(Process::onExit).toArray(CompletableFuture<?>[]::new))
                .thenRun(action);
    }

    /** Whether it ended within the time. */
    public boolean await(long limitMs) throws InterruptedException {
        long until = System.nanoTime() + limitMs * 1_000_000;
        for (Process process : processes) {
            if (!process.waitFor(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                return false;
            }
        }
        threads.await(LAST_LINES_TIME); // a child of its own may hold the pipe for longer
        return true;
    }

    /** When it last said a line, or was started; by {@link System#nanoTime}. */
    public long lastLineNs() {
        return lastLineNs;
    }

    /** Of a program that has ended. */
    public int exitCode() {
        return processes.get(culprit()).exitValue();
    }

    /** The program that failed first: a broken pipe is the failure of the one that should have read. */
    private int culprit() {
        int found = -1;
        for (int i = 0; i < processes.size(); i++) {
            Process process = processes.get(i);
            if (process.isAlive()) {
                return i;
            }
            boolean only = found < 0 || processes.get(found).exitValue() == BROKEN_PIPE;
            if (process.exitValue() != 0 && only) {
                found = i;
            }
        }
        return found < 0 ? processes.size() - 1 : found;
    }

    /** How it ended, and what it said last. */
    public String ending() {
        Process process = processes.get(culprit());
        StringBuilder text = new StringBuilder(names.get(culprit()));
        if (process.isAlive()) {
            text.append(" still runs");
        } else {
            text.append(" ended with exit code ").append(process.exitValue());
        }
        synchronized (lastLines) {
            if (!lastLines.isEmpty()) {
                text.append("; it said: ").append(String.join(" | ", lastLines));
            }
        }
        return text.toString();
    }

    /** Fails unless it ended with 0. */
    public void requireSuccess() throws TransferException {
        if (isAlive() || exitCode() != 0) {
            throw new TransferException(Reason.PROGRAM, ending());
        }
    }

    /** Ends it with all that it has started, also what it has left running. */
    @Override
    public void close() {
        for (Process process : processes) {
            List<ProcessHandle> children = process.descendants().toList();
            process.toHandle().destroyForcibly(); // the process' own method would wait for a thread that writes to it
            children.forEach(ProcessHandle::destroyForcibly);
        }
        for (int i = 0; i < MOST_ROUNDS && endRest(); i++) {
            // one that was ended may have started another one
        }
    }

    /** Whether something was there; it may be on its way out. */
    private boolean endRest() {
        List<ProcessHandle> rest =
                ProcessHandle.allProcesses().filter(this::isMarked).toList();
        rest.forEach(ProcessHandle::destroyForcibly);
        return !rest.isEmpty();
    }

    private boolean isMarked(ProcessHandle process) {
        try {
            byte[] environment = Files.readAllBytes(Path.of("/proc", String.valueOf(process.pid()), "environ"));
            return new String(environment, StandardCharsets.ISO_8859_1).contains(mark);
        } catch (IOException e) {
            return false; // gone, or another user's, or a system without /proc
        }
    }
}
