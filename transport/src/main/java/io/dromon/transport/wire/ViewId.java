package io.dromon.transport.wire;

import io.netty.buffer.ByteBuf;
import java.util.UUID;

/**
 * Identity of a view, 20 bytes on the wire: UUID (16), then 32 bits little-endian of which bits 0 to 29 are the
 * sequence number and bits 30 to 31 the type (specification, chapter 02 section 1.3).
 *
 * <p>The natural order is the one of chapter 03 section 1.4: by sequence number; at equal numbers the view named after
 * the older UUID (by its timestamp) is the greater; then by type.
 *
 * @param type kind of the view
 * @param uuid the representative that proposed the view
 * @param seq sequence number, 0 to 2^30 - 1
 */
public record ViewId(Type type, UUID uuid, int seq) implements Comparable<ViewId> {
    /** Bytes of a view id on the wire. */
    public static final int LENGTH = 20;
    /** (REG, nil, 0): nothing known. */
    public static final ViewId NIL = new ViewId(Type.REG, Uuids.NIL, 0);

    private static final int SEQ_MASK = 0x3fff_ffff;

    /** Kind of a view; the ordinal is the value on the wire. */
    public enum Type {
        REG,
        TRANS,
        NON_PRIM,
        PRIM;

        private static final Type[] VALUES = values();
    }

    public ViewId {
        if (seq < 0 || seq > SEQ_MASK) {
            throw new IllegalArgumentException("view sequence number " + seq + " does not fit 30 bits");
        }
    }

    public static ViewId read(ByteReader in) throws MalformedMessageException {
        UUID uuid = in.uuid();
        int word = in.i32();
        return new ViewId(Type.VALUES[word >>> 30], uuid, word & SEQ_MASK);
    }

    public void write(ByteBuf out) {
        Uuids.write(out, uuid);
        out.writeIntLE(type.ordinal() << 30 | seq);
    }

    @Override
    public int compareTo(ViewId other) {
        if (seq != other.seq) {
            return Integer.compare(seq, other.seq);
        }
        int age = Long.compare(Uuids.timestamp(other.uuid), Uuids.timestamp(uuid));
        return age != 0 ? age : type.compareTo(other.type);
    }

    @Override
    public String toString() {
        return "(" + type + "," + Uuids.brief(uuid) + "," + seq + ")";
    }
}
