package io.dromon.transport.mesh;

import io.dromon.transport.link.Links;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.MalformedMessageException;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The full mesh of links between the nodes of a group (gmcast): handshake, topology, reconnecting, liveness, relaying.
 * Specification: chapter 01, sections 4 to 9.
 */
public final class Mesh implements Links.Events {
    /** What the mesh tells the layers above. */
    public interface Effects {
        /**
         * A user message; {@code source} is the originator, never this node and never evicted.
         *
         * @throws MalformedMessageException if it is none: the link is dropped if it is the originator's own, else (it
         *     was relayed) the message alone
         */
        void deliver(UUID source, Bytes message, long nowNs) throws MalformedMessageException;

        /** A link is established, or an established one is gone ({@code failure} says why). */
        void onLinkUp(long link, UUID peer, String address);

        void onLinkDown(long link, UUID peer, String address, LinkFailure failure);

        /** A peer was refused, or refused this node, before its link was established. For log, counters and status. */
        void onRefused(String address, LinkFailure failure);

        /** This node must not go on: evicted, or its UUID is taken. The saved view must be removed. */
        void onFatal(String reason);
    }

    /**
     * @param self own UUID
     * @param listenAddress own listening address as announced to peers, {@code tcp://ip:port} or {@code ssl://ip:port}
     * @param uuids source of fresh time-based UUIDs, for handshakes
     * @param random source of the delay before a learned address is dialled
     */
    public Mesh(
            MeshSettings settings,
            UUID self,
            String listenAddress,
            Supplier<UUID> uuids,
            RandomGenerator random,
            Links links,
            Effects effects) {
        throw new UnsupportedOperationException();
    }

    /** Starts to dial the initial addresses ({@code scheme://ip:port}, already resolved). */
    public void start(List<String> initialAddresses, long nowNs) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onAccepted(long link, String scheme, String remoteIp, long nowNs) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onConnected(long link, long nowNs) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onClosed(long link, LinkFailure failure, long nowNs) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onMessage(long link, Bytes message, long nowNs) {
        throw new UnsupportedOperationException();
    }

    /** To do whenever {@link #nextDeadlineNs} is reached; harmless earlier. */
    public void tick(long nowNs) {
        throw new UnsupportedOperationException();
    }

    /** When {@link #tick} is due next. */
    public long nextDeadlineNs() {
        throw new UnsupportedOperationException();
    }

    /** Sends an EVS message to everybody, by direct links, segments and relays. */
    public void broadcast(Encodable evsMessage, long nowNs) {
        throw new UnsupportedOperationException();
    }

    /** Sends to one node over its link, or to everybody if there is none. */
    public void sendTo(UUID target, Encodable evsMessage, long nowNs) {
        throw new UnsupportedOperationException();
    }

    /** A regular EVS view (section 7.5). */
    public void onRegularView(Collection<UUID> members, Collection<UUID> left, long nowNs) {
        throw new UnsupportedOperationException();
    }

    /** A primary view was delivered (section 7.5). */
    public void onPrimaryView(Collection<UUID> members, long nowNs) {
        throw new UnsupportedOperationException();
    }

    /** Lifts the time wait of a node that EVS lists as operational. */
    public void allow(UUID node) {
        throw new UnsupportedOperationException();
    }

    public void evict(UUID node) {
        throw new UnsupportedOperationException();
    }

    public void unevict(UUID node) {
        throw new UnsupportedOperationException();
    }

    /** Closes every link, after what is queued was sent, and dials no more. */
    public void close() {
        throw new UnsupportedOperationException();
    }
}
