package io.dromon.sst.method;

import io.dromon.sst.method.TransferException.Reason;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A program that a method runs. The last lines of its standard error are kept, to say why it failed. Close it: nothing
 * of it runs on then, its own children included.
 */
final class ChildProgram implements AutoCloseable {
    private static final int LAST_LINES = 20;
    private static final int LONGEST_LINE = 300;

    private final String name;
    private final Process process;
    private final Deque<String> lastLines = new ArrayDeque<>();
    private final List<Thread> readers = new ArrayList<>();

    private ChildProgram(String name, Process process) {
        this.name = name;
        this.process = process;
    }

    /** The command with its program's path; fails if there is none. */
    static List<String> found(List<String> command) throws TransferException {
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
    static ChildProgram start(
            List<String> command, Path directory, Map<String, String> environment, Consumer<String> lines)
            throws TransferException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().remove(Token.VARIABLE); // it is nobody else's
        builder.environment().putAll(environment);
        String name = String.valueOf(Path.of(command.get(0)).getFileName());
        try {
            ChildProgram program = new ChildProgram(name, builder.start());
            program.follow(program.process.getErrorStream(), lines);
            return program;
        } catch (IOException e) {
            throw new TransferException(Reason.PROGRAM, name + " cannot be started: " + e.getMessage(), e);
        }
    }

    private void follow(InputStream stream, Consumer<String> lines) {
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader in =
                            new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                        for (String line = in.readLine(); line != null; line = in.readLine()) {
                            String text = printable(line);
                            synchronized (lastLines) {
                                lastLines.addLast(text);
                                if (lastLines.size() > LAST_LINES) {
                                    lastLines.removeFirst();
                                }
                            }
                            lines.accept(name + ": " + text);
                        }
                    } catch (IOException e) {
                        Thread.onSpinWait(); // it was ended
                    }
                },
                "sst-program-stderr");
        reader.setDaemon(true);
        reader.start();
        readers.add(reader);
    }

    /** The same for its standard output, where that is not state. */
    void followOutput(Consumer<String> lines) {
        follow(process.getInputStream(), lines);
    }

    private static String printable(String line) {
        StringBuilder text = new StringBuilder();
        line.chars()
                .limit(LONGEST_LINE)
                .forEach(c -> text.append(Character.isISOControl(c) && c != '\t' ? '?' : (char) c));
        return text.toString();
    }

    InputStream output() {
        return process.getInputStream();
    }

    OutputStream input() {
        return process.getOutputStream();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Whether it ended within the time. */
    boolean await(long limitMs) throws InterruptedException {
        if (!process.waitFor(limitMs, TimeUnit.MILLISECONDS)) {
            return false;
        }
        for (Thread reader : readers) {
            reader.join(500); // what it said last; a child of its own may hold the pipe for longer
        }
        return true;
    }

    /** Of a program that has ended. */
    int exitCode() {
        return process.exitValue();
    }

    /** How it ended, and what it said last. */
    String ending() {
        StringBuilder text = new StringBuilder(name);
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
    void requireSuccess() throws TransferException {
        if (process.isAlive() || process.exitValue() != 0) {
            throw new TransferException(Reason.PROGRAM, ending());
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.toHandle().destroyForcibly(); // the process' own method would wait for a thread that writes to it
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
