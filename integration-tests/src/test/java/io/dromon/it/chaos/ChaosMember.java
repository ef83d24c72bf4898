package io.dromon.it.chaos;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.Garbd;
import io.dromon.it.peers.MariaDb;
import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One member of the cluster and its host, through all its processes: {@code dromon node --pipe}, or a garbd. */
final class ChaosMember implements AutoCloseable {
    /** What a member runs. */
    enum Program {
        DROMON,
        GARBD,
        MARIADBD
    }

    private static final int PORT = 4567;
    private static final Pattern VIEW = Pattern.compile(
            ".*: view (non-)?primary history=\\S+ configuration=(-?\\d+) seqno=(-?\\d+) members=(.*?)( missing=.*)?(; no primary .*)?$");
    private static final Pattern STATE = Pattern.compile(".*: state (\\w+)$");
    private static final Pattern COMPONENT = Pattern.compile("New COMPONENT: primary = (yes|no),.*memb_num = (\\d+)");
    private static final Pattern SHIFT = Pattern.compile("(?:Shifting|Restored state) \\w+ -> (\\w+)");
    /**
     * A garbd does not count what a returning node orders (chapter 04, pitfall 6), asks for a transfer of state at the
     * next view, and ends if one more view comes meanwhile: it is started again, as a supervisor would.
     */
    private static final Pattern GARBD_GIVES_UP = Pattern.compile("State transfer request failed");
    /** What no log may hold: a trace, a bug, an end that nobody asked for. */
    private static final Pattern BUG = Pattern.compile(
            "^\\s+at [\\w.$]+\\(|Exception|^Caused by|\\bERROR\\b|\\bFATAL\\b|\\bbug\\b|Assertion|: stopped: |terminate called");

    private static MariaDb.@Nullable Template database;

    private final int host;
    private final String name;
    private final Program program;
    private final Net net;
    private final Path directory;
    private final TlsFiles files;
    private final OrderCheck order;
    private final int linesPerSecond;

    private int lives;
    private volatile boolean up;
    private volatile @Nullable PeerProcess process;
    private volatile OrderCheck.@Nullable Life life;
    private volatile int members;
    private volatile String state = "";
    private volatile boolean gaveUp;
    private long peakKib;
    private volatile boolean writing;
    private volatile long written;

    ChaosMember(
            int host, Program program, Net net, Path directory, TlsFiles files, OrderCheck order, int linesPerSecond) {
        this.host = host;
        this.name = program == Program.GARBD ? "garb" : String.valueOf((char) ('a' + host));
        this.program = program;
        this.net = net;
        this.directory = directory;
        this.files = files;
        this.order = order;
        this.linesPerSecond = linesPerSecond;
    }

    int host() {
        return host;
    }

    String name() {
        return name;
    }

    boolean isGarbd() {
        return program == Program.GARBD;
    }

    /** The process of now. */
    PeerProcess process() {
        PeerProcess now = process;
        if (now == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return now;
    }

    boolean isStarted() {
        return process != null;
    }

    OrderCheck.@Nullable Life life() {
        return life;
    }

    /** Starts a process, on a host that has none; a node is written to from now on. */
    void start(boolean bootstrap) {
        lives++;
        members = 0;
        state = "";
        String[] peers = Stream.iterate(0, i -> i + 1)
                .limit(bootstrap ? 0 : net.hosts())
                .filter(other -> other != host)
                .map(other -> net.address(other) + ":" + PORT)
                .toArray(String[]::new);
        Listener listener = new Listener();
        List<String> command = net.command(host);
        process = switch (program) {
            case DROMON -> {
                OrderCheck.Life next = order.begin(name + "." + lives);
                life = next;
                listener.life = next;
                yield DromonNode.in(directory, name)
                        .at(net.address(host), command)
                        .port(PORT)
                        .tls(files)
                        .peers(peers)
                        .javaOptions("-Xmx96m")
                        .reader(listener)
                        .startPipe()
                        .process();
            }
            case GARBD ->
                Garbd.in(createdData())
                        .at(net.address(host), command)
                        .port(PORT)
                        .tls(files)
                        .peers(peers)
                        .reader(listener)
                        .start()
                        .process();
            case MARIADBD -> {
                MariaDb.Builder server = database(directory)
                        .server(directory, name)
                        .at(net.address(host), command)
                        .port(PORT)
                        .tls(files)
                        .peers(peers)
                        .reader(listener);
                yield (bootstrap ? server.bootstrap() : server).launch().process();
            }
        };
        up = true;
        if (program == Program.DROMON && linesPerSecond > 0) {
            keepWriting();
        }
    }

    /** The databases of a run are copies of one. */
    private static synchronized MariaDb.Template database(Path directory) {
        MariaDb.Template made = database;
        if (made == null) {
            made = MariaDb.Template.create(directory, "CREATE DATABASE d;");
            database = made;
        }
        return made;
    }

    private Path createdData() {
        try {
            return Files.createDirectories(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void kill() {
        up = false;
        process().kill();
    }

    /** SIGTERM: leaves in order. */
    void leave() {
        up = false;
        process().terminate();
        int code = process().awaitExit(Duration.ofSeconds(40));
        if (code != 0 && program == Program.DROMON) {
            order.violate(name + " left with exit code " + code);
        }
    }

    /** Forgets who it was, as after the loss of its disk. */
    void empty() {
        try (Stream<Path> all = Files.walk(directory.resolve(name))) {
            for (Path file : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it is a member of a primary component of so many. */
    boolean isIn(int size) {
        return members == size;
    }

    /** Whether it is a synced member of a primary component of so many members. */
    boolean isSyncedIn(int size) {
        return members == size && state.equals("SYNCED");
    }

    @Override
    public String toString() {
        return name + " " + state + " in "
                + (members == 0 ? "no primary component" : "a primary component of " + members);
    }

    /** What must hold at every moment; also reads how much memory the process has. */
    void look() {
        if (up && !process().isAlive()) {
            up = false;
            if (gaveUp) {
                gaveUp = false;
                start(false);
            } else {
                order.violate(name + "." + lives + " ended by itself");
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
    long peakMib() {
        return peakKib >> 10;
    }

    /** Writes lines to the process of now as long as it lives; they bear the name of its life, and numbers. */
    private void keepWriting() {
        PeerProcess reader = process();
        String who = name + "." + lives;
        written = 0;
        writing = true;
        Thread thread = new Thread(
                () -> {
                    for (long number = 1; writing && reader == process && reader.isAlive(); number++) {
                        reader.write(who + " " + number + " the oars rise and fall\n");
                        written = number;
                        LockSupport.parkNanos(1_000_000_000L / linesPerSecond);
                    }
                },
                who + " writer");
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((t, e) -> {}); // it was killed while a line was under way
        thread.start();
    }

    void stopWriting() {
        writing = false;
    }

    /** Whether each line that was written to the process of now was printed by it, or called not committed. */
    boolean hasPrintedItsLines() {
        OrderCheck.Life now = life;
        return now == null || now.ended() >= written;
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
    private final class Listener implements PeerProcess.Reader {
        private final Path log = directory.resolve(name + "." + lives + ".log");
        private OrderCheck.@Nullable Life life;

        @Override
        public void output(String line) {
            if (life != null) {
                life.output(line);
            }
        }

        @Override
        public void log(String line) {
            try {
                Files.writeString(
                        log,
                        LocalTime.now(ZoneId.systemDefault()) + " " + line + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (life != null) {
                ofDromon(line, life);
            } else {
                ofGalera(line);
            }
            if (program == Program.GARBD && GARBD_GIVES_UP.matcher(line).find()) {
                gaveUp = true;
            } else if (program != Program.MARIADBD && BUG.matcher(line).find()) {
                order.violate(name + "." + lives + " says " + line);
            }
        }

        private void ofGalera(String line) {
            // Two threads of it may write into one line.
            for (Matcher component = COMPONENT.matcher(line); component.find(); ) {
                members = component.group(1).equals("yes") ? Integer.parseInt(component.group(2)) : 0;
            }
            for (Matcher shift = SHIFT.matcher(line); shift.find(); ) {
                state = shift.group(1);
            }
        }

        private void ofDromon(String line, OrderCheck.Life life) {
            Matcher view = VIEW.matcher(line);
            Matcher shift = STATE.matcher(line);
            if (view.matches()) {
                boolean primary = view.group(1) == null;
                life.view(primary, Integer.parseInt(view.group(3)), "view " + view.group(2) + " of " + view.group(4));
                members = primary ? view.group(4).split(",").length : 0;
            } else if (shift.matches()) {
                state = shift.group(1);
            } else if (line.contains(": line not committed: ")) {
                life.lineFailed();
            }
        }
    }
}
