package io.dromon.it.chaos;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A {@code dromon node --pipe} that appends to a file, and is written to while it runs. */
public final class LineMember extends DromonMember {
    private final TlsFiles files;
    private final OrderCheck order;
    private final int linesPerSecond;
    /** What was printed in each directory that it had, the last one for now. */
    private final List<PrintedOutput> outputs = new CopyOnWriteArrayList<>();

    private boolean emptied = true;
    private volatile OrderCheck.@Nullable Life judged;
    private volatile boolean writing;
    private volatile long written;

    /** @param linesPerSecond that are written to it */
    public LineMember(int host, Place place, TlsFiles files, OrderCheck order, int linesPerSecond) {
        super(host, place);
        this.files = files;
        this.order = order;
        this.linesPerSecond = linesPerSecond;
    }

    /** A file, and the judge of its lines. */
    public record PrintedOutput(OutputFile file, OrderCheck.Output order) {
        /** Whether all of it stands at the beginning of another one. */
        public boolean isBeginningOf(PrintedOutput whole) throws IOException {
            long differs = Files.mismatch(file.file(), whole.file.file());
            return differs < 0 || differs == Files.size(file.file());
        }
    }

    /** What was printed in each directory that it had; the last one is that of now. */
    public List<PrintedOutput> outputs() {
        return List.copyOf(outputs);
    }

    public PrintedOutput lastOutput() {
        return outputs.get(outputs.size() - 1);
    }

    @Override
    public void start(boolean bootstrap) {
        super.start(bootstrap);
        if (linesPerSecond > 0) {
            keepWriting();
        }
    }

    @Override
    PeerProcess launch(String[] peers, PeerProcess.Reader reader) {
        PrintedOutput output = output();
        judged = order.begin(life(), output.order());
        Hosts hosts = place().hosts();
        return DromonNode.in(place().directory(), name())
                .at(
                        hosts.address(host()),
                        Stream.of(hosts.command(host()), output.file().command())
                                .flatMap(List::stream)
                                .toList())
                .port(hosts.port(host()))
                .tls(files)
                .peers(peers)
                .javaOptions("-Xmx96m")
                .reader(reader)
                .startPipe()
                .process();
    }

    /** A new one for a directory that has nothing. */
    private PrintedOutput output() {
        if (emptied) {
            emptied = false;
            OrderCheck.Output next = order.output(life());
            outputs.add(
                    new PrintedOutput(new OutputFile(place().directory().resolve(life() + ".out"), next::line), next));
        }
        return lastOutput();
    }

    @Override
    void empty() {
        super.empty();
        emptied = true;
    }

    @Override
    void hasEnded() {
        lastOutput().file().readOn();
    }

    @Override
    void inPrimary(int seqno, String what) {
        OrderCheck.Life now = judged;
        if (now != null) {
            now.view(seqno, what);
        }
    }

    @Override
    void read(String line) {
        super.read(line);
        OrderCheck.Life now = judged;
        if (now != null && line.contains(": line not committed: ")) {
            now.lineFailed();
        }
    }

    /** Writes lines to the process of now as long as it lives; they bear the name of its life, and numbers. */
    private void keepWriting() {
        PeerProcess reader = process();
        String who = life();
        written = 0;
        writing = true;
        Thread thread = new Thread(
                () -> {
                    for (long number = 1; writing && isCurrent(reader) && reader.isAlive(); number++) {
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

    public void stopWriting() {
        writing = false;
    }

    /** Whether each line that was written to the process of now was printed by it, or called not committed. */
    public boolean hasPrintedItsLines() {
        OrderCheck.Life now = judged;
        return now == null || now.ended() >= written;
    }

    @Override
    public void close() {
        super.close();
        outputs.forEach(output -> output.file().close());
    }
}
