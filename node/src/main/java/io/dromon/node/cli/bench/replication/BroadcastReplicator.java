package io.dromon.node.cli.bench.replication;

import io.dromon.transport.link.LinkEvents;
import io.dromon.transport.link.LinkSettings;
import io.dromon.transport.link.LinkStatus;
import io.dromon.transport.link.NettyLinks;
import io.dromon.transport.link.ProtocolThread;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.LinkFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The limit of what a total order over these links can reach: each payload goes to all peers over the links that a node has,
 * and is done when each has answered that it is there. No order, no membership, no application thread.
 *
 * <p>What one turn has to send is packed into frames as large as a node's; what one turn has received is answered with one
 * frame to each peer:
 *
 * <pre>
 * 'd' (length:4 payload)*    payloads, in the order of their numbers
 * 'a' count:8                so many payloads of the receiver of this frame have arrived
 * 'h'                        a greeting: who accepts a link speaks first
 * </pre>
 */
final class BroadcastReplicator implements Replicator, LinkEvents, AutoCloseable {
    /** Largest payload: what fits into a frame of the group's protocol. */
    static final int MOST_BYTES = 32_000;

    /** Largest message of a node's EVS. */
    private static final int FRAME_BYTES = 32_644;

    private static final long REDIAL_NS = 100_000_000L;
    private static final byte DATA = 'd';
    private static final byte ANSWER = 'a';
    private static final byte GREETING = 'h';

    private final ProtocolThread thread;
    private final NettyLinks links;
    private final String listenAddress;
    private final int peerCount;
    private final CountDownLatch complete;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean turnRequested = new AtomicBoolean();

    // The protocol thread's.
    private final Map<Long, String> dialled = new HashMap<>();
    private final Map<Long, Peer> peers = new HashMap<>();
    private final ArrayDeque<Call> sent = new ArrayDeque<>();
    private long done;
    private volatile long delivered;

    /** A writer that waits. */
    private static final class Call {
        final byte[] payload;
        final Thread writer = Thread.currentThread();
        volatile boolean waiting = true;

        Call(byte[] payload) {
            this.payload = payload;
        }
    }

    /** What is known of one peer. */
    private static final class Peer {
        long received;
        long answered;
        /** Own payloads that it has. */
        long confirmed;
    }

    /**
     * Listens.
     *
     * @param nodes members of the cluster, this one included
     */
    BroadcastReplicator(LinkSettings settings, Optional<TlsContexts> tls, int nodes) throws IOException {
        this.peerCount = nodes - 1;
        this.complete = new CountDownLatch(peerCount);
        this.thread = ProtocolThread.start("dromon-broadcast");
        try {
            this.links = thread.links(settings, tls, this::endTurn, this::fail);
            this.listenAddress = links.listen();
        } catch (IOException | RuntimeException e) {
            thread.end();
            throw e;
        }
    }

    String listenAddress() {
        return listenAddress;
    }

    /**
     * Dials, and waits until all members are linked.
     *
     * @param addresses of the members that were started before this one
     */
    void join(List<String> addresses, Duration limit) throws IOException, InterruptedException {
        links.start(this);
        thread.execute(() -> addresses.forEach(this::dial));
        if (!complete.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new IOException("no links to all of " + peerCount + " peers within " + limit.toSeconds() + " s");
        }
    }

    private void dial(String address) {
        dialled.put(links.dial(address), address);
    }

    @Override
    public void replicate(int writer, byte[] payload) {
        Call call = new Call(payload);
        calls.add(call);
        if (turnRequested.compareAndSet(false, true)) {
            thread.execute(links::scheduleEndTurn);
        }
        while (call.waiting) {
            Throwable why = failure.get();
            if (why != null) {
                throw new IllegalStateException("a link has failed", why);
            }
            LockSupport.park(call);
        }
    }

    @Override
    public long delivered() {
        return delivered;
    }

    @Override
    public String transport() {
        return links.status().join().stream()
                .map(link -> link.tls()
                        .map(tls -> tls.protocol() + " " + tls.cipher())
                        .orElse("plain"))
                .distinct()
                .reduce((a, b) -> a + ", " + b)
                .orElse("none");
    }

    @Override
    public Traffic traffic() {
        long bytes =
                links.status().join().stream().mapToLong(LinkStatus::bytesOut).sum();
        return new Traffic(bytes, bytes);
    }

    // The protocol thread.

    private void fail(Throwable bug) {
        failure.compareAndSet(null, bug);
        calls.forEach(call -> LockSupport.unpark(call.writer));
        sent.forEach(call -> LockSupport.unpark(call.writer));
    }

    private void endTurn() {
        turnRequested.set(false);
        sendCalls();
        peers.forEach((link, peer) -> {
            if (peer.received > peer.answered) {
                peer.answered = peer.received;
                links.send(
                        link,
                        new Bytes(ByteBuffer.allocate(9)
                                .put(ANSWER)
                                .putLong(peer.received)
                                .array()));
            }
        });
    }

    private void sendCalls() {
        List<byte[]> packed = new ArrayList<>();
        int bytes = 1;
        Call call;
        while ((call = calls.poll()) != null) {
            if (bytes + Integer.BYTES + call.payload.length > FRAME_BYTES) {
                sendFrame(packed, bytes);
                packed.clear();
                bytes = 1;
            }
            packed.add(call.payload);
            bytes += Integer.BYTES + call.payload.length;
            sent.add(call);
        }
        if (!packed.isEmpty()) {
            sendFrame(packed, bytes);
        }
    }

    private void sendFrame(List<byte[]> packed, int bytes) {
        ByteBuffer frame = ByteBuffer.allocate(bytes).put(DATA);
        for (byte[] payload : packed) {
            frame.putInt(payload.length).put(payload);
        }
        Bytes message = new Bytes(frame.array());
        peers.keySet().forEach(link -> links.send(link, message));
    }

    @Override
    public void onAccepted(long link, String scheme, String remoteIp, long nowNs) {
        links.send(link, new Bytes(new byte[] {GREETING}));
        up(link);
    }

    @Override
    public void onConnected(long link, long nowNs) {
        up(link);
        links.send(link, new Bytes(new byte[] {GREETING}));
    }

    private void up(long link) {
        peers.put(link, new Peer());
        complete.countDown();
    }

    @Override
    public void onClosed(long link, LinkFailure why, long nowNs) {
        if (peers.containsKey(link)) {
            fail(new IOException("the link to a peer has ended: " + why));
            return;
        }
        String address = dialled.remove(link);
        if (address != null) { // it does not listen yet
            thread.schedule(() -> dial(address), REDIAL_NS);
        }
    }

    @Override
    public void onResolved(String address, List<String> numeric, long nowNs) {
        throw new IllegalStateException("nothing is resolved");
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // this thread is the only writer
    public void onMessage(long link, Bytes message, long nowNs) {
        Peer peer = peers.get(link);
        if (peer == null) {
            return;
        }
        ByteBuffer in = message.toByteBuffer();
        switch (in.get()) {
            case DATA -> {
                int count = 0;
                while (in.hasRemaining()) {
                    in.position(in.position() + Integer.BYTES + in.getInt(in.position()));
                    count++;
                }
                peer.received += count;
                delivered += count;
            }
            case ANSWER -> {
                peer.confirmed = in.getLong();
                endCalls();
            }
            default -> {}
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // this thread is the only writer
    private void endCalls() {
        long everywhere =
                peers.values().stream().mapToLong(peer -> peer.confirmed).min().orElse(done);
        while (done < everywhere) {
            Call call = sent.remove();
            done++;
            delivered++;
            call.waiting = false;
            LockSupport.unpark(call.writer);
        }
    }

    @Override
    public void close() {
        links.stop().join();
        thread.end();
    }
}
