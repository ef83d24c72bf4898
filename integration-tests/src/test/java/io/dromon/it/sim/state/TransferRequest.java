package io.dromon.it.sim.state;

import io.dromon.node.state.core.Attempt;
import io.dromon.node.state.core.HistoryTail;
import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.UUID;

/**
 * What a joiner's request tells its donor.
 *
 * @param host where it listens
 * @param process which process does
 * @param attempt the number of its attempt
 * @param snapshot whether it wants a snapshot, not events
 * @param have where its state ends
 * @param tail what its cache holds of the end of its state
 */
record TransferRequest(int host, UUID process, int attempt, boolean snapshot, Position have, HistoryTail tail) {
    private static final int LENGTH = 4 + 16 + 4 + 4 + 16 + 8;

    static TransferRequest of(int host, UUID process, Attempt attempt, HistoryTail tail) {
        return new TransferRequest(
                host, process, attempt.number(), attempt.way() == Attempt.Way.SNAPSHOT, attempt.have(), tail);
    }

    Bytes encode() {
        Bytes end = tail.encode();
        byte[] array = new byte[LENGTH + end.length()];
        ByteBuf out = Unpooled.wrappedBuffer(array).writerIndex(0);
        out.writeIntLE(host);
        Uuids.write(out, process);
        out.writeIntLE(attempt);
        out.writeIntLE(snapshot ? 1 : 0);
        Uuids.write(out, have.history());
        out.writeLongLE(have.seqno());
        end.encode(out);
        return new Bytes(array);
    }

    static TransferRequest decode(Bytes bytes) {
        try {
            ByteReader in = new ByteReader(bytes);
            return new TransferRequest(
                    in.i32(),
                    in.uuid(),
                    in.i32(),
                    in.i32() == 1,
                    new Position(in.uuid(), in.i64()),
                    HistoryTail.decode(in.rest()));
        } catch (MalformedMessageException e) {
            throw new IllegalStateException("a state request came out other than it went in", e);
        }
    }
}
