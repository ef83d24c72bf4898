package io.dromon.transport.wire;

import io.netty.buffer.ByteBuf;
import java.util.Comparator;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Galera's operations on the UUIDs of nodes, with {@link UUID} as the value: 16 bytes, sent raw, time based (version
 * 1), bytes 8 and 9 being the incarnation (specification, chapter 01 section 4).
 */
public final class Uuids {
    /** 16 zero bytes: unknown. */
    public static final UUID NIL = new UUID(0, 0);

    /** Unsigned lexicographic order of the bytes; {@link UUID#compareTo} is signed and must not be used. */
    public static final Comparator<UUID> ORDER = (a, b) -> {
        int high = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
        return high != 0 ? high : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
    };

    /** 100 ns units between 1582-10-15 and 1970-01-01. */
    private static final long UNIX_EPOCH = 0x01B21DD213814000L;

    private static final long NODE_MASK = 0xffff_ffff_ffffL;

    private Uuids() {}

    /**
     * A version-1 UUID with a random node and a random clock sequence.
     *
     * @param unixMicros wall-clock time, microseconds since 1970; the caller never passes the same value twice
     */
    public static UUID timeBased(long unixMicros, RandomGenerator random) {
        long time = unixMicros * 10 + UNIX_EPOCH;
        long high = (time & 0xffff_ffffL) << 32 | (time >>> 32 & 0xffff) << 16 | 0x1000 | (time >>> 48 & 0x0fff);
        long bits = random.nextLong();
        long low =
                0x8000_0000_0000_0000L | (bits >>> 2 & 0x3fff_0000_0000_0000L) | (bits & NODE_MASK) | 0x0200_0000_0000L;
        return new UUID(high, low);
    }

    public static void write(ByteBuf out, UUID uuid) {
        out.writeLong(uuid.getMostSignificantBits());
        out.writeLong(uuid.getLeastSignificantBits());
    }

    /** The 60-bit timestamp of a version-1 UUID; the smaller is the older node. The version is not checked. */
    public static long timestamp(UUID uuid) {
        long high = uuid.getMostSignificantBits();
        return (high & 0x0fffL) << 48 | (high >>> 16 & 0xffffL) << 32 | high >>> 32;
    }

    /** Bytes 8 and 9: counts the restarts of a node that keeps its state. */
    public static int incarnation(UUID uuid) {
        return (int) (uuid.getLeastSignificantBits() >>> 48);
    }

    /** The same node, restarted once more. */
    public static UUID nextIncarnation(UUID uuid) {
        long low = uuid.getLeastSignificantBits();
        return new UUID(uuid.getMostSignificantBits(), (low & NODE_MASK) | ((low >>> 48) + 1 & 0xffff) << 48);
    }

    /** Whether the two differ in their incarnation at most. */
    public static boolean sameNode(UUID a, UUID b) {
        return a.getMostSignificantBits() == b.getMostSignificantBits()
                && ((a.getLeastSignificantBits() ^ b.getLeastSignificantBits()) & NODE_MASK) == 0;
    }

    /** Whether {@code a} is the node {@code b} after one or more restarts; incarnations wrap around. */
    public static boolean isLaterSelf(UUID a, UUID b) {
        return sameNode(a, b) && (short) (incarnation(a) - incarnation(b)) > 0;
    }

    /** The form that logs show: first four bytes and the incarnation, {@code 6a5fe19f-b9d1}. */
    public static String brief(UUID uuid) {
        return String.format("%08x-%04x", uuid.getMostSignificantBits() >>> 32, incarnation(uuid));
    }
}
