package io.dromon.it.tls;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.Garbd;
import io.dromon.it.peers.MariaDb;
import io.dromon.it.peers.MemberProcess;
import io.dromon.it.peers.OutputLog;
import io.dromon.it.peers.TlsFiles;
import io.dromon.transport.testpeer.FaultyWire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A dialler and an acceptor, real processes, each in TLS or in plain text, with a wire between them that notes each connection. */
public final class MixedMode {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    /** A Galera node may say nothing at all. */
    private static final Duration OTHERS_LIMIT = Duration.ofSeconds(15);

    private static final int CONNECTIONS = 3;
    private static final String DROMON_VERDICT = "(WARN|ERROR) .*socket\\.ssl";
    private static final String GALERA_VERDICT =
            "(?i)(failed to establish|handshake failed|unserialize|timed out|end of file)";
    private static final Pattern BEFORE_THE_TEXT =
            Pattern.compile("^(\\d\\d:\\d\\d:\\d\\d\\.\\d+ [A-Z]+ +|.*?\\b(INFO|WARN|ERROR|FATAL): |.*?WSREP: )");

    /** What can be at either end. */
    public enum Program {
        DROMON("Dromon"),
        GARBD("garbd"),
        MARIADBD("mariadbd");

        private final String title;

        Program(String title) {
            this.title = title;
        }
    }

    /** One end. */
    public record Side(Program program, boolean tls) {
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
    public record Said(String text, long afterMs) {
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
    public record Outcome(
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
    public MixedMode(Path directory, TlsFiles files, Supplier<MariaDb.Template> template) {
        this.directory = directory;
        this.files = files;
        this.template = template;
    }

    /** Starts both, waits for what they make of each other, and ends them. */
    public Outcome run(Side dialler, Side acceptor) throws IOException, InterruptedException {
        runs++;
        Path own = Files.createDirectories(directory.resolve("run" + runs));
        boolean database = dialler.program == Program.MARIADBD || acceptor.program == Program.MARIADBD;
        try (Running accepting = start(own, "acceptor", acceptor, database, null);
                FaultyWire wire = new FaultyWire(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), accepting.member.port()));
                Running dialling = start(own, "dialler", dialler, database, wire)) {
            long beginNs = wire.awaitBeginNs(LIMIT);
            boolean matching = dialler.tls == acceptor.tls;
            Optional<Said> byDialler = said(dialling, dialler, matching, beginNs);
            Optional<Said> byAcceptor = said(accepting, acceptor, matching, beginNs);
            String connections = matching ? "" : wire.awaitEnds(CONNECTIONS, OTHERS_LIMIT);
            return new Outcome(
                    dialler,
                    acceptor,
                    matching && byDialler.isPresent() && byAcceptor.isPresent(),
                    connections,
                    wire.shortestMs(),
                    byDialler,
                    byAcceptor);
        }
    }

    private Optional<Said> said(Running running, Side side, boolean matching, long beginNs)
            throws InterruptedException {
        boolean dromon = side.program == Program.DROMON;
        String wanted = matching ? running.member.primaryPattern(2) : dromon ? DROMON_VERDICT : GALERA_VERDICT;
        Optional<OutputLog.Timed> line =
                running.member.process().log().awaitFirst(wanted, running.mark, dromon ? LIMIT : OTHERS_LIMIT);
        if (line.isEmpty() && (dromon || matching)) {
            throw running.member.process().failure("wrote no line with /" + wanted + "/ within its limit");
        }
        return line.map(found -> new Said(
                BEFORE_THE_TEXT.matcher(found.line()).replaceFirst(""), (found.timeNs() - beginNs) / 1_000_000));
    }

    /** @param mark the lines of the log before the other end came */
    private record Running(MemberProcess member, int mark) implements AutoCloseable {
        @Override
        public void close() {
            member.close();
        }
    }

    /** @param wire where a dialler dials; null for an acceptor, which begins a cluster */
    private Running start(Path own, String name, Side side, boolean database, @Nullable FaultyWire wire)
            throws IOException {
        TlsFiles tls = side.tls ? files : null;
        List<String> peers = new ArrayList<>();
        if (wire != null) {
            peers.add(wire.hostPort());
        }
        String[] addresses = peers.toArray(new String[0]);
        MemberProcess member = switch (side.program) {
            case DROMON -> {
                DromonNode.Builder builder = DromonNode.in(own, name).tls(tls).peers(addresses);
                // A node refuses a group with a database in it: the arbitrator belongs there.
                yield database ? builder.startArbitrator() : builder.startPipe();
            }
            case GARBD ->
                Garbd.in(Files.createDirectory(own.resolve(name)))
                        .name(name)
                        .tls(tls)
                        .peers(addresses)
                        .start();
            case MARIADBD -> {
                MariaDb.Builder builder =
                        template.get().server(own, name).tls(tls).peers(addresses);
                yield wire == null ? builder.bootstrap().start() : builder.launch();
            }
        };
        if (wire != null) {
            return new Running(member, 0);
        }
        try {
            member.awaitPrimary(1, 0, LIMIT);
        } catch (RuntimeException | Error e) {
            member.close();
            throw e;
        }
        return new Running(member, member.process().log().size());
    }
}
