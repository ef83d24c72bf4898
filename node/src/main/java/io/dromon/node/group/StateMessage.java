package io.dromon.node.group;

import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * A member's state in an exchange (chapter 04 section 3.5). Written as version 6; any version is read, fields that an
 * older one lacks get the values of that section.
 *
 * <pre>
 *   0 version | 1 flags | 2 gcs | 3 repl | 4 prim_state | 5 current_state | 6 prim_joined (2)
 *   8 state_uuid (16) | 24 group_uuid (16) | 40 prim_uuid (16) | 56 received (8) | 64 prim_seqno (8)
 *  72 name NUL address NUL
 *   B appl (1) | cached (8) | desync_count (4) | last_applied (8) | vote_seqno (8) | vote_res (8)
 *     vote_policy (1) | prim_gcs (1) | prim_repl (1) | prim_appl (1)
 * </pre>
 */
record StateMessage(
        int version,
        int flags,
        int gcs,
        int repl,
        int appl,
        MemberStatus primState,
        MemberStatus currentState,
        int primJoined,
        UUID stateUuid,
        UUID groupUuid,
        UUID primUuid,
        long received,
        long primSeqno,
        String name,
        String address,
        long cached,
        int desyncCount,
        long lastApplied,
        long voteSeqno,
        long voteResult,
        int votePolicy,
        int primGcs,
        int primRepl,
        int primAppl)
        implements Encodable {
    static final int VERSION = 6;

    /** The sender is index 0. */
    static final int FLAG_REPRESENTATIVE = 0x01;
    /** The sender counts itself in the commit cut. */
    static final int FLAG_COUNT_LAST_APPLIED = 0x02;
    /** A bootstrapping view, and the sender did not come from a primary configuration. */
    static final int FLAG_BOOTSTRAP = 0x04;
    /** The sender keeps no state. */
    static final int FLAG_ARBITRATOR = 0x08;

    private static final int FIXED_LENGTH = 74 + 41;

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /**
     * Whether members are missing that have come further than the sender, or, with a {@code primSeqno}, that may have delivered
     * as much in its last configuration, in which it was not complete. Dromon nodes tell it so.
     */
    boolean waits() {
        return primJoined > 0 && primUuid.equals(Uuids.NIL);
    }

    static StateMessage decode(Bytes message) throws MalformedMessageException {
        ByteReader in = new ByteReader(message);
        int version = level("version", in.u8());
        int flags = in.u8();
        int gcs = level("gcs", in.u8());
        int repl = level("repl", in.u8());
        MemberStatus primState = status(in.u8());
        MemberStatus currentState = status(in.u8());
        int primJoined = (short) in.u16();
        UUID stateUuid = in.uuid();
        UUID groupUuid = in.uuid();
        UUID primUuid = in.uuid();
        long received = in.i64();
        long primSeqno = in.i64();
        Bytes texts = in.rest();
        int nameEnd = nul(texts, 0);
        int addressEnd = nul(texts, nameEnd + 1);
        String name = text(texts, 0, nameEnd);
        String address = text(texts, nameEnd + 1, addressEnd);
        in = new ByteReader(texts.skip(addressEnd + 1));
        int appl = version >= 1 ? level("appl", in.u8()) : 0;
        long cached = version >= 3 ? in.i64() : -1;
        int desyncCount = version >= 4 ? in.i32() : 0;
        long lastApplied = 0;
        long voteSeqno = 0;
        long voteResult = 0;
        int votePolicy = 1;
        if (version >= 5) {
            long applied = in.i64();
            long voted = in.i64();
            long result = in.i64();
            int policy = in.u8();
            if (gcs >= 2) {
                lastApplied = applied;
                voteSeqno = voted;
                voteResult = result;
                votePolicy = policy;
            }
        }
        int primGcs = version >= 6 ? in.u8() : 0;
        int primRepl = version >= 6 ? in.u8() : 0;
        int primAppl = version >= 6 ? in.u8() : 0;
        return new StateMessage(
                version,
                flags,
                gcs,
                repl,
                appl,
                primState,
                currentState,
                primJoined,
                stateUuid,
                groupUuid,
                primUuid,
                received,
                primSeqno,
                name,
                address,
                cached,
                desyncCount,
                lastApplied,
                voteSeqno,
                voteResult,
                votePolicy,
                primGcs,
                primRepl,
                primAppl);
    }

    /** Version bytes are signed: real members discard the message of whoever announces more than 127. */
    private static int level(String what, int value) throws MalformedMessageException {
        if (value > 127) {
            throw new MalformedMessageException(what + " version " + value + " in a state message");
        }
        return value;
    }

    private static MemberStatus status(int code) throws MalformedMessageException {
        if (!MemberStatus.isCode(code)) {
            throw new MalformedMessageException("state " + code + " in a state message");
        }
        return MemberStatus.of(code);
    }

    private static int nul(Bytes texts, int from) throws MalformedMessageException {
        for (int i = from; i < texts.length(); i++) {
            if (texts.array()[texts.offset() + i] == 0) {
                return i;
            }
        }
        throw new MalformedMessageException("a text in a state message does not end");
    }

    /** Latin-1 keeps every byte as it is: names are compared by prefix, and written into the CCHANGE again. */
    private static String text(Bytes texts, int from, int to) {
        return new String(texts.array(), texts.offset() + from, to - from, StandardCharsets.ISO_8859_1);
    }

    @Override
    public int encodedLength() {
        return FIXED_LENGTH + name.length() + address.length();
    }

    @Override
    public void encode(ByteBuf out) {
        out.writeByte(version);
        out.writeByte(flags);
        out.writeByte(gcs);
        out.writeByte(repl);
        out.writeByte(primState.ordinal());
        out.writeByte(currentState.ordinal());
        out.writeShortLE(primJoined);
        Uuids.write(out, stateUuid);
        Uuids.write(out, groupUuid);
        Uuids.write(out, primUuid);
        out.writeLongLE(received);
        out.writeLongLE(primSeqno);
        out.writeBytes(name.getBytes(StandardCharsets.ISO_8859_1));
        out.writeByte(0);
        out.writeBytes(address.getBytes(StandardCharsets.ISO_8859_1));
        out.writeByte(0);
        out.writeByte(appl);
        out.writeLongLE(cached);
        out.writeIntLE(desyncCount);
        out.writeLongLE(lastApplied);
        out.writeLongLE(voteSeqno);
        out.writeLongLE(voteResult);
        out.writeByte(votePolicy);
        out.writeByte(primGcs);
        out.writeByte(primRepl);
        out.writeByte(primAppl);
    }
}
