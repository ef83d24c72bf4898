package io.dromon.sst.archive;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One thing in a snapshot. Owners are not carried: what is received belongs to who receives it.
 *
 * @param name where it is
 * @param kind what it is
 * @param size bytes of a file, else 0
 * @param mode permission bits, 0 to 0777
 * @param modifiedNs time of the last change, nanoseconds since 1970
 * @param link content of a symbolic link, null otherwise
 */
@SuppressWarnings("ArrayRecordComponent") // bytes of a link, shared and never changed; equality is not used
public record Entry(EntryName name, Kind kind, long size, int mode, long modifiedNs, byte @Nullable [] link) {
    /** What an entry can be. */
    public enum Kind {
        DIRECTORY,
        FILE,
        LINK
    }

    private static final int LONGEST_LINK = 4095;

    public Entry {
        if (size < 0
                || (kind != Kind.FILE && size != 0)
                || (mode & ~0777) != 0
                || (kind == Kind.LINK) != (link != null)) {
            throw new IllegalArgumentException("no entry: " + kind + " size " + size + " mode " + mode);
        }
    }

    /** A regular file. */
    public static Entry file(EntryName name, long size, int mode, long modifiedNs) {
        return new Entry(name, Kind.FILE, size, mode, modifiedNs, null);
    }

    /** A directory. */
    public static Entry directory(EntryName name, int mode, long modifiedNs) {
        return new Entry(name, Kind.DIRECTORY, 0, mode, modifiedNs, null);
    }

    /** A symbolic link that stays inside. */
    public static Entry link(EntryName name, byte[] target, long modifiedNs) throws ArchiveException {
        checkLink(name, target);
        return new Entry(name, Kind.LINK, 0, 0777, modifiedNs, target.clone());
    }

    /**
     * A link must be relative, and may go up only at its start and not above the root. Then it stays inside whatever
     * other links it passes: the directories above it are real ones, and each link after them stays inside as well.
     */
    private static void checkLink(EntryName name, byte[] target) throws ArchiveException {
        int up = 0;
        boolean down = false;
        if (target.length == 0 || target.length > LONGEST_LINK || target[0] == '/' || contains(target, (byte) 0)) {
            throw leaves(name, target);
        }
        for (int start = 0; start < target.length; ) {
            int end = start;
            while (end < target.length && target[end] != '/') {
                end++;
            }
            boolean dotDot = end - start == 2 && target[start] == '.' && target[start + 1] == '.';
            boolean dot = end - start == 0 || (end - start == 1 && target[start] == '.');
            if (dotDot) {
                up++;
                if (down || up > name.depth()) {
                    throw leaves(name, target);
                }
            } else if (!dot) {
                down = true;
            }
            start = end + 1;
        }
    }

    private static boolean contains(byte[] bytes, byte wanted) {
        for (byte b : bytes) {
            if (b == wanted) {
                return true;
            }
        }
        return false;
    }

    private static ArchiveException leaves(EntryName name, byte[] target) {
        return new ArchiveException(
                ArchiveException.Problem.UNSAFE_LINK,
                "the symbolic link \"" + name + "\" leads to \"" + EntryName.printable(target)
                        + "\", which is not surely inside the snapshot");
    }

    @Override
    public String toString() {
        return kind + " \"" + name + "\"" + (link == null ? "" : " -> " + Arrays.toString(link));
    }
}
