package io.dromon.transport.mesh;

import io.dromon.transport.mesh.GmcastMessage.TopologyChange;
import io.dromon.transport.wire.Uuids;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.UUID;

/** The mesh's knowledge of one connection. */
final class MeshLink {
    private static final TopologyChange NOTHING_SENT = new TopologyChange(Uuids.NIL, "", List.of());

    final long id;
    final boolean dialled;
    final long createdNs;
    /** Of an accepted link: scheme and host, the peer says its port later. */
    final String origin;

    /** Address of the peer; empty while an accepted peer has not said its port. */
    String address;

    /** Nil until the handshake. */
    UUID peer = Uuids.NIL;

    UUID handshakeUuid = Uuids.NIL;
    int segment;
    long sinceNs;
    /** Last complete message of any kind, and what is forgiven for the time that this process was stopped. */
    long receivedNs;
    /** Last user message. */
    long sentNs;
    /** TCP, and TLS if on, are up. */
    boolean connected;
    /** The layers above were told that the link is up. */
    boolean announced;
    /** The peer refused it: the link that is open to it was made with another certificate of this node. */
    boolean refusedForIdentity;
    /** Whom the peer has links to; an empty address is one that this node cannot dial. */
    SortedMap<UUID, String> topology = Collections.emptySortedMap();

    TopologyChange sentTopology = NOTHING_SENT;

    private MeshLinkState state;

    private MeshLink(long id, boolean dialled, String origin, String address, MeshLinkState state, long nowNs) {
        this.id = id;
        this.dialled = dialled;
        this.origin = origin;
        this.address = address;
        this.state = state;
        this.createdNs = nowNs;
        this.sinceNs = nowNs;
        this.receivedNs = nowNs;
        this.sentNs = nowNs;
    }

    static MeshLink dialled(long id, String address, long nowNs) {
        return new MeshLink(id, true, address, address, MeshLinkState.HANDSHAKE_WAIT, nowNs);
    }

    static MeshLink accepted(long id, String origin, UUID handshakeUuid, long nowNs) {
        MeshLink link = new MeshLink(id, false, origin, "", MeshLinkState.HANDSHAKE_SENT, nowNs);
        link.handshakeUuid = handshakeUuid;
        link.connected = true;
        return link;
    }

    MeshLinkState state() {
        return state;
    }

    boolean isOk() {
        return state == MeshLinkState.OK;
    }

    void become(MeshLinkState next, long nowNs) {
        if (!state.canBecome(next)) {
            throw new IllegalStateException("link in state " + state + " cannot become " + next);
        }
        state = next;
        sinceNs = nowNs;
    }

    /** The address as far as it is known, for people. */
    String shownAddress() {
        return address.isEmpty() ? origin : address;
    }

    MeshLinkStatus status() {
        return new MeshLinkStatus(id, peer, shownAddress(), state, dialled, segment, sinceNs, receivedNs);
    }

    @Override
    public String toString() {
        return peer.equals(Uuids.NIL) ? shownAddress() : Uuids.brief(peer) + " at " + shownAddress();
    }
}
