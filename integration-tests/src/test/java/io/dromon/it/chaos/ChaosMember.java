package io.dromon.it.chaos;

import io.dromon.it.peers.PeerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One member of the cluster and its host, through all its processes. */
public abstract class ChaosMember implements AutoCloseable {
    private static final Duration LEAVES = Duration.ofSeconds(40);
    /** What no log may hold: a trace, a bug, an end that nobody asked for. */
    private static final Pattern BUG = Pattern.compile(
            "^\\s+at [\\w.$]+\\(|Exception|^Caused by|\\bERROR\\b|\\bFATAL\\b|\\bbug\\b|Assertion|: stopped: |terminate called");

    private final int host;
    private final String name;
    private final Place place;

    private int lives;
    private volatile boolean up;
    private volatile @Nullable PeerProcess process;
    private volatile int members;
    private volatile String state = "";
    private long peakKib;

    /**
     * What the members of a run have in common.
     *
     * @param directory for logs and data
     */
    public record Place(Hosts hosts, Path directory, Violations violations) {}

    ChaosMember(int host, String name, Place place) {
        this.host = host;
        this.name = name;
        this.place = place;
    }

    /** The name of a node on that host. */
    static String nameOf(int host) {
        return String.valueOf((char) ('a' + host));
    }

    /**
     * Starts the program on its host.
     *
     * @param peers those to dial, as host:port; none makes a new group
     * @param reader is given its output
     */
    abstract PeerProcess launch(String[] peers, PeerProcess.Reader reader);

    /** A line of the log of the process of now. */
    abstract void read(String line);

    /** A line of its standard output. */
    void readOutput(String line) {
        // most print nothing that counts
    }

    /** Whether it may not stay alone with its kind: it keeps no data. */
    boolean isArbitrator() {
        return false;
    }

    /** Whether a line of its log is none that a log may hold. */
    boolean isFault(String line) {
        return BUG.matcher(line).find();
    }

    /** Whether an end that nobody asked for is started again, as a supervisor would. */
    boolean isStartedAgain() {
        return false;
    }

    /** Asks for its end in order. */
    void askToLeave() {
        process().terminate();
    }

    /** Its process has ended, and its output was read. */
    void hasEnded() {}

    public final int host() {
        return host;
    }

    public final String name() {
        return name;
    }

    /** The name of the process of now, which no other one had. */
    final String life() {
        return name + "." + lives;
    }

    final Place place() {
        return place;
    }

    final Violations violations() {
        return place.violations();
    }

    /** The process of now. */
    final PeerProcess process() {
        PeerProcess now = process;
        if (now == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return now;
    }

    final boolean isCurrent(PeerProcess other) {
        return other == process;
    }

    public final boolean isStarted() {
        return process != null;
    }

    /** Starts a process, on a host that has none. */
    public void start(boolean bootstrap) {
        lives++;
        inComponentOf(0);
        isNow("");
        Hosts hosts = place.hosts();
        String[] peers = IntStream.range(0, bootstrap ? 0 : hosts.count())
                .filter(other -> other != host)
                .mapToObj(other -> hosts.address(other) + ":" + hosts.port(other))
                .toArray(String[]::new);
        process = launch(peers, new Log(place.directory().resolve(life() + ".log")));
        up = true;
    }

    /** What an operator does who knows that the others do not come: so many that see each other go on. */
    void bootstrapWith(int count) {
        throw new IllegalStateException("no orders can be given to " + name);
    }

    public final void kill() {
        killAtOnce();
        awaitKilled();
    }

    /** The signal alone, so that several can die at once. */
    final void killAtOnce() {
        up = false;
        ProcessHandle.of(process().pid()).ifPresent(ProcessHandle::destroyForcibly);
    }

    final void awaitKilled() {
        process().kill();
        hasEnded();
    }

    /** Leaves in order. */
    public final void leave() {
        up = false;
        askToLeave();
        int code = process().awaitExit(LEAVES);
        hasEnded();
        if (code != 0 && !isArbitrator()) {
            violations().add(name + " left with exit code " + code);
        }
    }

    /** Forgets who it was, as after the loss of its disk. */
    void empty() {
        try (Stream<Path> all = Files.walk(data())) {
            for (Path file : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its data directory. */
    final Path data() {
        return place.directory().resolve(name);
    }

    /** It is in a primary component of so many, or in none. */
    final void inComponentOf(int count) {
        members = count;
    }

    final void isNow(String next) {
        state = next;
    }

    /** Whether it is a member of a primary component of so many. */
    public final boolean isIn(int size) {
        return members == size;
    }

    /** Whether it is a synced member of a primary component of so many members. */
    public final boolean isSyncedIn(int size) {
        return members == size && state.equals("SYNCED");
    }

    @Override
    public String toString() {
        return name + " " + state + " in "
                + (members == 0 ? "no primary component" : "a primary component of " + members);
    }

    /** What must hold at every moment; also reads how much memory the process has. */
    public final void look() {
        if (up && !process().isAlive()) {
            up = false;
            if (isStartedAgain()) {
                start(false);
            } else {
                violations().add(life() + " ended by itself");
            }
        }
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process().pid() + "/status"))) {
            lines.filter(line -> line.startsWith("VmHWM:"))
                    .forEach(line -> peakKib = Math.max(peakKib, Long.parseLong(line.replaceAll("\\D", ""))));
        } catch (IOException | UncheckedIOException e) {
            // it is gone
        }
    }

    /** The most memory that a process of this member had, in MiB. */
    public final long peakMib() {
        return peakKib >> 10;
    }

    @Override
    public void close() {
        up = false;
        PeerProcess now = process;
        if (now != null) {
            now.close();
        }
    }

    /** Reads both streams of one process. */
    private final class Log implements PeerProcess.Reader {
        private final Path file;

        Log(Path file) {
            this.file = file;
        }

        @Override
        public void output(String line) {
            readOutput(line);
        }

        @Override
        public void log(String line) {
            try {
                Files.writeString(
                        file,
                        LocalTime.now(ZoneId.systemDefault()) + " " + line + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            read(line);
            if (isFault(line)) {
                violations().add(file.getFileName() + " says " + line);
            }
        }
    }
}
