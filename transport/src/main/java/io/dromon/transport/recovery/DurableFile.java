package io.dromon.transport.recovery;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** Small files whose content is on disk when a call returns, and that a crash leaves old or new. */
public final class DurableFile {
    private static final Set<OpenOption> CREATE = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private DurableFile() {}

    /** Where the next content is written before it replaces the file. */
    static Path temporary(Path file) {
        return file.resolveSibling(file.getFileName() + ".tmp");
    }

    /** Replaces a file, or makes it, for its owner alone. */
    public static void replace(Path file, ByteBuffer content) throws IOException {
        Path temporary = temporary(file);
        Files.deleteIfExists(temporary); // a link would be followed, a file of others written
        try (FileChannel out = FileChannel.open(temporary, CREATE, FileTrust.PRIVATE_FILE)) {
            while (content.hasRemaining()) {
                out.write(content);
            }
            out.force(true);
        }
        try {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.deleteIfExists(temporary);
            throw e;
        }
        syncDirectory(file);
    }

    /** Makes a rename or removal of this file last; systems that cannot open a directory do it themselves. */
    public static void syncDirectory(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        FileChannel opened;
        try {
            opened = directory == null ? null : FileChannel.open(directory, StandardOpenOption.READ);
        } catch (IOException e) {
            return;
        }
        if (opened != null) {
            try (FileChannel channel = opened) {
                channel.force(true);
            }
        }
    }
}
