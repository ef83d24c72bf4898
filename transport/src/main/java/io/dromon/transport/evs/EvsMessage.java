package io.dromon.transport.evs;

import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The messages of EVS (chapter 02 section 2). Common header, 32 bytes, or 48 with {@link #SOURCE}:
 *
 * <pre>
 *  0       zero version (bits 0-1), type (bits 2-4), order (bits 5-7)
 *  1       flags
 *  2       version
 *  3       0
 *  4       fifo_seq (8)
 *  12      source UUID (16), only with SOURCE
 *  12, 28  source view id (20)
 * </pre>
 */
sealed interface EvsMessage extends Encodable {
    int MSG_MORE = 0x01;
    int RETRANS = 0x02;
    int SOURCE = 0x04;
    int AGGREGATE = 0x08;
    int COMMIT = 0x10;

    int TYPE_USER = 1;
    int TYPE_DELEGATE = 2;
    int TYPE_GAP = 3;
    int TYPE_JOIN = 4;
    int TYPE_INSTALL = 5;
    int TYPE_LEAVE = 6;
    int TYPE_DELAYED_LIST = 7;

    /** The highest version this node speaks. */
    int MAX_VERSION = 1;

    int HEADER = 12 + ViewId.LENGTH;
    int USER_HEADER = 20;
    int GAP_BODY = 48;

    /** Largest payload of a USER message (section 2.4). */
    int MAX_PAYLOAD = 32644;

    /** Most node records in a JOIN or INSTALL: what fits the largest frame. */
    int MAX_RECORDS = (32768 - 20 - HEADER - 16 - 16 - ViewId.LENGTH - 4) / NodeRecord.LENGTH;

    /** User type of everything that EVS makes itself, and of aggregates. */
    int NO_USER_TYPE = 0xff;

    UUID source();

    int version();

    int flags();

    long fifoSeq();

    /** The view that the sender is in; in the install phase the proposed one. */
    ViewId view();

    default boolean isRetransmitted() {
        return (flags() & RETRANS) != 0;
    }

    /** Bytes of the common header. */
    private static int headerLength(EvsMessage message) {
        return (message.flags() & SOURCE) != 0 ? HEADER + 16 : HEADER;
    }

    private static void writeHeader(ByteBuf out, EvsMessage message, int type, Order order) {
        int version = message.version();
        int zeroVersion = type == TYPE_JOIN || type == TYPE_INSTALL || version == 0 ? 0 : 1;
        out.writeByte(zeroVersion | type << 2 | order.ordinal() << 5);
        out.writeByte(message.flags());
        out.writeByte(version);
        out.writeByte(0);
        out.writeLongLE(message.fifoSeq());
        if ((message.flags() & SOURCE) != 0) {
            Uuids.write(out, message.source());
        }
        message.view().write(out);
    }

    /**
     * A message of the layer above, or one that only uses up sequence numbers (section 2.4).
     *
     * @param seqRange the message stands for {@code seq} to {@code seq + seqRange}
     * @param payload a range of the received frame; of an own message the body, or an {@link Aggregate}
     */
    record User(
            UUID source,
            int version,
            int flags,
            long fifoSeq,
            ViewId view,
            Order order,
            int userType,
            int seqRange,
            long seq,
            long aruSeq,
            Encodable payload)
            implements EvsMessage, EvsOutput {

        boolean hasMore() {
            return (flags & MSG_MORE) != 0;
        }

        boolean isAggregate() {
            return (flags & AGGREGATE) != 0;
        }

        /** The same message, repeated by its origin: it tells what the origin holds now (section 5.5). */
        User resent(long aruNow) {
            int repeated = RETRANS | (flags & AGGREGATE);
            return new User(source, version, repeated, fifoSeq, view, order, userType, seqRange, seq, aruNow, payload);
        }

        /** Whether another node than its origin has sent it, inside a DELEGATE. */
        boolean isRecovered() {
            return (flags & SOURCE) != 0;
        }

        /** The same message as another node repeats it, inside a DELEGATE (section 5.5). */
        User recovered() {
            int repeated = RETRANS | SOURCE | (flags & AGGREGATE);
            return new User(source, version, repeated, fifoSeq, view, order, userType, seqRange, seq, aruSeq, payload);
        }

        @Override
        public int encodedLength() {
            return headerLength(this) + USER_HEADER + payload.encodedLength();
        }

        @Override
        public void encode(ByteBuf out) {
            writeHeader(out, this, TYPE_USER, order);
            out.writeByte(userType);
            out.writeByte(seqRange);
            out.writeShortLE(0);
            out.writeLongLE(seq);
            out.writeLongLE(aruSeq);
            payload.encode(out);
        }
    }

    /** A message of another node, repeated (section 2.11). */
    record Delegate(UUID source, int version, int flags, long fifoSeq, ViewId view, EvsMessage inner)
            implements EvsMessage {
        @Override
        public int encodedLength() {
            return headerLength(this) + inner.encodedLength();
        }

        @Override
        public void encode(ByteBuf out) {
            writeHeader(out, this, TYPE_DELEGATE, Order.UNRELIABLE);
            inner.encode(out);
        }
    }

    /**
     * Acknowledgement, request for missing messages, commit to a view, or its installation (section 2.6).
     *
     * @param rangeUuid origin of the wanted messages, or nil
     */
    record Gap(
            UUID source,
            int version,
            int flags,
            long fifoSeq,
            ViewId view,
            long seq,
            long aruSeq,
            UUID rangeUuid,
            long rangeLu,
            long rangeHs)
            implements EvsMessage {
        boolean isCommit() {
            return (flags & COMMIT) != 0;
        }

        @Override
        public int encodedLength() {
            return headerLength(this) + GAP_BODY;
        }

        @Override
        public void encode(ByteBuf out) {
            writeHeader(out, this, TYPE_GAP, Order.UNRELIABLE);
            out.writeLongLE(seq);
            out.writeLongLE(aruSeq);
            Uuids.write(out, rangeUuid);
            out.writeLongLE(rangeLu);
            out.writeLongLE(rangeHs);
        }
    }

    /** A message that carries what its sender knows of every node. */
    sealed interface StateMessage extends EvsMessage {
        /** The sender's safe seq. */
        long seq();

        /** The sender's aru. */
        long aruSeq();

        /** In byte order of the UUIDs, none twice. */
        List<NodeRecord> records();

        default @Nullable NodeRecord record(UUID uuid) {
            List<NodeRecord> records = records();
            int low = 0;
            int high = records.size() - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                NodeRecord record = records.get(middle);
                int order = Uuids.ORDER.compare(record.uuid(), uuid);
                if (order == 0) {
                    return record;
                }
                if (order < 0) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return null;
        }

        private static void writeRecords(ByteBuf out, List<NodeRecord> records) {
            out.writeIntLE(records.size());
            for (int i = 0; i < records.size(); i++) {
                records.get(i).write(out);
            }
        }
    }

    /** A node tells what it knows, to agree on the next view (section 2.7). */
    record Join(
            UUID source,
            int version,
            int flags,
            long fifoSeq,
            ViewId view,
            long seq,
            long aruSeq,
            List<NodeRecord> records)
            implements StateMessage {
        public Join {
            records = List.copyOf(records);
        }

        @Override
        public int encodedLength() {
            return headerLength(this) + 20 + records.size() * NodeRecord.LENGTH;
        }

        @Override
        public void encode(ByteBuf out) {
            writeHeader(out, this, TYPE_JOIN, Order.UNRELIABLE);
            out.writeLongLE(seq);
            out.writeLongLE(aruSeq);
            StateMessage.writeRecords(out, records);
        }
    }

    /** The representative proposes a view (section 2.8). */
    record Install(
            UUID source,
            int version,
            int flags,
            long fifoSeq,
            ViewId view,
            long seq,
            long aruSeq,
            ViewId installView,
            List<NodeRecord> records)
            implements StateMessage {
        public Install {
            records = List.copyOf(records);
        }

        /** The same proposal, sent once more. */
        Install repeated() {
            return new Install(source, version, flags | RETRANS, fifoSeq, view, seq, aruSeq, installView, records);
        }

        @Override
        public int encodedLength() {
            return headerLength(this) + 20 + ViewId.LENGTH + records.size() * NodeRecord.LENGTH;
        }

        @Override
        public void encode(ByteBuf out) {
            writeHeader(out, this, TYPE_INSTALL, Order.UNRELIABLE);
            out.writeLongLE(seq);
            out.writeLongLE(aruSeq);
            installView.write(out);
            StateMessage.writeRecords(out, records);
        }
    }

    /** A node leaves gracefully (section 2.9). */
    record Leave(UUID source, int version, int flags, long fifoSeq, ViewId view, long seq, long aruSeq)
            implements EvsMessage {
        /** The same, as another node repeats it inside a DELEGATE. */
        Leave recovered() {
            return new Leave(source, version, RETRANS | SOURCE, fifoSeq, view, seq, aruSeq);
        }

        @Override
        public int encodedLength() {
            return headerLength(this) + 16;
        }

        @Override
        public void encode(ByteBuf out) {
            writeHeader(out, this, TYPE_LEAVE, Order.UNRELIABLE);
            out.writeLongLE(seq);
            out.writeLongLE(aruSeq);
        }
    }

    /** Which nodes answer late, in the eyes of the sender (section 2.10). */
    record DelayedList(UUID source, int version, int flags, long fifoSeq, ViewId view, List<Entry> entries)
            implements EvsMessage {
        /**
         * @param counter how often the node was delayed, 0 to 255
         */
        record Entry(UUID uuid, int counter) {
            static final int LENGTH = 17;
        }

        public DelayedList {
            entries = List.copyOf(entries);
        }

        @Override
        public int encodedLength() {
            return headerLength(this) + 1 + entries.size() * Entry.LENGTH;
        }

        @Override
        public void encode(ByteBuf out) {
            writeHeader(out, this, TYPE_DELAYED_LIST, Order.DROP);
            out.writeByte(entries.size());
            for (Entry entry : entries) {
                Uuids.write(out, entry.uuid());
                out.writeByte(entry.counter());
            }
        }
    }
}
