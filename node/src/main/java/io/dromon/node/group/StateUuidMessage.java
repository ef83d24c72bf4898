package io.dromon.node.group;

import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import io.netty.buffer.ByteBuf;
import java.util.UUID;

/** Names a state exchange (chapter 04 section 3.4): UUID (16). */
record StateUuidMessage(UUID stateUuid) implements Encodable {
    static StateUuidMessage decode(Bytes message) throws MalformedMessageException {
        return new StateUuidMessage(new ByteReader(message).uuid());
    }

    @Override
    public int encodedLength() {
        return 16;
    }

    @Override
    public void encode(ByteBuf out) {
        Uuids.write(out, stateUuid);
    }
}
