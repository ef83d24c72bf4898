package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.DelayedList;
import io.dromon.transport.evs.EvsMessage.Delegate;
import io.dromon.transport.evs.EvsMessage.Gap;
import io.dromon.transport.evs.EvsMessage.Install;
import io.dromon.transport.evs.EvsMessage.Join;
import io.dromon.transport.evs.EvsMessage.Leave;
import io.dromon.transport.evs.EvsMessage.User;
import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads EVS messages (chapter 02 section 2). A USER costs two small objects, an acknowledgement one: the view id of
 * nearly all messages is the current one, so it is compared in place and not read.
 */
final class EvsDecoder {
    private static final VarHandle LE_INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LE_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BE_LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final Order[] ORDERS = Order.values();
    /** No seq comes near it; additions stay free of overflow. */
    private static final long MAX_SEQ = Long.MAX_VALUE >> 2;

    private EvsDecoder() {}

    /**
     * @param gmcastSource originator according to the header of the mesh
     * @return null for a message of a version that this node does not speak: to be dropped
     */
    static @Nullable EvsMessage decode(UUID gmcastSource, Bytes message) throws MalformedMessageException {
        return decode(gmcastSource, message, ViewId.NIL);
    }

    /**
     * @param current the view id that is to be expected; the messages then share this very object
     */
    static @Nullable EvsMessage decode(UUID gmcastSource, Bytes message, ViewId current)
            throws MalformedMessageException {
        return decode(gmcastSource, message, current, false);
    }

    private static @Nullable EvsMessage decode(UUID gmcastSource, Bytes message, ViewId current, boolean inner)
            throws MalformedMessageException {
        byte[] in = message.array();
        int at = message.offset();
        int length = message.length();
        if (length < EvsMessage.HEADER) {
            throw tooShort(length);
        }
        int type = in[at] >>> 2 & 0x07;
        int order = in[at] >>> 5 & 0x07;
        int flags = in[at + 1] & 0xff;
        int version = in[at + 2] & 0xff;
        if (type == 0) {
            throw new MalformedMessageException("EVS message of type 0");
        }
        if (order >= ORDERS.length) {
            throw new MalformedMessageException("EVS message of order " + order);
        }
        if (version > EvsMessage.MAX_VERSION) {
            return null;
        }
        long fifoSeq = (long) LE_LONG.get(in, at + 4);
        UUID source = gmcastSource;
        int header = EvsMessage.HEADER;
        if ((flags & EvsMessage.SOURCE) != 0) {
            header += 16;
            if (length < header) {
                throw tooShort(length);
            }
            source = uuid(in, at + 12);
        } else if (inner) {
            throw new MalformedMessageException("delegated EVS message without a source");
        }
        ViewId view = viewId(in, at + header - ViewId.LENGTH, current);
        if (type == EvsMessage.TYPE_USER) {
            return user(source, version, flags, fifoSeq, view, ORDERS[order], in, at + header, length - header);
        }
        if (type == EvsMessage.TYPE_GAP) {
            return gap(source, version, flags, fifoSeq, view, in, at + header, length - header, inner);
        }
        Bytes body = message.skip(header);
        if (type == EvsMessage.TYPE_DELEGATE) {
            return delegate(source, version, flags, fifoSeq, view, body, current, inner);
        }
        if (type == EvsMessage.TYPE_LEAVE) {
            return leave(source, version, flags, fifoSeq, view, body);
        }
        if (inner) {
            throw new MalformedMessageException("delegated EVS message of type " + type);
        }
        return membership(type, source, version, flags, fifoSeq, view, body);
    }

    private static User user(
            UUID source, int version, int flags, long fifoSeq, ViewId view, Order order, byte[] in, int at, int length)
            throws MalformedMessageException {
        if (length < EvsMessage.USER_HEADER) {
            throw tooShort(length);
        }
        long seq = (long) LE_LONG.get(in, at + 4);
        long aruSeq = (long) LE_LONG.get(in, at + 12);
        if (seq < 0 || seq > MAX_SEQ) {
            throw new MalformedMessageException("USER with seq " + seq);
        }
        if (aruSeq < -1 || aruSeq > MAX_SEQ) {
            throw new MalformedMessageException("USER with aru " + aruSeq);
        }
        int payloadAt = at + EvsMessage.USER_HEADER;
        int payloadLength = length - EvsMessage.USER_HEADER;
        if ((flags & EvsMessage.AGGREGATE) != 0) {
            checkAggregate(in, payloadAt, payloadLength);
        }
        Bytes payload = payloadLength == 0 ? Bytes.EMPTY : new Bytes(in, payloadAt, payloadLength);
        return new User(
                source, version, flags, fifoSeq, view, order, in[at] & 0xff, in[at + 1] & 0xff, seq, aruSeq, payload);
    }

    /** The parts fill the payload exactly; whoever splits it later need not look again. */
    private static void checkAggregate(byte[] in, int from, int length) throws MalformedMessageException {
        int end = from + length;
        int at = from;
        do {
            if (end - at < Aggregate.HEAD) {
                throw new MalformedMessageException("aggregate with " + (end - at) + " bytes left for a part");
            }
            at += Aggregate.HEAD + partLength(in, at);
            if (at > end) {
                throw new MalformedMessageException("part of an aggregate ends " + (at - end) + " bytes behind it");
            }
        } while (at < end);
    }

    /** Length of the part of an aggregate that begins at {@code at}, without its head. */
    static int partLength(byte[] in, int at) {
        return (in[at + 2] & 0xff) | (in[at + 3] & 0xff) << 8;
    }

    private static Gap gap(
            UUID source,
            int version,
            int flags,
            long fifoSeq,
            ViewId view,
            byte[] in,
            int at,
            int length,
            boolean inner)
            throws MalformedMessageException {
        if (inner) {
            throw new MalformedMessageException("delegated EVS message of type " + EvsMessage.TYPE_GAP);
        }
        if (length != EvsMessage.GAP_BODY) {
            throw new MalformedMessageException("GAP with a body of " + length + " bytes");
        }
        long seq = seq("GAP seq", (long) LE_LONG.get(in, at));
        long aruSeq = seq("GAP aru", (long) LE_LONG.get(in, at + 8));
        long high = (long) BE_LONG.get(in, at + 16);
        long low = (long) BE_LONG.get(in, at + 24);
        UUID rangeUuid = (high | low) == 0 ? Uuids.NIL : new UUID(high, low);
        long rangeLu = seq("GAP range", (long) LE_LONG.get(in, at + 32));
        long rangeHs = seq("GAP range", (long) LE_LONG.get(in, at + 40));
        return new Gap(source, version, flags, fifoSeq, view, seq, aruSeq, rangeUuid, rangeLu, rangeHs);
    }

    private static @Nullable Delegate delegate(
            UUID source, int version, int flags, long fifoSeq, ViewId view, Bytes body, ViewId current, boolean inner)
            throws MalformedMessageException {
        if (inner) {
            throw new MalformedMessageException("DELEGATE inside a DELEGATE");
        }
        EvsMessage delegated = decode(source, body, current, true);
        return delegated == null ? null : new Delegate(source, version, flags, fifoSeq, view, delegated);
    }

    private static Leave leave(UUID source, int version, int flags, long fifoSeq, ViewId view, Bytes body)
            throws MalformedMessageException {
        ByteReader in = new ByteReader(body);
        Leave leave = new Leave(
                source, version, flags, fifoSeq, view, seq("LEAVE seq", in.i64()), seq("LEAVE aru", in.i64()));
        checkEnd("LEAVE", in);
        return leave;
    }

    private static EvsMessage membership(
            int type, UUID source, int version, int flags, long fifoSeq, ViewId view, Bytes body)
            throws MalformedMessageException {
        ByteReader in = new ByteReader(body);
        if (type == EvsMessage.TYPE_DELAYED_LIST) {
            return delayedList(source, version, flags, fifoSeq, view, in);
        }
        long seq = seq("JOIN safe seq", in.i64());
        long aruSeq = seq("JOIN aru", in.i64());
        if (type == EvsMessage.TYPE_JOIN) {
            return new Join(source, version, flags, fifoSeq, view, seq, aruSeq, records(in));
        }
        ViewId installView = ViewId.read(in);
        return new Install(source, version, flags, fifoSeq, view, seq, aruSeq, installView, records(in));
    }

    private static DelayedList delayedList(
            UUID source, int version, int flags, long fifoSeq, ViewId view, ByteReader in)
            throws MalformedMessageException {
        int count = in.u8();
        if (in.remaining() != count * DelayedList.Entry.LENGTH) {
            throw new MalformedMessageException(
                    "DELAYED_LIST of " + count + " entries with " + in.remaining() + " bytes");
        }
        List<DelayedList.Entry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(new DelayedList.Entry(in.uuid(), in.u8()));
        }
        return new DelayedList(source, version, flags, fifoSeq, view, entries);
    }

    private static List<NodeRecord> records(ByteReader in) throws MalformedMessageException {
        int count = in.i32();
        if (count < 0 || count > EvsMessage.MAX_RECORDS || in.remaining() != count * NodeRecord.LENGTH) {
            throw new MalformedMessageException(
                    Integer.toUnsignedString(count) + " node records with " + in.remaining() + " bytes");
        }
        List<NodeRecord> records = new ArrayList<>(count);
        boolean sorted = true;
        for (int i = 0; i < count; i++) {
            NodeRecord record = new NodeRecord(
                    in.uuid(),
                    in.u8(),
                    in.u8(),
                    seq("leave seq", in.i64()),
                    ViewId.read(in),
                    seq("safe seq", in.i64()),
                    seq("range", in.i64()),
                    seq("range", in.i64()));
            sorted &= i == 0 || Uuids.ORDER.compare(records.get(i - 1).uuid(), record.uuid()) < 0;
            records.add(record);
        }
        if (!sorted) {
            records.sort((a, b) -> Uuids.ORDER.compare(a.uuid(), b.uuid()));
            for (int i = 1; i < count; i++) {
                if (records.get(i - 1).uuid().equals(records.get(i).uuid())) {
                    throw new MalformedMessageException("two records of one node");
                }
            }
        }
        return records;
    }

    private static long seq(String field, long value) throws MalformedMessageException {
        if (value < -1 || value > MAX_SEQ) {
            throw new MalformedMessageException(field + " " + value);
        }
        return value;
    }

    private static void checkEnd(String name, ByteReader in) throws MalformedMessageException {
        if (in.remaining() != 0) {
            throw new MalformedMessageException(name + " with " + in.remaining() + " bytes too many");
        }
    }

    private static UUID uuid(byte[] in, int at) {
        return new UUID((long) BE_LONG.get(in, at), (long) BE_LONG.get(in, at + 8));
    }

    private static ViewId viewId(byte[] in, int at, ViewId current) throws MalformedMessageException {
        long high = (long) BE_LONG.get(in, at);
        long low = (long) BE_LONG.get(in, at + 8);
        int word = (int) LE_INT.get(in, at + 16);
        UUID uuid = current.uuid();
        if (word == (current.type().ordinal() << 30 | current.seq())
                && high == uuid.getMostSignificantBits()
                && low == uuid.getLeastSignificantBits()) {
            return current;
        }
        return ViewId.read(new ByteReader(new Bytes(in, at, ViewId.LENGTH)));
    }

    private static MalformedMessageException tooShort(int length) {
        return new MalformedMessageException("EVS message cut short, " + length + " bytes left");
    }
}
