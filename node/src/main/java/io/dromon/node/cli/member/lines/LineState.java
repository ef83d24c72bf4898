package io.dromon.node.cli.member.lines;

import io.dromon.node.ClusterView;
import io.dromon.node.Delivery;
import io.dromon.node.DurableApplication;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the lines of the cluster's order and prints each once, as {@code seqno TAB origin TAB line}: those that this node missed
 * before anything new, whether they come as events or in a snapshot. A write-set is a line with its line feed, so that an empty
 * line is one as well.
 *
 * <p>A batch of lines goes to the files first, then to standard output, whose end tells the next start what was printed.
 */
public final class LineState implements DurableApplication, Lines {
    /** Where the lines are, in the data directory of their node. */
    public static final String DIRECTORY = "lines";

    private static final Logger LOG = LoggerFactory.getLogger(LineState.class);
    private static final int MOST_WAITING = 1 << 16;
    /** A view with this number is the first event of its history. */
    private static final long FIRST = 1;

    private final Path directory;
    private final OutputStream out;
    private final Optional<PrintedLines> before;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private @Nullable LineStore store;
    private @Nullable LinePrinter printer;
    private volatile @Nullable NodeException failure;

    private LineState(Path directory, OutputStream out, Optional<PrintedLines> before) {
        this.directory = directory;
        this.out = out;
        this.before = before;
    }

    /**
     * With standard output.
     *
     * @param dataDirectory of the node, which makes it
     * @param out standard output
     */
    public static LineState of(Path dataDirectory, OutputStream out) {
        return of(dataDirectory, out, PrintedLines.ofStandardOutput());
    }

    /**
     * With a file of its own.
     *
     * @param dataDirectory of the node, which makes it
     * @param out appends to {@code file}
     * @throws IOException if the file cannot be read
     */
    public static LineState of(Path dataDirectory, OutputStream out, Path file) throws IOException {
        return of(dataDirectory, out, PrintedLines.of(file));
    }

    /** @param before what the end of the output tells, if it does */
    static LineState of(Path dataDirectory, OutputStream out, Optional<PrintedLines> before) {
        return new LineState(dataDirectory.resolve(DIRECTORY), out, before);
    }

    @Override
    public CountDownLatch stopped() {
        return stopped;
    }

    @Override
    public @Nullable NodeException failure() {
        return failure;
    }

    private LineStore store() {
        LineStore known = store;
        if (known == null) {
            try {
                known = LineStore.open(directory);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read the lines in " + directory + ": " + e.getMessage(), e);
            }
            store = known;
        }
        return known;
    }

    /** Prints what the files hold and the output does not, the first time. */
    private LinePrinter printer() {
        LinePrinter known = printer;
        if (known == null) {
            LineStore lines = store();
            long last = lines.position().seqno();
            boolean tells = before.isPresent() && before.get().seqno() != PrintedLines.UNKNOWN;
            known = new LinePrinter(
                    out,
                    tells ? before.get().seqno() : last,
                    before.map(PrintedLines::torn).orElse(new byte[0]));
            printer = known;
            if (before.isPresent() && !(tells && isBeginning())) {
                LOG.warn("the last line of standard output is none of {}; what is new is printed behind it", directory);
                known.skipTo(last);
            }
            printMissing(known);
        }
        return known;
    }

    /** Whether the last line of the output is the state's of the same number, as far as the state reaches. */
    private boolean isBeginning() {
        long seqno = before.map(PrintedLines::seqno).orElse(-1L);
        LineStore lines = store();
        if (seqno < 0 || seqno > lines.position().seqno()) {
            return true;
        }
        boolean[] same = new boolean[1];
        try {
            lines.forEachBehind(seqno - 1, record -> {
                if (record.seqno() == seqno) {
                    same[0] = Arrays.equals(record.text(), before.get().line());
                }
            });
        } catch (IOException e) {
            throw cannotWrite(e);
        }
        return same[0];
    }

    private void printMissing(LinePrinter to) {
        try {
            store().forEachBehind(to.printed(), record -> {
                to.print(record);
                if (to.waiting() > MOST_WAITING) {
                    flush(to);
                }
            });
        } catch (IOException e) {
            throw cannotWrite(e);
        }
        flush(to);
    }

    @Override
    public Position position() {
        return store().position();
    }

    @Override
    public void deliver(Delivery delivery) {
        LinePrinter to = printer();
        LineStore lines = store();
        LineRecord record = LineRecord.of(delivery.seqno(), delivery.originName(), delivery.data());
        try {
            if (lines.isEmpty()) {
                begin(delivery.history(), 0);
            } else if (!delivery.history().equals(lines.position().history())) {
                throw new IllegalStateException("the lines in " + directory + " are of history "
                        + lines.position().history() + ", and the cluster goes on with " + delivery.history()
                        + ": move them away, or start this node where it belongs");
            }
            lines.append(record);
        } catch (IOException e) {
            throw cannotWrite(e);
        }
        to.print(record);
        if (to.waiting() > MOST_WAITING) {
            onDrained();
        }
    }

    /** Begins a state: what an output before it ends with is of another one. */
    private void begin(UUID history, long base) throws IOException {
        store().begin(history, base);
        printer().printAll();
    }

    @Override
    public void onDrained() {
        LinePrinter to = printer();
        try {
            store().flush();
        } catch (IOException e) {
            throw cannotWrite(e);
        }
        flush(to);
    }

    private static void flush(LinePrinter printer) {
        try {
            printer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to standard output: " + e.getMessage(), e);
        }
    }

    private UncheckedIOException cannotWrite(IOException e) {
        return new UncheckedIOException("cannot keep lines in " + directory + ": " + e.getMessage(), e);
    }

    /** The state of a node that was there from the first event on begins with it, so that it can be given away without lines. */
    @Override
    public void onView(ClusterView view) {
        LinePrinter unused = printer();
        if (view.primary()) {
            boolean another = !view.history().equals(store().position().history());
            if (another && !store().hasLines() && view.seqno() == FIRST) {
                try {
                    begin(view.history(), FIRST);
                } catch (IOException e) {
                    throw cannotWrite(e);
                }
            }
        }
    }

    @Override
    public void onState(NodeState state) {
        LinePrinter unused = printer();
    }

    @Override
    public void persist() throws IOException {
        store().sync();
    }

    @Override
    public void snapshot(Path target) throws IOException {
        store().linkTo(target);
    }

    @Override
    public void restore(Path source) throws IOException {
        LinePrinter to = printer();
        LineStore lines = store();
        Position old = lines.position();
        lines.replaceBy(source);
        Position now = lines.position();
        boolean another = !old.history().equals(Uuids.NIL) && !old.history().equals(now.history());
        if (another || !isBeginning()) {
            to.printAll();
        }
        printMissing(to);
    }

    @Override
    public void onStopped(@Nullable NodeException why) {
        failure = why;
        try {
            if (printer != null) {
                onDrained(); // a batch that was cut off
            }
            if (store != null) {
                store.close();
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("the end of the lines in {}: {}", directory, String.valueOf(e.getMessage()));
        }
        stopped.countDown();
    }
}
