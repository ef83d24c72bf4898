package io.dromon.node.group;

import io.dromon.transport.wire.Encodable;
import io.netty.buffer.ByteBuf;

/**
 * A fragment of an own action: a header, and a range of the caller's bytes that is never copied but into the output.
 */
final class OwnFragment implements Encodable {
    final OwnAction action;
    final int version;
    final int number;
    private final long actionId;
    private final int from;
    private final int length;

    OwnFragment(OwnAction action, int version, long actionId, int number, int from, int length) {
        this.action = action;
        this.version = version;
        this.actionId = actionId;
        this.number = number;
        this.from = from;
        this.length = length;
    }

    boolean isLast() {
        return from + length == action.data.length();
    }

    @Override
    public int encodedLength() {
        return FragmentHeader.LENGTH + length;
    }

    @Override
    public void encode(ByteBuf out) {
        new FragmentHeader(version, actionId, action.data.length(), number, action.type).encode(out);
        out.writeBytes(action.data.array(), action.data.offset() + from, length);
    }
}
