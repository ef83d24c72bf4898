package io.dromon.transport.mesh;

import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.Uuids;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * The messages of the mesh; each is the body of one frame (chapter 01 section 5). Little-endian.
 *
 * <pre>
 *  byte 0       1       2       3       4 ......................... 20
 *      +-------+-------+-------+-------+----------------------------+
 *      |version| type  | flags |segment|        source UUID         |
 *      +-------+-------+-------+-------+----------------------------+
 *      | [0x10] handshake UUID, 16                                  |
 *      | [0x04] own address or error text, 64, zero-padded          |
 *      | [0x01] group name, 32, zero-padded                         |
 *      | [0x08] n (32 bit), n * (UUID 16, bits 4, address 64,       |
 *      |        multicast address 64)                               |
 *      +------------------------------------------------------------+
 *  version 0    type  1 HANDSHAKE 2 HANDSHAKE_RESPONSE 3 OK 4 FAIL 5 TOPOLOGY_CHANGE 6 KEEPALIVE 8 USER
 *  flags  which optional fields follow, for any type; on USER also 0x20 RELAY, 0x40 SEGMENT_RELAY
 * </pre>
 */
sealed interface GmcastMessage extends Encodable {
    int HEADER_LENGTH = 20;
    int VERSION = 0;

    int TYPE_HANDSHAKE = 1;
    int TYPE_HANDSHAKE_RESPONSE = 2;
    int TYPE_OK = 3;
    int TYPE_FAIL = 4;
    int TYPE_TOPOLOGY_CHANGE = 5;
    int TYPE_KEEPALIVE = 6;
    int TYPE_USER = 8;

    int FLAG_GROUP_NAME = 0x01;
    int FLAG_ADDRESS_OR_ERROR = 0x04;
    int FLAG_NODE_LIST = 0x08;
    int FLAG_HANDSHAKE_UUID = 0x10;
    int FLAG_RELAY = 0x20;
    int FLAG_SEGMENT_RELAY = 0x40;
    /** The flags that bring optional fields. */
    int FIELD_FLAGS = FLAG_GROUP_NAME | FLAG_ADDRESS_OR_ERROR | FLAG_NODE_LIST | FLAG_HANDSHAKE_UUID;

    int GROUP_LENGTH = 32;
    int ADDRESS_LENGTH = 64;
    int ENTRY_LENGTH = 16 + 4 + ADDRESS_LENGTH + ADDRESS_LENGTH;

    /** The sender; of a user message the originator. */
    UUID source();

    /** Segment of {@link #source}. */
    int segment();

    /** First message of a link, from the acceptor. */
    record Handshake(int segment, UUID source, UUID handshakeUuid) implements GmcastMessage {
        @Override
        public int encodedLength() {
            return HEADER_LENGTH + 16;
        }

        @Override
        public void encode(ByteBuf out) {
            writeHeader(out, TYPE_HANDSHAKE, FLAG_HANDSHAKE_UUID, segment, source);
            Uuids.write(out, handshakeUuid);
        }
    }

    /** The connector's answer. */
    record HandshakeResponse(int segment, UUID source, UUID handshakeUuid, String address, String group)
            implements GmcastMessage {
        @Override
        public int encodedLength() {
            return HEADER_LENGTH + 16 + ADDRESS_LENGTH + GROUP_LENGTH;
        }

        @Override
        public void encode(ByteBuf out) {
            int flags = FLAG_HANDSHAKE_UUID | FLAG_ADDRESS_OR_ERROR | FLAG_GROUP_NAME;
            writeHeader(out, TYPE_HANDSHAKE_RESPONSE, flags, segment, source);
            Uuids.write(out, handshakeUuid);
            writeText(out, address, ADDRESS_LENGTH);
            writeText(out, group, GROUP_LENGTH);
        }
    }

    /** The acceptor agrees; later the answer to a {@link KeepAlive}. */
    record Ok(int segment, UUID source) implements GmcastMessage {
        @Override
        public int encodedLength() {
            return HEADER_LENGTH;
        }

        @Override
        public void encode(ByteBuf out) {
            writeHeader(out, TYPE_OK, 0, segment, source);
        }
    }

    /** The sender closes the link and says why. */
    record Fail(int segment, UUID source, String error) implements GmcastMessage {
        static final String INVALID_GROUP = "invalid group";
        static final String INVALID_ADDRESS = "invalid node address";
        static final String EVICTED = "evicted";
        static final String DUPLICATE_UUID = "duplicate uuid";
        /** Not of chapter 01: a Galera node takes it for any reason and tries again. */
        static final String OTHER_CERTIFICATE = "uuid is linked with another certificate";

        @Override
        public int encodedLength() {
            return HEADER_LENGTH + (error.isEmpty() ? 0 : ADDRESS_LENGTH);
        }

        @Override
        public void encode(ByteBuf out) {
            writeHeader(out, TYPE_FAIL, error.isEmpty() ? 0 : FLAG_ADDRESS_OR_ERROR, segment, source);
            if (!error.isEmpty()) {
                writeText(out, error, ADDRESS_LENGTH);
            }
        }
    }

    /**
     * All nodes to which the sender has an established link, the receiver included.
     *
     * @param entries in ascending order of their UUIDs, each once
     */
    record TopologyChange(UUID source, String group, List<Entry> entries) implements GmcastMessage {
        /** A node and its address as the sender knows it. */
        record Entry(UUID uuid, String address) {}

        /** Most entries that fit a frame. */
        static final int MAX_ENTRIES = (32768 - HEADER_LENGTH - GROUP_LENGTH - 4) / ENTRY_LENGTH;

        public TopologyChange {
            entries = List.copyOf(entries);
        }

        /** Always 0 on the wire. */
        @Override
        public int segment() {
            return 0;
        }

        @Override
        public int encodedLength() {
            return HEADER_LENGTH + GROUP_LENGTH + 4 + entries.size() * ENTRY_LENGTH;
        }

        @Override
        public void encode(ByteBuf out) {
            writeHeader(out, TYPE_TOPOLOGY_CHANGE, FLAG_GROUP_NAME | FLAG_NODE_LIST, 0, source);
            writeText(out, group, GROUP_LENGTH);
            out.writeIntLE(entries.size());
            for (Entry entry : entries) {
                Uuids.write(out, entry.uuid);
                out.writeIntLE(0);
                writeText(out, entry.address, ADDRESS_LENGTH);
                out.writeZero(ADDRESS_LENGTH);
            }
        }
    }

    /** Asks for an {@link Ok}. */
    record KeepAlive(int segment, UUID source) implements GmcastMessage {
        @Override
        public int encodedLength() {
            return HEADER_LENGTH;
        }

        @Override
        public void encode(ByteBuf out) {
            writeHeader(out, TYPE_KEEPALIVE, 0, segment, source);
        }
    }

    /**
     * A message of the layer above.
     *
     * @param flags 0, {@link #FLAG_RELAY} or {@link #FLAG_SEGMENT_RELAY}
     * @param segment of the originator
     * @param source the originator
     */
    record User(int flags, int segment, UUID source, Encodable payload) implements GmcastMessage {
        @Override
        public int encodedLength() {
            return HEADER_LENGTH + payload.encodedLength();
        }

        @Override
        public void encode(ByteBuf out) {
            writeHeader(out, TYPE_USER, flags, segment, source);
            payload.encode(out);
        }
    }

    private static void writeHeader(ByteBuf out, int type, int flags, int segment, UUID source) {
        out.writeIntLE(VERSION | type << 8 | flags << 16 | segment << 24);
        Uuids.write(out, source);
    }

    private static void writeText(ByteBuf out, String text, int width) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > width) {
            throw new IllegalStateException("text of " + bytes.length + " bytes in a field of " + width);
        }
        out.writeBytes(bytes);
        out.writeZero(width - bytes.length);
    }
}
