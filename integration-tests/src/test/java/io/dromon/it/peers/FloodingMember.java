package io.dromon.it.peers;

import io.dromon.node.group.GroupCore;
import io.dromon.node.group.GroupDeliveries;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupSettings;
import io.dromon.node.group.MemberStatus;
import io.dromon.node.group.ReplicationFailure;
import io.dromon.node.group.Ticket;
import io.dromon.node.writeset.KeyFormat;
import io.dromon.node.writeset.Originator;
import io.dromon.node.writeset.WriteSetBuilder;
import io.dromon.transport.GroupStack;
import io.dromon.transport.StackEffects;
import io.dromon.transport.StackFailure;
import io.dromon.transport.StackSettings;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.link.LinkSettings;
import io.dromon.transport.link.NettyLinks;
import io.dromon.transport.link.ProtocolThread;
import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.TransportNews;
import io.dromon.transport.wire.Uuids;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A member like any other, but that it sends without end what the others have to keep, and hears no STOP. */
public final class FloodingMember implements AutoCloseable {
    /** What it sends. */
    public enum Harm {
        WRITE_SETS,
        /** Of one action that is never complete. */
        FRAGMENTS
    }

    private static final int ACTION = 1;
    private static final int FLOW = 8;
    private static final int HEADER = 20;
    private static final int LENGTH = 32_000;
    private static final int IN_A_TURN = 32;
    private static final long TICK_NS = 10_000_000;

    private final Harm harm;
    private final Random random = new Random();
    private final ProtocolThread thread = ProtocolThread.start("flooding");
    private final NettyLinks links;
    private final GroupStack stack;
    private final GroupCore core;
    private final GroupDeliveries fromGroup = new FromGroup();
    private final AtomicLong sent = new AtomicLong();
    /** Of all its write-sets: nobody asks what became of them. */
    private static final Ticket.OfWriteSet TICKET = new Ticket.OfWriteSet() {};

    private final UUID self;
    private int fragments;
    private volatile boolean closed;

    private FloodingMember(String name, String group, Harm harm) throws IOException {
        this.harm = harm;
        this.links = thread.links(
                LinkSettings.at("tcp://127.0.0.1:0"), Optional.empty(), this::endTurn, bug -> closed = true);
        this.self = uuid();
        this.stack = new GroupStack(
                StackSettings.defaults(group, false),
                self,
                links.listen(),
                Optional.empty(),
                this::uuid,
                random,
                links,
                new FromStack(),
                new Unheard());
        this.core = new GroupCore(
                GroupSettings.arbitrator(name), self, Position.NONE, this::uuid, member -> 1, stack, new Unheard());
    }

    /** Joins the group of a node in plain text, and begins as soon as it is SYNCED. */
    public static FloodingMember join(String name, String group, String hostPort, Harm harm) throws IOException {
        FloodingMember member = new FloodingMember(name, group, harm);
        member.links.start(member.stack);
        member.thread.execute(() -> {
            member.stack.open(List.of("tcp://" + hostPort), System.nanoTime());
            member.tick();
        });
        return member;
    }

    /** Messages that it has sent. */
    public long sent() {
        return sent.get();
    }

    private UUID uuid() {
        return Uuids.timeBased(System.currentTimeMillis() * 1000 + random.nextInt(1000), random);
    }

    private void tick() {
        if (!closed) {
            stack.tick(System.nanoTime());
            core.tick(System.nanoTime());
            core.drain(fromGroup);
            links.scheduleEndTurn();
            thread.schedule(this::tick, TICK_NS);
        }
    }

    private void endTurn() {
        long nowNs = System.nanoTime();
        if (core.status().ownStatus() == MemberStatus.SYNCED) {
            flood();
        }
        core.endTurn(nowNs);
        core.drain(fromGroup);
        stack.endTurn(nowNs);
    }

    private void flood() {
        for (int i = 0; i < IN_A_TURN; i++) {
            if (harm == Harm.WRITE_SETS) {
                if (core.queuedBytes() < (long) IN_A_TURN * LENGTH && core.replicate(writeSet(), TICKET)) {
                    sent.incrementAndGet();
                }
            } else if (stack.send(ACTION, fragment()) == SendResult.ACCEPTED) {
                fragments++;
                sent.incrementAndGet();
            }
        }
    }

    private Bytes writeSet() {
        return new WriteSetBuilder()
                .data(new Bytes(new byte[LENGTH]))
                .build()
                .seal(6, KeyFormat.FLAT8, new Originator(self, 0, 0), 0, 0);
    }

    private Bytes fragment() {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + LENGTH);
        bytes.putLong(((long) core.status().versions().gcs() << 56) | (1L << 40));
        bytes.order(ByteOrder.LITTLE_ENDIAN).putInt(Integer.MAX_VALUE).putInt(fragments);
        return new Bytes(bytes.array());
    }

    @Override
    public void close() {
        closed = true;
        links.stop().join();
        thread.end();
    }

    private final class FromStack implements StackEffects {
        @Override
        public void save(SavedView view) {}

        @Override
        public void removeSavedView() {}

        @Override
        public void deliverView(PrimaryView view) {
            core.onView(view, System.nanoTime());
            core.drain(fromGroup);
        }

        @Override
        public void deliver(UUID source, int userType, long toSeq, Encodable payload) {
            if (userType != FLOW) {
                core.onMessage(source, userType, payload, System.nanoTime());
                core.drain(fromGroup);
            }
        }

        @Override
        public void onConnected() {}

        @Override
        public void onClosed(@Nullable StackFailure failure) {
            closed = true;
        }
    }

    private static final class Unheard implements TransportNews {}

    private final class FromGroup implements GroupDeliveries {
        @Override
        public void deliver(GroupEvent event) {}

        @Override
        public void onWriteSetFailed(Ticket.OfWriteSet ticket, ReplicationFailure reason) {}

        @Override
        public void onReadFailed(Ticket.OfRead ticket, ReplicationFailure reason) {}

        @Override
        public void onInconsistent(String reason) {
            closed = true;
        }

        @Override
        public void onIncompatible(String reason) {
            closed = true;
        }
    }
}
