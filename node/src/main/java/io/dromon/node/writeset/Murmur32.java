package io.dromon.node.writeset;

/** MurmurHash3 x86-32 with Galera's seed: the check of a record set's header (chapter 05 section 5). */
final class Murmur32 {
    private static final int SEED = 0x811C9DC5;
    private static final int C1 = 0xcc9e2d51;
    private static final int C2 = 0x1b873593;

    private Murmur32() {}

    static int hash(byte[] array, int offset, int count) {
        int hash = SEED;
        int at = offset;
        int end = offset + count;
        for (; end - at >= 4; at += 4) {
            hash = Integer.rotateLeft(hash ^ scramble(LittleEndian.i32(array, at)), 13) * 5 + 0xe6546b64;
        }
        int tail = 0;
        for (int i = end - 1; i >= at; i--) {
            tail = (tail << 8) | (array[i] & 0xff);
        }
        hash ^= scramble(tail) ^ count;
        hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
        return hash ^ (hash >>> 16);
    }

    private static int scramble(int k) {
        return Integer.rotateLeft(k * C1, 15) * C2;
    }
}
