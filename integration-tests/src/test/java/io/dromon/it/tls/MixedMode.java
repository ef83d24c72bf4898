package io.dromon.it.tls;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.Garbd;
import io.dromon.it.peers.MariaDb;
import io.dromon.it.peers.OutputLog;
import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.RecordingProxy;
import io.dromon.it.peers.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A dialler and an acceptor, real processes, each in TLS or in plain text, with a recording proxy between them. */
final class MixedMode {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    /** A Galera node may say nothing at all. */
    private static final Duration OTHERS_LIMIT = Duration.ofSeconds(15);

    private static final int CONNECTIONS = 3;
    private static final String DROMON_VERDICT = "socket\\.ssl";
    private static final String GALERA_VERDICT =
            "(?i)(failed to establish|handshake failed|unserialize|timed out|end of file)";
    private static final Pattern BEFORE_THE_TEXT =
            Pattern.compile("^(\\d\\d:\\d\\d:\\d\\d\\.\\d+ [A-Z]+ +|.*?\\b(INFO|WARN|ERROR|FATAL): |.*?WSREP: )");

    /** What can be at either end. */
    enum Program {
        DROMON("Dromon"),
        GARBD("garbd"),
        MARIADBD("mariadbd");

        private final String title;

        Program(String title) {
            this.title = title;
        }
    }

    /** One end. */
    record Side(Program program, boolean tls) {
        @Override
        public String toString() {
            return program.title + (tls ? " TLS" : " plain");
        }
    }

    /**
     * A line of a log.
     *
     * @param afterMs since the first connection began
     */
    record Said(String text, long afterMs) {
        @Override
        public String toString() {
            return afterMs + " ms: " + text;
        }
    }

    /**
     * What happened.
     *
     * @param linked whether both ended in one primary component
     * @param connections how long each of the first lasted, and who closed it
     * @param shortestMs how long the shortest lasted
     * @param byDialler the verdict in the dialler's log; where both linked, the view
     * @param byAcceptor the same in the acceptor's
     */
    record Outcome(
            Side dialler,
            Side acceptor,
            boolean linked,
            String connections,
            long shortestMs,
            Optional<Said> byDialler,
            Optional<Said> byAcceptor) {}

    private final Path directory;
    private final TlsFiles files;
    private final Supplier<MariaDb.Template> template;
    private int runs;

    /**
     * @param files the pair of every end that speaks TLS
     * @param template asked for the first database
     */
    MixedMode(Path directory, TlsFiles files, Supplier<MariaDb.Template> template) {
        this.directory = directory;
        this.files = files;
        this.template = template;
    }

    /** Starts both, waits for what they make of each other, and ends them. */
    Outcome run(Side dialler, Side acceptor) throws IOException, InterruptedException {
        runs++;
        Path own = Files.createDirectories(directory.resolve("run" + runs));
        boolean database = dialler.program == Program.MARIADBD || acceptor.program == Program.MARIADBD;
        try (Running accepting = start(own, "acceptor", acceptor, database, null);
                RecordingProxy proxy = new RecordingProxy(accepting.port);
                Running dialling = start(own, "dialler", dialler, database, proxy)) {
            long beginNs = proxy.awaitBeginNs(LIMIT);
            boolean matching = dialler.tls == acceptor.tls;
            Optional<Said> byDialler = said(dialling, dialler, matching, beginNs);
            Optional<Said> byAcceptor = said(accepting, acceptor, matching, beginNs);
            String connections = matching ? "" : proxy.awaitEnds(CONNECTIONS, OTHERS_LIMIT);
            return new Outcome(
                    dialler,
                    acceptor,
                    matching && byDialler.isPresent() && byAcceptor.isPresent(),
                    connections,
                    proxy.shortestMs(),
                    byDialler,
                    byAcceptor);
        }
    }

    private Optional<Said> said(Running running, Side side, boolean matching, long beginNs)
            throws InterruptedException {
        boolean dromon = side.program == Program.DROMON;
        String wanted = dromon ? DROMON_VERDICT : GALERA_VERDICT;
        if (matching) {
            wanted = dromon ? ": view primary .*members=[^,]+,[^,]+$" : Garbd.primary(2);
        }
        Optional<OutputLog.Timed> line =
                running.process.log().awaitFirst(wanted, running.mark, dromon ? LIMIT : OTHERS_LIMIT);
        if (line.isEmpty() && (dromon || matching)) {
            throw running.process.failure("wrote no line with /" + wanted + "/ within its limit");
        }
        return line.map(found -> new Said(
                BEFORE_THE_TEXT.matcher(found.line()).replaceFirst(""), (found.timeNs() - beginNs) / 1_000_000));
    }

    /** @param mark the lines of the log before the other end came */
    private record Running(PeerProcess process, int port, int mark) implements AutoCloseable {
        @Override
        public void close() {
            process.close();
        }
    }

    /** @param proxy where a dialler dials; null for an acceptor, which begins a cluster */
    private Running start(Path own, String name, Side side, boolean database, @Nullable RecordingProxy proxy)
            throws IOException {
        TlsFiles tls = side.tls ? files : null;
        List<String> peers = new ArrayList<>();
        if (proxy != null) {
            peers.add(proxy.hostPort());
        }
        String[] addresses = peers.toArray(new String[0]);
        switch (side.program) {
            case DROMON -> {
                DromonNode.Builder builder = DromonNode.in(own, name).tls(tls).peers(addresses);
                // A node refuses a group with a database in it: the arbitrator belongs there.
                DromonNode node = database ? builder.startArbitrator() : builder.startPipe();
                return started(node.process(), node.port(), proxy, () -> node.awaitPrimary(1, 0, LIMIT));
            }
            case GARBD -> {
                Garbd garbd = Garbd.in(Files.createDirectory(own.resolve(name)))
                        .name(name)
                        .tls(tls)
                        .peers(addresses)
                        .start();
                return started(garbd.process(), garbd.port(), proxy, () -> garbd.awaitPrimary(1, 0, LIMIT));
            }
            default -> {
                MariaDb.Builder builder =
                        template.get().server(own, name).tls(tls).peers(addresses);
                MariaDb server = proxy == null ? builder.bootstrap().start() : builder.launch();
                return started(server.process(), server.port(), proxy, () -> {});
            }
        }
    }

    private static Running started(
            PeerProcess process, int port, @Nullable RecordingProxy proxy, Runnable awaitAcceptor) {
        if (proxy != null) {
            return new Running(process, port, 0);
        }
        try {
            awaitAcceptor.run();
        } catch (RuntimeException | Error e) {
            process.close();
            throw e;
        }
        return new Running(process, port, process.log().size());
    }
}
