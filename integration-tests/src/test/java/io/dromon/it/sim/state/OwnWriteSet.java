package io.dromon.it.sim.state;

import io.dromon.node.group.Ticket;
import io.dromon.transport.sim.Violation;
import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.UUID;

/**
 * A write-set that a process has sent: who, which, of what size.
 *
 * @param isForMajority whether its writer waits until a majority has synced it; false where it was read from its data
 */
record OwnWriteSet(UUID author, long number, int size, boolean isForMajority) implements Ticket.OfWriteSet {
    /** The smallest: author and number. */
    static final int HEADER = 24;

    /** What the application is given. */
    Bytes data() {
        byte[] array = new byte[size];
        ByteBuf out = Unpooled.wrappedBuffer(array).writerIndex(0);
        Uuids.write(out, author);
        out.writeLongLE(number);
        if (size > HEADER) {
            array[size - 1] = (byte) size;
        }
        return new Bytes(array);
    }

    static OwnWriteSet of(Bytes data) {
        try {
            ByteReader in = new ByteReader(data);
            OwnWriteSet read = new OwnWriteSet(in.uuid(), in.i64(), data.length(), false);
            if (data.length() > HEADER && data.array()[data.offset() + data.length() - 1] != (byte) data.length()) {
                throw new Violation("right-content", "the end of " + read);
            }
            return read;
        } catch (MalformedMessageException broken) {
            throw new Violation("right-content", data + ": " + broken.getMessage());
        }
    }

    /** Tells it from all others. */
    long content() {
        return (author.getLeastSignificantBits() * 31 + author.getMostSignificantBits()) * 31
                + number * 1_000_003
                + size;
    }
}
