package io.dromon.node.cli.bench.replication;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The coordinator: starts the processes of one run, gives them their commands and collects their results. */
public final class BenchCluster implements AutoCloseable {
    /** Exit code of a process whose port another program has taken in the meantime. */
    public static final int PORT_TAKEN = 98;

    private static final String END = "";
    private static final int LAST_WORDS = 5;

    private final List<Member> members = new ArrayList<>();
    private final Path logDirectory;

    /** A process could not listen where it was told to: another run, with other ports, may. */
    public static final class PortTakenException extends IOException {
        private static final long serialVersionUID = 1L;

        PortTakenException(String message) {
            super(message);
        }
    }

    /** What the processes write to standard error goes to {@code node-N.log} in that directory. */
    public BenchCluster(Path logDirectory) {
        this.logDirectory = logDirectory;
    }

    /** Starts one more process. */
    public void launch(List<String> command) throws IOException {
        members.add(new Member(members.size(), command, logDirectory));
    }

    /** Waits until the process that was started last is a member, where members must not all start at once. */
    public void awaitLastJoined(Duration limit) throws IOException, InterruptedException {
        Member last = members.get(members.size() - 1);
        if (!last.joined.await(limit.toNanos(), TimeUnit.NANOSECONDS) || !last.process.isAlive()) {
            throw last.failure("did not join within " + limit.toSeconds() + " s");
        }
    }

    /**
     * Runs the load on all processes at once.
     *
     * @param readyLimit how long the cluster may take to form
     * @param warmUp load before the measurement, for the compilers
     * @param duration the measurement
     * @return one result per process, in the order of their start
     * @throws IOException when a process fails or does not answer in time, with the place of its log
     */
    public List<BenchResult> run(Duration readyLimit, Duration warmUp, Duration duration)
            throws IOException, InterruptedException {
        for (Member member : members) {
            member.await("ready", readyLimit);
        }
        command("start");
        TimeUnit.NANOSECONDS.sleep(warmUp.toNanos());
        command("measure");
        TimeUnit.NANOSECONDS.sleep(duration.toNanos());
        command("stop");
        ObjectMapper json = new ObjectMapper();
        List<BenchResult> results = new ArrayList<>();
        for (Member member : members) {
            String line = member.await("result ", Duration.ofSeconds(30));
            results.add(json.readValue(line.substring("result ".length()), BenchResult.class));
        }
        return results;
    }

    private void command(String line) throws IOException, InterruptedException {
        for (Member member : members) {
            member.say(line);
        }
    }

    /** Lets all processes leave; ends those that do not within ten seconds. */
    @Override
    public void close() {
        for (Member member : members) {
            member.endInput();
        }
        long deadlineNs = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        for (Member member : members) {
            member.end(deadlineNs);
        }
    }

    private static final class Member {
        private final int number;
        private final Process process;
        private final Path log;
        private final BufferedWriter input;
        private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        private final CountDownLatch joined = new CountDownLatch(1);

        Member(int number, List<String> command, Path logDirectory) throws IOException {
            this.number = number;
            this.log = logDirectory.resolve("node-" + number + ".log");
            this.process =
                    new ProcessBuilder(command).redirectError(log.toFile()).start();
            this.input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
            Thread reader = new Thread(this::readAnswers, "bench node " + number);
            reader.setDaemon(true);
            reader.start();
        }

        private void readAnswers() {
            try (BufferedReader reader =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    if (line.equals("joined")) {
                        joined.countDown();
                    } else if (line.equals("ready") || line.startsWith("result ") || line.startsWith("failed ")) {
                        answers.add(line);
                    }
                }
            } catch (IOException e) {
                answers.add("failed " + e);
            }
            answers.add(END);
            joined.countDown();
        }

        String await(String start, Duration limit) throws IOException, InterruptedException {
            String line = answers.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
            if (line == null || !line.startsWith(start)) {
                throw failure(described(line, limit) + " instead of " + start.trim());
            }
            return line;
        }

        /** With how it ended, if it did, and the end of its log. */
        IOException failure(String what) throws InterruptedException {
            boolean ended = process.waitFor(1, TimeUnit.SECONDS);
            String text = "node " + (number + 1) + " " + what
                    + (ended ? "; it ended with code " + process.exitValue() : "; it is running") + "; its log is "
                    + log
                    + lastWords();
            return ended && process.exitValue() == PORT_TAKEN ? new PortTakenException(text) : new IOException(text);
        }

        private static String described(@Nullable String line, Duration limit) {
            if (line == null) {
                return "said nothing for " + limit.toSeconds() + " s";
            }
            return line.equals(END) ? "ended" : "said \"" + line + "\"";
        }

        private String lastWords() {
            try (Stream<String> lines = Files.lines(log, StandardCharsets.UTF_8)) {
                List<String> all = lines.toList();
                return all.isEmpty()
                        ? ""
                        : ", which ends with:\n"
                                + String.join("\n", all.subList(Math.max(0, all.size() - LAST_WORDS), all.size()));
            } catch (IOException | UncheckedIOException e) {
                return "";
            }
        }

        void say(String line) throws IOException, InterruptedException {
            try {
                input.write(line);
                input.newLine();
                input.flush();
            } catch (IOException e) {
                IOException failure = failure("cannot be told '" + line + "'");
                failure.initCause(e);
                throw failure;
            }
        }

        void endInput() {
            try {
                input.close();
            } catch (IOException e) {
                process.destroy(); // it does not read any more
            }
        }

        void end(long deadlineNs) {
            try {
                if (process.waitFor(Math.max(0, deadlineNs - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            process.destroyForcibly();
        }
    }
}
