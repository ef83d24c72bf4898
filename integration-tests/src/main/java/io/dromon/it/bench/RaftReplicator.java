package io.dromon.it.bench;

import io.dromon.node.cli.bench.replication.Replicator;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.jgroups.JChannel;
import org.jgroups.protocols.TCP;
import org.jgroups.raft.RaftHandle;
import org.jgroups.raft.StateMachine;
import org.jspecify.annotations.Nullable;

/**
 * A member of a jgroups-raft cluster: every member writes to the log, and those that do not lead it redirect to the one that
 * does. A call ends when a majority has the entry in memory; nothing is on a disk.
 */
final class RaftReplicator implements Replicator, StateMachine, AutoCloseable {
    private static final long ANSWER_SECONDS = 10;

    private final JChannel channel;
    private final RaftHandle raft;
    private final String transport;
    private volatile long delivered;

    RaftReplicator(int node, int nodes, int port, String hosts, @Nullable SSLContext tls) throws Exception {
        System.setProperty("bench.port", Integer.toString(port));
        System.setProperty("bench.hosts", hosts);
        System.setProperty("bench.join_timeout", node == 0 ? "1s" : "30s"); // the first one founds the cluster
        System.setProperty("bench.raft_id", "n" + node);
        System.setProperty(
                "bench.members",
                IntStream.range(0, nodes).mapToObj(number -> "n" + number).collect(Collectors.joining(",")));
        System.setProperty("bench.log_dir", System.getProperty("java.io.tmpdir"));
        try (InputStream stack = RaftReplicator.class.getResourceAsStream("raft.xml")) {
            channel = new JChannel(Objects.requireNonNull(stack, "raft.xml")).name("n" + node);
        }
        transport =
                JGroupsBench.encrypt((TCP) channel.getProtocolStack().getTransport(), tls, "TLS_AES_128_GCM_SHA256");
        raft = new RaftHandle(channel, this);
    }

    /** Joins and waits until the view has all members, and one of them leads. */
    void join(int nodes, Duration limit) throws Exception {
        channel.connect("bench");
        System.out.println("joined");
        long deadlineNs = System.nanoTime() + limit.toNanos();
        while (channel.getView().size() < nodes || raft.leader() == null) {
            if (System.nanoTime() > deadlineNs) {
                throw new IllegalStateException("no leader of " + nodes + " members, " + describe());
            }
            Thread.sleep(20);
        }
    }

    @Override
    public void replicate(int writer, byte[] payload) throws Exception {
        CompletableFuture<byte[]> committed = raft.setAsync(payload, 0, payload.length);
        committed.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread at a time applies
    public byte[] apply(byte[] data, int offset, int length, boolean serializeResponse) {
        delivered++;
        return new byte[0];
    }

    @Override
    public void readContentFrom(DataInput in) throws IOException {
        delivered = in.readLong();
    }

    @Override
    public void writeContentTo(DataOutput out) throws IOException {
        out.writeLong(delivered);
    }

    @Override
    public long delivered() {
        return delivered;
    }

    @Override
    public String transport() {
        return transport;
    }

    @Override
    public String describe() {
        return channel.getState() + " in view " + channel.getView() + ", led by " + raft.leader() + ", " + delivered
                + " delivered";
    }

    @Override
    public void close() {
        channel.close();
    }
}
