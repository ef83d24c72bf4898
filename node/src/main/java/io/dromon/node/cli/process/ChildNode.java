package io.dromon.node.cli.process;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process of this same program that is talked to by lines: commands on its standard input, answers on its standard
 * output, its log in a file. Ended with this object.
 */
public final class ChildNode implements AutoCloseable {
    /** What the jar of this program starts; this package stands below it. */
    private static final String MAIN_CLASS = "io.dromon.node.cli.Dromon";

    private final String name;
    private final Process process;
    private final Writer in;
    private final Path log;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final List<String> passed = new ArrayList<>();

    private ChildNode(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.in = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        Thread reader = new Thread(this::read, name + "-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** The command line of {@code dromon ARGUMENTS} on this JVM, with this JVM's flags. */
    public static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path", ""), MAIN_CLASS));
        command.addAll(List.of(arguments));
        return command;
    }

    /**
     * The command line of {@code dromon ARGUMENTS} as it is shipped: its launcher chooses the flags of the JVM. Where
     * this process is not the packaged executable, it is {@link #command}.
     */
    public static List<String> executable(String... arguments) {
        Path jar = Path.of(System.getProperty("java.class.path", ""));
        if (!Files.isRegularFile(jar) || !Files.isExecutable(jar)) {
            return command(arguments);
        }
        List<String> command = new ArrayList<>(List.of(jar.toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Starts {@code dromon ARGUMENTS}. */
    public static ChildNode start(String name, Path directory, String... arguments) throws IOException {
        Files.createDirectories(directory);
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder(command(arguments))
                .redirectError(log.toFile())
                .start();
        return new ChildNode(name, process, log);
    }

    private void read() {
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line;
            while ((line = out.readLine()) != null) {
                answers.add(line);
            }
        } catch (IOException e) {
            answers.add("unreadable: " + e.getMessage());
        }
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

    /** Writes one line to its standard input. */
    public void tell(String line) {
        try {
            in.write(line);
            in.write('\n');
            in.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(describe("cannot be told '" + line + "'"), e);
        }
    }

    /** The next line of its standard output, null if there is none within the time. */
    public @Nullable String answer(long timeoutMs) throws InterruptedException {
        return answers.poll(timeoutMs, TimeUnit.MILLISECONDS);
    }

    /** The rest of the first line that starts with {@code prefix}; lines before it are kept for later calls. */
    public String await(String prefix, int timeoutSeconds) throws InterruptedException {
        for (String line : passed) {
            if (line.startsWith(prefix)) {
                passed.remove(line);
                return line.substring(prefix.length()).strip();
            }
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
        while (System.nanoTime() < deadline) {
            String line = answer(100);
            if (line != null && line.startsWith(prefix)) {
                return line.substring(prefix.length()).strip();
            }
            if (line != null) {
                passed.add(line);
            } else if (!process.isAlive() && answers.isEmpty()) {
                throw new CommandFailure(describe("ended with code " + process.exitValue()));
            }
        }
        throw new CommandFailure(describe("did not say '" + prefix + "' within " + timeoutSeconds + " s"));
    }

    /**
     * The next line of its standard output.
     *
     * @throws CommandFailure if there is none within the time, or it ends before
     */
    public String next(int timeoutSeconds) throws InterruptedException {
        return await("", timeoutSeconds);
    }

    /** What has happened to it, and the end of its log. */
    public String describe(String what) {
        return name + " (pid " + process.pid() + ") " + what + "; the end of its log:\n" + tail();
    }

    private String tail() {
        try (Stream<String> lines = Files.lines(log, StandardCharsets.UTF_8)) {
            List<String> all = lines.toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - 8), all.size()));
        } catch (IOException | UncheckedIOException e) {
            return "(" + log + " cannot be read)";
        }
    }

    /** Ends it as a crash does: SIGKILL. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Asks it to end, by SIGTERM, and waits for that as {@link #close}. */
    public void terminate() {
        process.destroy();
        close();
    }

    /** Waits for its own end; ends it by force if that takes too long. */
    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            // It has ended already: nothing is left to tell it.
            process.destroyForcibly();
        }
        try {
            if (!process.waitFor(15, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
