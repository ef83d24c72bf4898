package io.dromon.sst.archive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The prefix that a program puts before the content of every symbolic link that it writes, so that nothing can be
 * written through one while it runs (rsync's {@code munge symlinks}).
 *
 * @param text ASCII
 */
public record LinkPrefix(String text) {
    byte[] bytes() {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Takes it away from all links below a directory. Their times are carried to the microsecond. */
    public void strip(Path root) throws IOException {
        List<Path> links;
        try (Stream<Path> paths = Files.walk(root)) {
            links = paths.filter(Files::isSymbolicLink).toList();
        }
        for (Path link : links) {
            byte[] content = RawPaths.bytes(Files.readSymbolicLink(link));
            byte[] rest = without(bytes(), content);
            if (rest.length != content.length) {
                replace(link, rest);
            }
        }
    }

    /** The directory around it stays as it is, its time and mode included. */
    private static void replace(Path link, byte[] content) throws IOException {
        Path parent = Objects.requireNonNull(link.getParent());
        PosixFileAttributes around = Files.readAttributes(parent, PosixFileAttributes.class);
        BasicFileAttributeView view =
                Files.getFileAttributeView(link, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        FileTime time = view.readAttributes().lastModifiedTime();
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwx------"));
        Files.delete(link);
        Files.createSymbolicLink(link, RawPaths.relative(content));
        view.setTimes(time, time, null);
        Files.setPosixFilePermissions(parent, around.permissions());
        Staging.setTimes(parent, around.lastModifiedTime().to(TimeUnit.NANOSECONDS));
    }

    static byte[] without(byte[] prefix, byte[] link) {
        boolean has = link.length > prefix.length && Arrays.equals(link, 0, prefix.length, prefix, 0, prefix.length);
        return has ? Arrays.copyOfRange(link, prefix.length, link.length) : link;
    }
}
