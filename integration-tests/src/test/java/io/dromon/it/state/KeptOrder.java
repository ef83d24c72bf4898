package io.dromon.it.state;

import io.dromon.node.ClusterView;
import io.dromon.node.Delivery;
import io.dromon.node.NodeException;
import io.dromon.node.StatefulApplication;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The state is the order itself: a line for each write-set. It outlives the node, as a disk would. */
final class KeptOrder implements StatefulApplication {
    /** A write-set that ends with it cannot be applied. */
    static final String POISON = "poison";

    private static final String FILE = "lines";

    private List<String> lines = new ArrayList<>();
    private UUID history = Uuids.NIL;
    private UUID historyOfLines = Uuids.NIL;
    private long last = -1;
    private int restored;
    private int missed;
    private int stops;
    private @Nullable NodeException failure;

    /** A state of another cluster. */
    static KeptOrder foreign(UUID history, int count) {
        KeptOrder order = new KeptOrder();
        for (int i = 1; i <= count; i++) {
            order.lines.add(i + " foreign " + i);
        }
        order.history = history;
        order.historyOfLines = history;
        order.last = count;
        return order;
    }

    @Override
    public synchronized Position position() {
        return last < 0 ? Position.NONE : new Position(historyOfLines, last);
    }

    @Override
    public synchronized void deliver(Delivery delivery) {
        if (StandardCharsets.UTF_8
                .decode(delivery.data().duplicate())
                .toString()
                .endsWith(POISON)) {
            throw new IllegalStateException("cannot be applied");
        }
        lines.add(delivery.seqno() + " " + delivery.originName() + " "
                + StandardCharsets.UTF_8.decode(delivery.data().duplicate()));
        last = delivery.seqno();
        historyOfLines = history;
    }

    @Override
    public synchronized void onView(ClusterView view) {
        if (view.primary()) {
            history = view.history();
        }
    }

    @Override
    public synchronized void onMissed(long from, long to) {
        missed++;
    }

    @Override
    public synchronized void onStopped(@Nullable NodeException why) {
        failure = why;
        stops++;
    }

    /** How many of its nodes have ended. */
    synchronized int stops() {
        return stops;
    }

    /** Why its last node ended, null if it was asked to. */
    synchronized @Nullable NodeException failure() {
        return failure;
    }

    @Override
    public synchronized void snapshot(Path directory) throws IOException {
        Files.createDirectory(directory);
        List<String> all = new ArrayList<>(List.of(position().toString()));
        all.addAll(lines);
        Files.write(directory.resolve(FILE), all);
    }

    @Override
    public synchronized void restore(Path directory) throws IOException {
        List<String> all = Files.readAllLines(directory.resolve(FILE));
        Position position = Position.parse(all.get(0));
        lines = new ArrayList<>(all.subList(1, all.size()));
        history = position.history();
        historyOfLines = history;
        last = position.seqno();
        restored++;
    }

    /** The order, as far as it was given to this node. */
    synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /** Snapshots of other nodes that it has taken. */
    synchronized int restored() {
        return restored;
    }

    /** Gaps that it was told of. */
    synchronized int missed() {
        return missed;
    }
}
