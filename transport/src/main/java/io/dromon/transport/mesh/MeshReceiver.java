package io.dromon.transport.mesh;

import io.dromon.transport.link.Links;
import io.dromon.transport.mesh.GmcastMessage.Fail;
import io.dromon.transport.mesh.GmcastMessage.Handshake;
import io.dromon.transport.mesh.GmcastMessage.HandshakeResponse;
import io.dromon.transport.mesh.GmcastMessage.KeepAlive;
import io.dromon.transport.mesh.GmcastMessage.Ok;
import io.dromon.transport.mesh.GmcastMessage.TopologyChange;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.UUID;

/**
 * The receiver of what comes over a link: user messages by a short way, the others by the state of the link (chapter
 * 01 sections 6.2 and 9.4).
 */
final class MeshReceiver {
    private static final VarHandle LE_INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BE_LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** Version 0, type USER, no optional field; the relay flags and the segment are masked out. */
    private static final int PLAIN_USER_MASK = GmcastMessage.FIELD_FLAGS << 16 | 0xffff;

    private static final int PLAIN_USER = GmcastMessage.TYPE_USER << 8;
    private static final int RELAY_FLAGS = GmcastMessage.FLAG_RELAY | GmcastMessage.FLAG_SEGMENT_RELAY;

    private final LinkKeeper keeper;
    private final Handshaker handshaker;
    private final MeshSettings settings;
    private final UUID self;
    private final Links io;
    private final MeshDeliveries above;
    private final LinkTable links;
    private final Router router;
    private final Set<UUID> evicted;

    MeshReceiver(LinkKeeper keeper) {
        this.keeper = keeper;
        this.handshaker = new Handshaker(keeper);
        this.settings = keeper.settings;
        this.self = keeper.self;
        this.io = keeper.io;
        this.above = keeper.above;
        this.links = keeper.links;
        this.router = keeper.router;
        this.evicted = keeper.evicted;
    }

    void onMessage(MeshLink link, Bytes message, long nowNs) {
        link.receivedNs = nowNs;
        if (link.isOk() && onPlainUser(link, message, nowNs)) {
            return;
        }
        onControl(link, message, nowNs);
    }

    /** What was on its way when another link replaced this one: nothing is lost by the change. */
    void onLateMessage(MeshLink link, Bytes message, long nowNs) {
        onPlainUser(link, message, nowNs);
    }

    /** False if it is another kind of message. */
    private boolean onPlainUser(MeshLink link, Bytes message, long nowNs) {
        if (message.length() < GmcastMessage.HEADER_LENGTH) {
            return false;
        }
        int head = (int) LE_INT.get(message.array(), message.offset());
        if ((head & PLAIN_USER_MASK) != PLAIN_USER) {
            return false;
        }
        long high = (long) BE_LONG.get(message.array(), message.offset() + 4);
        long low = (long) BE_LONG.get(message.array(), message.offset() + 12);
        UUID source = uuid(link, high, low);
        user(link, head >>> 16 & RELAY_FLAGS, head >>> 24, source, message.skip(GmcastMessage.HEADER_LENGTH), nowNs);
        return true;
    }

    /** The instance that is at hand already, if there is one. */
    private UUID uuid(MeshLink link, long high, long low) {
        UUID peer = link.peer;
        if (peer.getMostSignificantBits() == high && peer.getLeastSignificantBits() == low) {
            return peer;
        }
        for (MeshLink other : links.all()) {
            if (other.peer.getMostSignificantBits() == high && other.peer.getLeastSignificantBits() == low) {
                return other.peer;
            }
        }
        return new UUID(high, low);
    }

    private void user(MeshLink link, int flags, int segment, UUID source, Bytes payload, long nowNs) {
        if (source.equals(self) || (!evicted.isEmpty() && evicted.contains(source))) {
            return;
        }
        if (source.equals(Uuids.NIL)) {
            keeper.corrupt(link, "user message with a nil source UUID", nowNs);
            return;
        }
        try {
            above.deliver(source, payload, nowNs);
        } catch (MalformedMessageException malformed) {
            keeper.corrupt(link, String.valueOf(malformed.getMessage()), nowNs);
            return;
        }
        if (flags != 0) {
            router.relay(link, flags, segment, source, payload, nowNs);
        }
    }

    private void onControl(MeshLink link, Bytes body, long nowNs) {
        if (body.length() > 0 && body.array()[body.offset()] != GmcastMessage.VERSION) {
            String text = link + " speaks gmcast version " + (body.array()[body.offset()] & 0xff)
                    + ", this node speaks version " + GmcastMessage.VERSION + " only";
            keeper.fail(link, new LinkFailure.VersionMismatch(text), nowNs);
            return;
        }
        GmcastMessage message;
        try {
            message = GmcastDecoder.decode(body);
        } catch (MalformedMessageException malformed) {
            keeper.corrupt(link, String.valueOf(malformed.getMessage()), nowNs);
            return;
        }
        if (message instanceof Fail fail) {
            handshaker.onFail(link, fail, nowNs);
        } else if (message instanceof KeepAlive) {
            io.send(link.id, new Ok(settings.segment(), self));
        } else if (!inOrder(link, message, nowNs)) {
            String name = message.getClass().getSimpleName();
            keeper.corrupt(link, name + " message in state " + link.state(), nowNs);
        }
    }

    /** The table of section 6.2: false where Galera would die. */
    private boolean inOrder(MeshLink link, GmcastMessage message, long nowNs) {
        switch (link.state()) {
            case HANDSHAKE_WAIT -> {
                if (message instanceof Handshake handshake) {
                    handshaker.onHandshake(link, handshake, nowNs);
                    return true;
                }
            }
            case HANDSHAKE_SENT -> {
                if (message instanceof HandshakeResponse response) {
                    handshaker.onHandshakeResponse(link, response, nowNs);
                    return true;
                }
            }
            case RESPONSE_SENT -> {
                if (message instanceof Ok) {
                    link.become(MeshLinkState.OK, nowNs);
                    handshaker.established(link, nowNs);
                    return true;
                }
            }
            case OK -> {
                if (message instanceof TopologyChange change) {
                    keeper.onTopologyChange(link, change, nowNs);
                    return true;
                }
                if (message instanceof GmcastMessage.User user && user.payload() instanceof Bytes payload) {
                    user(link, user.flags(), user.segment(), user.source(), payload, nowNs);
                    return true;
                }
                return message instanceof Ok;
            }
            case FAILED -> {
                return true;
            }
        }
        return false;
    }
}
