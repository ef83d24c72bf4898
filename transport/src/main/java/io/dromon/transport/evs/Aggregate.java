package io.dromon.transport.evs;

import io.dromon.transport.wire.Encodable;
import io.netty.buffer.ByteBuf;

/**
 * Several messages of this node that travel as one (chapter 02 section 2.5); written straight from its parts, each as
 * {@code [flags 0][user_type][length, 2 bytes][bytes]}.
 */
final class Aggregate implements Encodable {
    /** Bytes in front of each part. */
    static final int HEAD = 4;

    private final byte[] userTypes;
    private final Encodable[] bodies;
    private final int length;

    /** Takes the arrays over. */
    Aggregate(byte[] userTypes, Encodable[] bodies, int length) {
        this.userTypes = userTypes;
        this.bodies = bodies;
        this.length = length;
    }

    int size() {
        return bodies.length;
    }

    int userType(int part) {
        return userTypes[part] & 0xff;
    }

    Encodable body(int part) {
        return bodies[part];
    }

    @Override
    public int encodedLength() {
        return length;
    }

    @Override
    public void encode(ByteBuf out) {
        for (int i = 0; i < bodies.length; i++) {
            out.writeByte(0);
            out.writeByte(userTypes[i]);
            out.writeShortLE(bodies[i].encodedLength());
            bodies[i].encode(out);
        }
    }
}
