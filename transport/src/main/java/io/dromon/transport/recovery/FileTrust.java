package io.dromon.transport.recovery;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The check whether users other than this process' own and root can change what it relies on. Of systems that know no
 * owners and modes nothing is said.
 */
public final class FileTrust {
    /** For a directory of this process alone. */
    public static final FileAttribute<Set<PosixFilePermission>> PRIVATE_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** For a file of this process alone. */
    public static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final int STICKY = 01000;
    private static final OptionalInt OWN_USER = ownUser();

    private FileTrust() {}

    /** Who could do what in a directory, the worst first. */
    public enum Danger {
        /** Another user owns it and can replace all in it. */
        FOREIGN_OWNER,
        /** Every user can replace all in it. */
        EVERY_USER_REPLACES,
        /** A group can replace all in it. */
        A_GROUP_REPLACES,
        /** Others can add to it, and replace only what is theirs, as in {@code /tmp}. */
        OTHERS_ADD
    }

    /**
     * The worst that can be said of a directory.
     *
     * @param text for people, with the directory and what to do
     */
    public record Finding(Danger danger, String text) {
        /** Whether nothing in it can be relied on. */
        public boolean isFatal() {
            return danger == Danger.FOREIGN_OWNER || danger == Danger.EVERY_USER_REPLACES;
        }
    }

    /** Looks at a directory that exists, itself and not what leads to it. */
    public static Optional<Finding> judge(Path directory) throws IOException {
        if (!isKnown(directory)) {
            return Optional.empty();
        }
        Optional<String> foreign = foreignOwner(directory);
        if (foreign.isPresent()) {
            return Optional.of(new Finding(
                    Danger.FOREIGN_OWNER,
                    directory + " belongs to " + foreign.get()
                            + ", who can replace what is in it; use a directory of this user, or run as that one"));
        }
        PosixFileAttributes attributes = Files.readAttributes(directory, PosixFileAttributes.class);
        boolean group = attributes.permissions().contains(PosixFilePermission.GROUP_WRITE);
        boolean others = attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE);
        if (!group && !others) {
            return Optional.empty();
        }
        String mode = " (mode " + PosixFilePermissions.toString(attributes.permissions()) + "); chmod go-w it";
        if (((int) Files.getAttribute(directory, "unix:mode") & STICKY) != 0) {
            return Optional.of(new Finding(Danger.OTHERS_ADD, "others can put files into " + directory + mode));
        }
        return Optional.of(
                others
                        ? new Finding(
                                Danger.EVERY_USER_REPLACES, "every user can replace what is in " + directory + mode)
                        : new Finding(
                                Danger.A_GROUP_REPLACES,
                                "the group " + attributes.group().getName() + " can replace what is in " + directory
                                        + mode));
    }

    /** The owner of what is there, a link itself and not its target, if that is neither this user nor root. */
    public static Optional<String> foreignOwner(Path path) throws IOException {
        if (!isKnown(path) || OWN_USER.isEmpty()) {
            return Optional.empty();
        }
        int owner = (int) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        return owner == 0 || owner == OWN_USER.getAsInt()
                ? Optional.empty()
                : Optional.of("the user "
                        + Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).getName());
    }

    static boolean isWritableByEveryUser(Path file) throws IOException {
        return isKnown(file)
                && Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)
                        .contains(PosixFilePermission.OTHERS_WRITE);
    }

    private static boolean isKnown(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    /** The effective one. */
    private static OptionalInt ownUser() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("Uid:")) {
                    return OptionalInt.of(Integer.parseInt(line.split("\\s+", -1)[2]));
                }
            }
        } catch (IOException | NumberFormatException e) {
            return OptionalInt.empty(); // no Linux
        }
        return OptionalInt.empty();
    }
}
