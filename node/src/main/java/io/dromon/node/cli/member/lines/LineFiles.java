package io.dromon.node.cli.member.lines;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/** What the store of lines does to files besides writing them. */
final class LineFiles {
    private LineFiles() {}

    /** The same file under another name; a copy where the file system has no links. */
    static void link(Path file, Path name) throws IOException {
        try {
            Path unused = Files.createLink(name, file);
        } catch (UnsupportedOperationException | FileSystemException e) {
            Files.copy(file, name); // a file system without links
        }
    }

    /** What is in the file is on the disk. */
    static void syncFile(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            channel.force(false);
        }
    }

    /** The names in the directory are on the disk. */
    static void syncDirectory(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** A directory with all in it, or a file; nothing if there is none. */
    static void remove(Path tree) throws IOException {
        if (Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> children = Files.list(tree)) {
                for (Path child : children.toList()) {
                    remove(child);
                }
            }
        }
        boolean unused = Files.deleteIfExists(tree);
    }
}
