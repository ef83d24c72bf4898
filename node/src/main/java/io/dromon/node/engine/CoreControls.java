package io.dromon.node.engine;

import io.dromon.node.group.FlowSettings;
import io.dromon.node.group.GroupCore;
import io.dromon.node.writeset.KeyFormat;
import io.dromon.transport.GroupStack;
import io.dromon.transport.evs.EvsSettings;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The controls of a core that runs: what can be changed in it, and what an operator can have it do. As all of the
 * core, for one thread; {@link NodeCore#endTurn} follows.
 */
public final class CoreControls {
    private final GroupStack stack;
    private final GroupCore group;
    private final Optional<CertifiedOrder> certified;

    CoreControls(GroupStack stack, GroupCore group, Optional<CertifiedOrder> certified) {
        this.stack = stack;
        this.group = group;
        this.certified = certified;
    }

    /** Other options of the virtual synchrony. */
    public void configure(EvsSettings settings, long nowNs) {
        stack.configure(settings, nowNs);
    }

    /** Other options of flow control. */
    public void configure(FlowSettings settings) {
        group.configure(settings);
    }

    /** {@code repl.key_format} of write-sets from now on. */
    public void configure(KeyFormat format) {
        certified.ifPresent(order -> order.configure(format));
    }

    /** {@code evs.evict}: the node to evict, null to let all evicted ones in again. */
    public void evict(@Nullable UUID node, long nowNs) {
        stack.evict(node, nowNs);
    }

    /** {@code gmcast.isolate}: 1 closes all links and takes no new ones, 0 ends that, 2 ends the node. */
    public void isolate(int mode, long nowNs) {
        stack.isolate(mode, nowNs);
    }

    /** {@code gmcast.mira}, for addresses that are learned from now on. */
    public void limitAttempts(int most) {
        stack.mesh().limitAttempts(most);
    }

    /** An address to dial from now on. */
    public void addPeer(String address, long nowNs) {
        stack.mesh().addPeer(address, nowNs);
    }

    /** An address not to dial any more; its link is closed. */
    public void removePeer(String address, long nowNs) {
        stack.mesh().removePeer(address, nowNs);
    }

    /** Relinks open links, one at a time, without a view change; {@link NodeCore.Effects#onRelinked} is the end. */
    public void relink(LongPredicate which, long nowNs) {
        stack.mesh().relink(which, nowNs);
    }

    /** Another weight in the quorum; it counts when the group has delivered it. */
    public SendResult changeWeight(int weight) {
        return stack.primary().changeWeight(weight);
    }

    /** Makes the non-primary component of this node the primary one. */
    public SendResult bootstrap() {
        return stack.primary().bootstrap();
    }

    /** Whether to stay primary in a split brain, and without quorum. */
    public void setIgnore(boolean splitBrain, boolean quorum) {
        stack.primary().setIgnore(splitBrain, quorum);
    }

    /** Desyncs this node: it is no brake on the others until {@link #resync}. */
    public void desync() {
        group.desync();
    }

    /** The end of {@link #desync}. */
    public void resync() {
        group.resync();
    }

    /** The largest write-set that is taken, bytes. */
    public void limitWriteSets(long bytes) {
        group.limitWriteSets(bytes);
    }

    /** Has the node join as an arbitrator that only asks a donor for a snapshot; before the first view. */
    public void wantSnapshot(String request) {
        group.wantSnapshot(request);
    }

    /** Lowest number that this node can give by an incremental transfer, -1 if none. */
    public void setCached(long seqno) {
        group.setCached(seqno);
    }

    /** Asks for the state ({@link GroupCore#requestState}). */
    public void requestState(Position position, Bytes request) {
        group.requestState(position, request);
    }

    /** A state was received or given, or that failed ({@link GroupCore#join}). */
    public void endStateTransfer(long seqno, long code) {
        group.join(seqno, code);
    }

    /** The application failed to apply a write-set ({@link GroupCore#vote}); the value that this node votes. */
    public long vote(long seqno, Bytes error) {
        return group.vote(seqno, error);
    }
}
