package io.dromon.transport.primary;

import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A message of the primary-component layer: the payload of one EVS user message, or of one element of an aggregate
 * (section 2). Header, 8 bytes, little-endian:
 *
 * <pre>
 *   0 version (bits 0-3), flags (bits 4-7) | 1 type | 2 CRC-16 (2) | 4 sequence number (4)
 *   flags: 1 checksum, 2 bootstrap, 4 weight change
 * </pre>
 *
 * STATE and INSTALL go on with the number of entries (4) and the entries of {@link NodeEntry}; USER with the payload.
 */
sealed interface PcMessage extends Encodable {
    int HEADER_LENGTH = 8;
    int MAX_VERSION = 1;
    /** No message of this size fits EVS's largest one; guards the allocation. */
    int MAX_NODES = 1024;

    int TYPE_STATE = 1;
    int TYPE_INSTALL = 2;
    int TYPE_USER = 3;

    int FLAG_CHECKSUM = 1;
    int FLAG_BOOTSTRAP = 2;
    int FLAG_WEIGHT_CHANGE = 4;

    /** What an INSTALL is for (section 2.2). */
    enum Purpose {
        PLAIN(0),
        BOOTSTRAP(FLAG_BOOTSTRAP),
        WEIGHT_CHANGE(FLAG_WEIGHT_CHANGE);

        private final int flags;

        Purpose(int flags) {
            this.flags = flags;
        }
    }

    /**
     * Everything that the sender knows about nodes.
     *
     * @param nodes in byte order of the UUIDs
     */
    record State(int version, List<NodeEntry> nodes) implements PcMessage {
        @Nullable
        NodeEntry entry(UUID uuid) {
            return find(nodes, uuid);
        }

        @Override
        public int encodedLength() {
            return HEADER_LENGTH + 4 + NodeEntry.LENGTH * nodes.size();
        }

        @Override
        public void encode(ByteBuf out) {
            writeHeader(out, version, 0, TYPE_STATE, 0);
            writeNodes(out, nodes);
        }
    }

    /**
     * One entry for each node that is present, as that node reported itself.
     *
     * @param nodes in byte order of the UUIDs
     */
    record Install(int version, Purpose purpose, List<NodeEntry> nodes) implements PcMessage {
        @Nullable
        NodeEntry entry(UUID uuid) {
            return find(nodes, uuid);
        }

        @Override
        public int encodedLength() {
            return HEADER_LENGTH + 4 + NodeEntry.LENGTH * nodes.size();
        }

        @Override
        public void encode(ByteBuf out) {
            writeHeader(out, version, purpose.flags, TYPE_INSTALL, 0);
            writeNodes(out, nodes);
        }
    }

    /**
     * A message of the layer above.
     *
     * @param checksum whether a CRC-16 goes with it
     * @param seq number within this sender's safe messages of the primary view, from 1
     */
    record User(int version, boolean checksum, int seq, Encodable payload) implements PcMessage {
        @Override
        public int encodedLength() {
            return HEADER_LENGTH + payload.encodedLength();
        }

        @Override
        public void encode(ByteBuf out) {
            int start = out.writerIndex();
            writeHeader(out, version, checksum ? FLAG_CHECKSUM : 0, TYPE_USER, seq);
            payload.encode(out);
            if (checksum) {
                out.setShortLE(start + 2, Crc16.ofMessage(out, start));
            }
        }
    }

    /** A message to this node alone: it never leaves EVS, so it has a length but is not numbered. */
    record LocalCausal(Encodable payload) implements PcMessage {
        @Override
        public int encodedLength() {
            return HEADER_LENGTH + payload.encodedLength();
        }

        @Override
        public void encode(ByteBuf out) {
            writeHeader(out, 0, 0, TYPE_USER, 0);
            payload.encode(out);
        }
    }

    /** Throws unless there is a header. */
    static void requireHeader(Bytes message) throws MalformedMessageException {
        if (message.length() < HEADER_LENGTH) {
            throw new MalformedMessageException(
                    "PC message of " + message.length() + " bytes, its header has " + HEADER_LENGTH);
        }
    }

    static int version(Bytes message) {
        return message.array()[message.offset()] & 0x0f;
    }

    static int flags(Bytes message) {
        return (message.array()[message.offset()] >>> 4) & 0x0f;
    }

    static int type(Bytes message) {
        return message.array()[message.offset() + 1] & 0xff;
    }

    static int seq(Bytes message) {
        byte[] array = message.array();
        int at = message.offset() + 4;
        return (array[at] & 0xff)
                | ((array[at + 1] & 0xff) << 8)
                | ((array[at + 2] & 0xff) << 16)
                | (array[at + 3] << 24);
    }

    /** Whether the checksum of a message that carries one is right (section 2.5). */
    static boolean checksumMatches(Bytes message) {
        byte[] array = message.array();
        int at = message.offset();
        int carried = (array[at + 2] & 0xff) | ((array[at + 3] & 0xff) << 8);
        return carried == Crc16.ofMessage(array, at, message.length());
    }

    /**
     * Decodes a message. Unknown flags, reserved bits and bytes after the last entry are ignored, as real peers do; the
     * checksum is not looked at.
     */
    static PcMessage decode(Bytes message) throws MalformedMessageException {
        requireHeader(message);
        int version = version(message);
        if (version > MAX_VERSION) {
            throw new MalformedMessageException("PC protocol version " + version + ", supported: " + MAX_VERSION);
        }
        int flags = flags(message);
        return switch (type(message)) {
            case TYPE_STATE -> new State(version, readNodes(message));
            case TYPE_INSTALL -> new Install(version, purpose(flags), readNodes(message));
            case TYPE_USER ->
                new User(version, (flags & FLAG_CHECKSUM) != 0, seq(message), message.skip(HEADER_LENGTH));
            default -> throw new MalformedMessageException("unknown PC message type " + type(message));
        };
    }

    private static Purpose purpose(int flags) throws MalformedMessageException {
        return switch (flags & (FLAG_BOOTSTRAP | FLAG_WEIGHT_CHANGE)) {
            case 0 -> Purpose.PLAIN;
            case FLAG_BOOTSTRAP -> Purpose.BOOTSTRAP;
            case FLAG_WEIGHT_CHANGE -> Purpose.WEIGHT_CHANGE;
            default -> throw new MalformedMessageException("INSTALL with both bootstrap and weight change");
        };
    }

    private static List<NodeEntry> readNodes(Bytes message) throws MalformedMessageException {
        ByteReader in = new ByteReader(message.skip(HEADER_LENGTH));
        int count = in.i32();
        if (count < 0 || count > MAX_NODES) {
            throw new MalformedMessageException(
                    "PC message with " + Integer.toUnsignedString(count) + " entries, at most " + MAX_NODES);
        }
        if (count * NodeEntry.LENGTH > in.remaining()) {
            throw new MalformedMessageException("PC message with " + count + " entries (" + count * NodeEntry.LENGTH
                    + " bytes), " + in.remaining() + " bytes left");
        }
        List<NodeEntry> nodes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            nodes.add(NodeEntry.read(in));
        }
        nodes.sort(Comparator.comparing(NodeEntry::uuid, Uuids.ORDER));
        for (int i = 1; i < count; i++) {
            if (nodes.get(i).uuid().equals(nodes.get(i - 1).uuid())) {
                throw new MalformedMessageException(
                        "two entries for node " + Uuids.brief(nodes.get(i).uuid()) + " in one PC message");
            }
        }
        return nodes;
    }

    private static void writeHeader(ByteBuf out, int version, int flags, int type, int seq) {
        out.writeByte(version | (flags << 4));
        out.writeByte(type);
        out.writeShortLE(0);
        out.writeIntLE(seq);
    }

    private static void writeNodes(ByteBuf out, List<NodeEntry> nodes) {
        out.writeIntLE(nodes.size());
        for (NodeEntry node : nodes) {
            node.write(out);
        }
    }

    private static @Nullable NodeEntry find(List<NodeEntry> nodes, UUID uuid) {
        int low = 0;
        int high = nodes.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Uuids.ORDER.compare(nodes.get(middle).uuid(), uuid);
            if (order == 0) {
                return nodes.get(middle);
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return null;
    }
}
