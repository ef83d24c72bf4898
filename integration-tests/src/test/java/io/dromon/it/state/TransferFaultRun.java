package io.dromon.it.state;

import static org.awaitility.Awaitility.await;

import io.dromon.config.ServerOptions;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.transport.testpeer.FaultyWire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** One transfer to a node that was away, one fault, and what is left of it. */
final class TransferFaultRun {
    private static final String JOINER = "n3";
    /** For a node that tries again, so that it comes to its second or third attempt. */
    private static final Duration PATIENCE = Duration.ofSeconds(9);

    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final long MOMENT_NS = 700_000_000;
    private static final long HOLD_NS = 200_000_000;
    /** What a transfer takes before the state itself: handshakes. */
    private static final int GREETING_BYTES = 5_000;

    private static final AtomicReference<@Nullable TransferFaultRun> CURRENT = new AtomicReference<>();

    /**
     * How it ended.
     *
     * @param way by which the state was to come
     * @param struck whether the fault came before the joiner had the whole order
     * @param whole whether the joiner had all of the order; else it is what it was
     * @param end in words
     */
    record Outcome(String way, boolean struck, boolean whole, String end) {}

    private final TransferFaults faults;
    private final StateCluster cluster;
    private final TransferFault fault;
    private final int number;
    private final Random random;
    private final boolean snapshot;
    private final AtomicBoolean struck = new AtomicBoolean();
    private final AtomicBoolean once = new AtomicBoolean();

    /** @param snapshot whether the state is to come by SST, else by IST */
    TransferFaultRun(TransferFaults faults, TransferFault fault, boolean snapshot, int number, Random random) {
        this.faults = faults;
        this.cluster = faults.cluster();
        this.fault = fault;
        this.number = number;
        this.random = random;
        this.snapshot = snapshot;
    }

    /** The run of now, for the application of a donor. */
    static TransferFaultRun current() {
        TransferFaultRun run = CURRENT.get();
        if (run == null) {
            throw new IllegalStateException("no transfer is expected");
        }
        return run;
    }

    Outcome run() throws IOException {
        CURRENT.set(this);
        prepare();
        int istPort = TransferFaults.port();
        int sstPort = TransferFaults.port();
        faults.nameLeadsTo("127.0.0.1");
        List<String> old = cluster.kept(JOINER).lines();
        boolean whole;
        String end;
        try (FaultyWire wire = wire(snapshot ? sstPort : istPort)) {
            aim(wire, old.size());
            Path data = fault == TransferFault.DISK_FULL
                    ? faults.smallDisk().resolve("run" + number)
                    : faults.directory().resolve("run" + number);
            Node node = join(data, istPort, sstPort);
            whole = awaitEnd(node, wire);
            boolean tries = node.isOpen();
            node.leave();
            end(node);
            end = whole ? "SYNCED" : tries ? "still trying" : ended();
            TransferFaults.empty(data);
        }
        faults.awaitDonorsFree();
        boolean has = judge(old, whole);
        again();
        return new Outcome(snapshot ? "SST" : "IST", struck.get(), has, end);
    }

    /** The joiner lacks something: the end of the order, or all of it. */
    private void prepare() throws IOException {
        if (snapshot) {
            cluster.keep(JOINER, TransferFaults.foreignState(random));
        } else if (cluster.kept(JOINER).lines().isEmpty()) {
            again();
        }
        cluster.write("n1", 100 + random.nextInt(1_500));
    }

    private static FaultyWire wire(int port) throws IOException {
        InetAddress own = InetAddress.getByAddress(new byte[] {127, 0, 0, 2}); // WIRE_HOST
        return new FaultyWire(
                new InetSocketAddress(own, port), new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    private Node join(Path data, int istPort, int sstPort) {
        String options = cluster.tls(JOINER) + ";" + TransferFaults.OPTIONS
                + ";ist.recv_bind=127.0.0.1:" + istPort + ";ist.recv_addr="
                + (snapshot ? "127.0.0.1" : TransferFaults.WIRE_HOST) + ":" + istPort;
        BefallenOrder order = new BefallenOrder(cluster.kept(JOINER), () -> {}, this::beforeRestore);
        return cluster.joinWith(
                JOINER,
                order,
                data,
                builder -> builder.options(options)
                        .option("sst.idle-timeout", "3")
                        .option("sst.zstd-level", "0")
                        .option(
                                ServerOptions.WSREP_SST_RECEIVE_ADDRESS,
                                (snapshot ? TransferFaults.JOINER_HOST : "127.0.0.1") + ":" + sstPort));
    }

    // ---- the fault

    /** Where it strikes: in the handshakes, or anywhere in what is sent. */
    private void aim(FaultyWire wire, int had) {
        int missing = snapshot
                ? cluster.state("n1").lines().size() * 12
                : (cluster.state("n1").lines().size() - had) * 60;
        long at = random.nextInt(4) == 0
                ? random.nextInt(GREETING_BYTES)
                : GREETING_BYTES + (long) (random.nextDouble() * missing);
        wire.holdAndStrikeAfter(at, () -> strike(wire));
    }

    private void strike(FaultyWire wire) {
        struck.set(cluster.state(JOINER).lines().size()
                < cluster.state("n1").lines().size());
        switch (fault) {
            case CUT_ALL -> wire.cutAll();
            case RESET_ALL -> wire.resetAll();
            case CUT_FOR_GOOD -> wire.cutForGood();
            case STALL_A_MOMENT -> {
                wire.stall(true);
                later(() -> wire.stall(false));
            }
            case STALL_FOR_GOOD -> wire.stall(true);
            case DRIP_A_MOMENT -> {
                wire.drip(1);
                later(wire::pour);
            }
            case FLIP_A_BIT -> wire.flipIn(0);
            case JOINER_LEAVES -> leave(JOINER);
            case DONOR_LEAVES -> {
                String donor = faults.donor();
                if (donor != null) {
                    leave(donor);
                }
            }
            case DONOR_GIVES_NO_SNAPSHOT, JOINER_TAKES_NO_SNAPSHOT, DISK_FULL -> {} // elsewhere
        }
    }

    private static void later(Runnable end) {
        Thread thread = new Thread(
                () -> {
                    LockSupport.parkNanos(MOMENT_NS);
                    end.run();
                },
                "moment");
        thread.setDaemon(true);
        thread.start();
    }

    /** The transfer stands still meanwhile: it is not over before the node has begun to end. */
    private void leave(String name) {
        Thread thread = new Thread(cluster.node(name)::leave, "leave");
        thread.setDaemon(true);
        thread.start();
        LockSupport.parkNanos(HOLD_NS);
    }

    /** The donor's application is asked: the joiner listens, and no donor has dialled yet. */
    void beforeSnapshot(TransferFaults hosts) throws IOException {
        if (fault == TransferFault.DONOR_GIVES_NO_SNAPSHOT && once.compareAndSet(false, true)) {
            struck.set(true);
            throw new IOException("this application gives nothing now");
        }
        if (snapshot) {
            hosts.nameLeadsTo(TransferFaults.WIRE_HOST);
        }
    }

    private void beforeRestore() throws IOException {
        if (fault == TransferFault.JOINER_TAKES_NO_SNAPSHOT && once.compareAndSet(false, true)) {
            struck.set(true);
            throw new IOException("this application takes nothing now");
        }
    }

    // ---- the end

    private boolean awaitEnd(Node node, FaultyWire wire) {
        try {
            await().atMost(PATIENCE).until(() -> {
                if (wire.accepted() > 0 && faults.donor() == null) {
                    faults.nameLeadsTo("127.0.0.1"); // before the joiner listens for its next attempt
                }
                return !node.isOpen() || node.status().state() == NodeState.SYNCED;
            });
        } catch (ConditionTimeoutException e) {
            return false;
        }
        return node.isOpen() && node.status().state() == NodeState.SYNCED;
    }

    private String ended() {
        NodeException failure = cluster.state(JOINER).failure();
        return failure == null ? "left" : "failed: " + failure.reason();
    }

    private static void end(Node node) {
        await("the joiner ends").atMost(LIMIT).until(() -> !node.isOpen());
    }

    /** Tells whether the joiner has the whole order; fails if it has neither that nor a state of before. */
    private boolean judge(List<String> old, boolean synced) {
        List<String> has = cluster.state(JOINER).lines();
        List<String> order = cluster.state("n1").lines();
        boolean prefix = has.size() <= order.size() && has.equals(order.subList(0, has.size()));
        if (synced && !has.equals(order)) {
            throw new AssertionError(
                    "the joiner was SYNCED with " + has.size() + " lines, the order has " + order.size());
        }
        boolean kept = has.equals(old) || (!snapshot && prefix && has.size() >= old.size());
        if (!kept && !prefix) {
            throw new AssertionError("the joiner has " + has.size() + " lines that are neither its old state of "
                    + old.size() + " nor a beginning of the order of " + order.size());
        }
        if (!has.equals(order) && !kept) {
            throw new AssertionError("the joiner has a part of a snapshot: " + has.size() + " of " + order.size());
        }
        if (cluster.state(JOINER).missed() > 0) {
            throw new AssertionError("the joiner was told of a gap");
        }
        return has.equals(order);
    }

    /** Without a fault it comes back whole. */
    private void again() throws IOException {
        faults.nameLeadsTo("127.0.0.1");
        Path data = faults.directory().resolve("again" + number);
        String options = cluster.tls(JOINER) + ";" + TransferFaults.OPTIONS;
        Node node = cluster.joinWith(JOINER, cluster.kept(JOINER), data, builder -> builder.options(options));
        cluster.awaitSynced(JOINER);
        cluster.assertEqual("n1", JOINER);
        node.leave();
        end(node);
        TransferFaults.empty(data);
    }
}
