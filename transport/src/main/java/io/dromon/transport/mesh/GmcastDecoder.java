package io.dromon.transport.mesh;

import io.dromon.transport.mesh.GmcastMessage.TopologyChange.Entry;
import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;

/** Reads {@link GmcastMessage}s: the optional fields by their flags, whatever the type (chapter 01 section 5.1). */
final class GmcastDecoder {
    private final ByteReader in;
    private UUID handshakeUuid = Uuids.NIL;
    private String addressOrError = "";
    private String group = "";
    private List<Entry> entries = List.of();

    private GmcastDecoder(ByteReader in) {
        this.in = in;
    }

    static GmcastMessage decode(Bytes body) throws MalformedMessageException {
        return new GmcastDecoder(new ByteReader(body)).message();
    }

    private GmcastMessage message() throws MalformedMessageException {
        int version = in.u8();
        int type = in.u8();
        int flags = in.u8();
        int segment = in.u8();
        UUID source = in.uuid();
        if (version != GmcastMessage.VERSION) {
            throw new MalformedMessageException(
                    "gmcast message of version " + version + ", only " + GmcastMessage.VERSION + " is known");
        }
        if (type < 1 || type > 8 || type == 7) {
            throw new MalformedMessageException("gmcast message of invalid type " + type);
        }
        if (source.equals(Uuids.NIL)) {
            throw new MalformedMessageException("gmcast message of type " + type + " with a nil source UUID");
        }
        fields(flags);
        return switch (type) {
            case GmcastMessage.TYPE_HANDSHAKE -> new GmcastMessage.Handshake(segment, source, handshakeUuid(flags));
            case GmcastMessage.TYPE_HANDSHAKE_RESPONSE ->
                new GmcastMessage.HandshakeResponse(segment, source, handshakeUuid(flags), addressOrError, group);
            case GmcastMessage.TYPE_OK -> new GmcastMessage.Ok(segment, source);
            case GmcastMessage.TYPE_FAIL -> new GmcastMessage.Fail(segment, source, addressOrError);
            case GmcastMessage.TYPE_TOPOLOGY_CHANGE -> new GmcastMessage.TopologyChange(source, group, entries);
            case GmcastMessage.TYPE_KEEPALIVE -> new GmcastMessage.KeepAlive(segment, source);
            default ->
                new GmcastMessage.User(
                        flags & (GmcastMessage.FLAG_RELAY | GmcastMessage.FLAG_SEGMENT_RELAY),
                        segment,
                        source,
                        in.rest());
        };
    }

    private UUID handshakeUuid(int flags) throws MalformedMessageException {
        if ((flags & GmcastMessage.FLAG_HANDSHAKE_UUID) == 0) {
            throw new MalformedMessageException("gmcast handshake without a handshake UUID");
        }
        return handshakeUuid;
    }

    private void fields(int flags) throws MalformedMessageException {
        if ((flags & GmcastMessage.FLAG_HANDSHAKE_UUID) != 0) {
            handshakeUuid = in.uuid();
        }
        if ((flags & GmcastMessage.FLAG_ADDRESS_OR_ERROR) != 0) {
            addressOrError = text(GmcastMessage.ADDRESS_LENGTH);
        }
        if ((flags & GmcastMessage.FLAG_GROUP_NAME) != 0) {
            group = text(GmcastMessage.GROUP_LENGTH);
        }
        if ((flags & GmcastMessage.FLAG_NODE_LIST) != 0) {
            entries = nodeList();
        }
    }

    private List<Entry> nodeList() throws MalformedMessageException {
        int count = in.i32();
        if (count < 0 || count > in.remaining() / GmcastMessage.ENTRY_LENGTH) {
            throw new MalformedMessageException(
                    "node list of " + Integer.toUnsignedString(count) + " entries in " + in.remaining() + " bytes");
        }
        List<Entry> list = new ArrayList<>(count);
        TreeSet<UUID> seen = new TreeSet<>(Uuids.ORDER);
        for (int i = 0; i < count; i++) {
            UUID uuid = in.uuid();
            in.i32(); // bits, without a meaning
            String address = text(GmcastMessage.ADDRESS_LENGTH);
            in.bytes(GmcastMessage.ADDRESS_LENGTH); // the multicast address
            if (uuid.equals(Uuids.NIL)) {
                throw new MalformedMessageException("node list with a nil UUID as entry " + i);
            }
            if (!seen.add(uuid)) {
                throw new MalformedMessageException("node list with " + Uuids.brief(uuid) + " twice");
            }
            if (address.isEmpty()) {
                throw new MalformedMessageException("node list with an empty address for " + Uuids.brief(uuid));
            }
            list.add(new Entry(uuid, address));
        }
        return list;
    }

    /** Up to the first zero byte, or the full width. */
    private String text(int width) throws MalformedMessageException {
        Bytes field = in.bytes(width);
        int length = 0;
        while (length < width && field.array()[field.offset() + length] != 0) {
            length++;
        }
        return new String(field.array(), field.offset(), length, StandardCharsets.UTF_8);
    }
}
