package io.dromon.node.rebootstrap.member;

import io.dromon.config.ClusterAddress;
import io.dromon.transport.recovery.DurableFile;
import io.dromon.transport.recovery.FileTrust;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;

/**
 * The addresses of the members that a node was linked to when a re-bootstrap stopped it: where it finds them again though its
 * cluster address is {@code gcomm://}, by which it began the cluster once.
 */
final class Peers {
    /** Name of the file. */
    static final String NAME = "peers";

    private static final int MOST_BYTES = 1 << 16;

    private final Path file;

    Peers(Path dataDirectory) {
        this.file = dataDirectory
                .toAbsolutePath()
                .resolve(StagedConfiguration.DIRECTORY)
                .resolve(NAME);
    }

    /** On the disk when this returns. */
    void keep(Set<String> addresses) throws IOException {
        Path directory = file.getParent();
        if (directory != null && !Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(directory, FileTrust.PRIVATE_DIRECTORY);
            DurableFile.syncDirectory(directory);
        }
        if (!addresses.isEmpty()) {
            DurableFile.replace(file, StandardCharsets.UTF_8.encode(String.join(",", addresses)));
        }
    }

    /** {@code host:port,host:port}; empty if none are known. */
    String read() throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > MOST_BYTES) {
            return "";
        }
        String text = Files.readString(file);
        try {
            return ClusterAddress.parse("gcomm://" + text).hosts().isEmpty() ? "" : text;
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
