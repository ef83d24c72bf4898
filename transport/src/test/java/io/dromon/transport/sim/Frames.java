package io.dromon.transport.sim;

import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;

/** Reads frames for the trace, on its own: it must not believe the code that it helps to check. */
final class Frames {
    private static final String[] MESH = {
        "INVALID", "HANDSHAKE", "RESPONSE", "OK", "FAIL", "TOPOLOGY", "KEEPALIVE", "7", "USER"
    };
    private static final String[] EVS = {"0", "USER", "DELEGATE", "GAP", "JOIN", "INSTALL", "LEAVE", "DELAYED"};

    private Frames() {}

    /** One line about a frame; no payload. */
    static String describe(Bytes frame) {
        try {
            ByteReader in = new ByteReader(frame);
            in.u8();
            int type = in.u8();
            int flags = in.u8();
            in.u8();
            String source = Uuids.brief(in.uuid());
            if (type != 8) {
                return (type < MESH.length ? MESH[type] : "type " + type) + " (" + frame.length() + ")";
            }
            return (flags == 0 ? "" : "mesh flags " + flags + " ") + "of " + source + " " + evs(in);
        } catch (MalformedMessageException broken) {
            return "malformed: " + broken.getMessage();
        }
    }

    private static String evs(ByteReader in) throws MalformedMessageException {
        int first = in.u8();
        int type = first >>> 2 & 7;
        int order = first >>> 5;
        int flags = in.u8();
        in.u8();
        in.u8();
        long fifo = in.i64();
        String source = (flags & 4) != 0 ? " from " + Uuids.brief(in.uuid()) : "";
        StringBuilder text = new StringBuilder(EVS[type]).append(source);
        text.append(" fifo ")
                .append(fifo)
                .append(" flags ")
                .append(flags)
                .append(' ')
                .append(ViewId.read(in));
        switch (type) {
            case 1 -> {
                int userType = in.u8();
                int range = in.u8();
                in.u16();
                text.append(" order ").append(order).append(" seq ").append(in.i64());
                if (range > 0) {
                    text.append('+').append(range);
                }
                text.append(" aru ")
                        .append(in.i64())
                        .append(" user ")
                        .append(userType)
                        .append(" (");
                text.append(in.remaining()).append(')');
            }
            case 2 -> text.append(" [").append(evs(in)).append(']');
            case 3 -> {
                text.append(" seq ").append(in.i64()).append(" aru ").append(in.i64());
                text.append(" range ").append(Uuids.brief(in.uuid()));
                text.append(" [").append(in.i64()).append(',').append(in.i64()).append(']');
            }
            case 4, 5 -> {
                text.append(" safe ").append(in.i64()).append(" aru ").append(in.i64());
                if (type == 5) {
                    text.append(" installs ").append(ViewId.read(in));
                }
                int count = in.i32();
                for (int i = 0; i < count; i++) {
                    text.append(" {")
                            .append(Uuids.brief(in.uuid()))
                            .append(" f")
                            .append(in.u8());
                    in.u8();
                    text.append(" leave ").append(in.i64()).append(' ').append(ViewId.read(in));
                    text.append(" ss ").append(in.i64());
                    text.append(" [")
                            .append(in.i64())
                            .append(',')
                            .append(in.i64())
                            .append("]}");
                }
            }
            case 6 -> text.append(" seq ").append(in.i64()).append(" aru ").append(in.i64());
            default -> {}
        }
        return text.toString();
    }
}
