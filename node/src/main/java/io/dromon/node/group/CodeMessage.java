package io.dromon.node.group;

import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import io.netty.buffer.ByteBuf;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * LAST, JOIN, SYNC and VOTE (chapter 04 sections 3.3 and 3.7): UUID (16), seqno (8), code (8), for a VOTE the text of
 * the error with one NUL behind it. A bare seqno of 8 bytes is the legacy form.
 *
 * @param groupUuid history that it is about; null in the legacy form, which fits any
 * @param extra what follows the code
 */
record CodeMessage(@Nullable UUID groupUuid, long seqno, long code, Bytes extra) implements Encodable {
    private static final int LENGTH = 32;
    private static final int LEGACY_LENGTH = 8;
    /** Longest text of a VOTE: 1024 bytes with everything. */
    static final int MAX_TEXT = 991;

    CodeMessage(UUID groupUuid, long seqno, long code) {
        this(groupUuid, seqno, code, Bytes.EMPTY);
    }

    /** A VOTE: the text is cut to what fits and gets its final NUL. */
    static CodeMessage vote(UUID groupUuid, long seqno, long code, Bytes text) {
        byte[] extra = new byte[Math.min(text.length(), MAX_TEXT) + 1];
        System.arraycopy(text.array(), text.offset(), extra, 0, extra.length - 1);
        return new CodeMessage(groupUuid, seqno, code, new Bytes(extra));
    }

    /**
     * @param mayHaveText whether it is a VOTE; the others have exactly 32 bytes
     */
    static CodeMessage decode(Bytes message, boolean mayHaveText) throws MalformedMessageException {
        ByteReader in = new ByteReader(message);
        if (message.length() == LEGACY_LENGTH) {
            return new CodeMessage(null, in.i64(), 0, Bytes.EMPTY);
        }
        if (message.length() < LENGTH) {
            throw new MalformedMessageException("code message of " + message.length() + " bytes");
        }
        UUID uuid = in.uuid();
        long seqno = in.i64();
        long code = in.i64();
        return new CodeMessage(uuid, seqno, code, mayHaveText ? in.rest() : Bytes.EMPTY);
    }

    /** Whether it is about the history {@code uuid}. */
    boolean isOf(UUID uuid) {
        return groupUuid == null || groupUuid.equals(uuid);
    }

    @Override
    public int encodedLength() {
        return groupUuid == null ? LEGACY_LENGTH : LENGTH + extra.length();
    }

    @Override
    public void encode(ByteBuf out) {
        if (groupUuid != null) {
            Uuids.write(out, groupUuid);
        }
        out.writeLongLE(seqno);
        if (groupUuid != null) {
            out.writeLongLE(code);
            extra.encode(out);
        }
    }
}
