package io.dromon.node.group;

import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.MalformedMessageException;
import io.netty.buffer.ByteBuf;

/**
 * Flow control (chapter 04 section 3.6): configuration (4), 1 STOP or 0 CONT (4).
 *
 * @param confId low 32 bits of the sender's configuration
 */
record FlowMessage(int confId, boolean stop) implements Encodable {
    static FlowMessage decode(Bytes message) throws MalformedMessageException {
        ByteReader in = new ByteReader(message);
        return new FlowMessage(in.i32(), in.i32() != 0);
    }

    @Override
    public int encodedLength() {
        return 8;
    }

    @Override
    public void encode(ByteBuf out) {
        out.writeIntLE(confId);
        out.writeIntLE(stop ? 1 : 0);
    }
}
