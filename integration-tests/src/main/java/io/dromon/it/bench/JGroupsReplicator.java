package io.dromon.it.bench;

import io.dromon.node.cli.bench.replication.Replicator;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.protocols.TCP;
import org.jgroups.util.MessageBatch;
import org.jspecify.annotations.Nullable;

/**
 * A member of a JGroups cluster with total order: the stack that JGroups ships as tcp.xml, its values untouched, with
 * SEQUENCER where its own sequencer.xml puts it. Failure detectors and merging stay in, as in tcp.xml.
 */
final class JGroupsReplicator implements Replicator, Receiver, AutoCloseable {
    private final JChannel channel;
    private final Slot[] slots;
    private final AtomicLong delivered = new AtomicLong();
    private final String transport;

    /** One writer's wait for its own message. */
    private static final class Slot {
        volatile boolean waiting;

        @Nullable
        volatile Thread writer;
    }

    JGroupsReplicator(boolean first, int port, String hosts, int writers, @Nullable SSLContext tls) throws Exception {
        slots = new Slot[writers];
        for (int i = 0; i < writers; i++) {
            slots[i] = new Slot();
        }
        System.setProperty("bench.port", Integer.toString(port));
        System.setProperty("bench.hosts", hosts);
        System.setProperty("bench.join_timeout", first ? "1s" : "30s"); // the first one founds the cluster
        try (InputStream stack = JGroupsReplicator.class.getResourceAsStream("sequencer.xml")) {
            channel = new JChannel(Objects.requireNonNull(stack, "sequencer.xml"));
        }
        transport = JGroupsBench.encrypt((TCP) channel.getProtocolStack().getTransport(), tls);
        channel.setReceiver(this);
    }

    /** Joins and waits until the view has {@code nodes} members. */
    void join(int nodes, Duration limit) throws Exception {
        channel.connect("bench");
        System.out.println("joined");
        long deadlineNs = System.nanoTime() + limit.toNanos();
        while (channel.getView().size() < nodes) {
            if (System.nanoTime() > deadlineNs) {
                throw new IllegalStateException("no view of " + nodes + " members but " + channel.getView());
            }
            Thread.sleep(20);
        }
    }

    @Override
    public void replicate(int writer, byte[] payload) throws Exception {
        Slot slot = slots[writer];
        slot.writer = Thread.currentThread();
        slot.waiting = true;
        channel.send(new BytesMessage(null, payload));
        while (slot.waiting) {
            LockSupport.park(slot);
        }
    }

    @Override
    public void receive(Message message) {
        deliver(message, channel.getAddress());
        delivered.getAndIncrement();
    }

    @Override
    public void receive(MessageBatch batch) {
        Address self = channel.getAddress();
        for (Message message : batch) {
            deliver(message, self);
        }
        delivered.getAndAdd(batch.size());
    }

    private void deliver(Message message, Address self) {
        if (self.equals(message.getSrc())) {
            Slot slot = slots[ByteBuffer.wrap(message.getArray()).getInt(message.getOffset())];
            slot.waiting = false;
            LockSupport.unpark(slot.writer);
        }
    }

    @Override
    public long delivered() {
        return delivered.get();
    }

    @Override
    public String transport() {
        return transport;
    }

    @Override
    public String describe() {
        return channel.getState() + " in view " + channel.getView() + ", " + delivered + " delivered";
    }

    @Override
    public void close() {
        channel.close();
    }
}
