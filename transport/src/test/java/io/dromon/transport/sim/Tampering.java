package io.dromon.transport.sim;

import io.dromon.transport.wire.Bytes;

/** Changes frames on their way, so that the one who gets them breaks a rule of the protocol. */
public final class Tampering {
    /** Of the GMCast header. */
    private static final int EVS = 20;

    private Tampering() {}

    /** A USER message or an acknowledgement whose sender seems to have all that it knows of. */
    public static Bytes acknowledgeAll(Bytes frame) {
        byte[] bytes = frame.array();
        int evs = frame.offset() + EVS;
        if (bytes[frame.offset() + 1] != 8 || frame.length() < 80) {
            return frame;
        }
        int type = bytes[evs] >>> 2 & 7;
        int flags = bytes[evs + 1];
        int seq = type == 1 && (flags & 0x02) == 0 ? evs + 36 : type == 3 && (flags & 0x10) == 0 ? evs + 32 : -1;
        if (seq < 0) {
            return frame;
        }
        byte[] changed = frame.toArray();
        System.arraycopy(bytes, seq, changed, seq + 8 - frame.offset(), 8);
        return new Bytes(changed);
    }
}
