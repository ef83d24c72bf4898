package io.dromon.node.store;

import io.dromon.node.WriteSet;
import io.dromon.transport.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The keys of the store in a write-set: {@code store / branch / rest}. The branch of a key is what stands before its
 * first {@code /}, and empty where there is none. Every write-set references the branches of its keys, so that a scan
 * that claims a branch EXCLUSIVE fails where something was written there, and the other way round.
 */
final class StoreKeys {
    private static final Bytes ROOT = new Bytes("store".getBytes(StandardCharsets.US_ASCII));
    private static final byte SEPARATOR = '/';

    private StoreKeys() {}

    /** The whole store. */
    static WriteSet.Key all() {
        return new WriteSet.Key(WriteSet.Key.Type.EXCLUSIVE, List.of(ROOT));
    }

    /** A branch. */
    static WriteSet.Key branch(byte[] branch) {
        return new WriteSet.Key(WriteSet.Key.Type.EXCLUSIVE, List.of(ROOT, new Bytes(branch)));
    }

    /** One key. */
    static WriteSet.Key of(WriteSet.Key.Type type, byte[] key) {
        int end = branchLength(key);
        Bytes branch = new Bytes(key, 0, Math.max(0, end));
        return new WriteSet.Key(type, List.of(ROOT, branch, new Bytes(key).skip(end + 1)));
    }

    /** -1 if the key has no branch. */
    private static int branchLength(byte[] key) {
        for (int i = 0; i < key.length; i++) {
            if (key[i] == SEPARATOR) {
                return i;
            }
        }
        return -1;
    }

    /** Whether all keys with {@code from <= key < to} are of the branch of {@code from}. */
    static boolean isOneBranch(byte[] from, byte[] to) {
        int end = branchLength(from);
        if (end < 0 || to.length == 0) {
            return false;
        }
        byte[] behind = Arrays.copyOf(from, end + 1);
        behind[end] = SEPARATOR + 1;
        return Change.KEY_ORDER.compare(to, behind) <= 0;
    }

    /** The branch of a key that has one. */
    static byte[] branchOf(byte[] key) {
        return Arrays.copyOf(key, Math.max(0, branchLength(key)));
    }
}
