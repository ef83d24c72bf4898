package io.dromon.it.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The lines that a process wrote to one stream. Keeps at most {@code capacity} lines; what comes after is counted and
 * thrown away, so that a process that floods its log cannot fill the memory of the tests.
 */
public final class OutputLog {
    private final int capacity;
    private final Consumer<String> listener;
    private final List<String> lines = new ArrayList<>();
    private final List<Long> timesNs = new ArrayList<>();
    private long dropped;
    private boolean ended;

    OutputLog(int capacity, Consumer<String> listener) {
        this.capacity = capacity;
        this.listener = listener;
    }

    Thread readFrom(InputStream stream, String name) {
        Thread reader = new Thread(() -> read(stream), name);
        reader.setDaemon(true);
        reader.start();
        return reader;
    }

    private void read(InputStream stream) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                add(line);
                listener.accept(line);
            }
        } catch (IOException e) {
            // the same as its end: the process is gone
        }
        synchronized (this) {
            ended = true;
            notifyAll();
        }
    }

    private synchronized void add(String line) {
        if (lines.size() < capacity) {
            lines.add(line);
            timesNs.add(System.nanoTime());
            notifyAll();
        } else {
            dropped++;
        }
    }

    /** The number of lines so far: a place to search from. */
    public synchronized int size() {
        return lines.size();
    }

    /** A copy of the lines so far. */
    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /** The first line from index {@code from} on that contains a match, and when it came. */
    public synchronized Optional<Timed> find(String regex, int from) {
        Pattern wanted = Pattern.compile(regex);
        for (int i = from; i < lines.size(); i++) {
            if (wanted.matcher(lines.get(i)).find()) {
                return Optional.of(new Timed(lines.get(i), timesNs.get(i)));
            }
        }
        return Optional.empty();
    }

    /** Waits for the first line from index {@code from} on that contains a match; empty at the limit or the output's end. */
    public Optional<Timed> awaitFirst(String regex, int from, Duration limit) throws InterruptedException {
        await(Pattern.compile(regex).asPredicate(), from, limit);
        return find(regex, from);
    }

    /** A line and the value of {@link System#nanoTime} when it was read. */
    public record Timed(String line, long timeNs) {}

    /** The last lines, for a failure's message. */
    public synchronized String tail(int count) {
        List<String> last = lines.subList(Math.max(0, lines.size() - count), lines.size());
        return String.join("\n", last) + (dropped == 0 ? "" : "\n[" + dropped + " more lines thrown away]");
    }

    /** The first line at or after index {@code from} that matches; null when the limit or the output's end comes first. */
    @Nullable
    synchronized String await(Predicate<String> wanted, int from, Duration limit) throws InterruptedException {
        long deadlineNs = System.nanoTime() + limit.toNanos();
        int next = from;
        while (true) {
            for (; next < lines.size(); next++) {
                if (wanted.test(lines.get(next))) {
                    return lines.get(next);
                }
            }
            long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
            if (ended || leftMs <= 0) {
                return null;
            }
            wait(leftMs);
        }
    }

    /** Waits until there are so many lines; false when the limit or the output's end comes first. */
    synchronized boolean awaitSize(int count, Duration limit) throws InterruptedException {
        long deadlineNs = System.nanoTime() + limit.toNanos();
        while (lines.size() < count) {
            long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
            if (ended || leftMs <= 0) {
                return false;
            }
            wait(leftMs);
        }
        return true;
    }
}
