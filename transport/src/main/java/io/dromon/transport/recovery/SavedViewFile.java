package io.dromon.transport.recovery;

import io.dromon.transport.primary.SavedView;
import io.dromon.transport.wire.Uuids;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * {@code gvwstate.dat}: the last primary view, kept so that a group that went down as a whole can come back on its own
 * (chapter 03 sections 6.1 and 6.2). The text is the one that Galera writes and reads, byte for byte:
 *
 * <pre>
 * my_uuid: d96df135-e52e-11f1-b1fc-a2eb830c6078
 * #vwbeg
 * view_id: 3 d96df135-e52e-11f1-b1fc-a2eb830c6078 2
 * bootstrap: 0
 * member: d96df135-e52e-11f1-b1fc-a2eb830c6078 0
 * #vwend
 * </pre>
 *
 * <p>Not thread-safe; one process at a time uses a directory. Writing is all or nothing: a crash leaves the old file or
 * the new one.
 */
public final class SavedViewFile {
    /** Name of the file in its directory. */
    public static final String NAME = "gvwstate.dat";

    /** A view of a thousand members has some 50 KB. */
    private static final int MAX_LENGTH_BYTES = 1 << 20;

    /** What {@link #read} and {@link #restore} found. */
    public sealed interface Content {
        /** A complete saved view. */
        record Found(SavedView view) implements Content {}

        /** There is no file. */
        record Missing() implements Content {}

        /**
         * There is a file that says nothing.
         *
         * @param reason why it is treated as if there were none
         */
        record Unusable(String reason) implements Content {}
    }

    private final Path file;

    /**
     * @param directory {@code base_dir}; it exists
     */
    public SavedViewFile(Path directory) {
        this.file = directory.resolve(NAME);
    }

    public Path path() {
        return file;
    }

    /** What is there. Never throws for the content of the file, only if it cannot be read. */
    public Content read() throws IOException {
        byte[] bytes;
        try {
            Optional<String> obstacle = obstacle();
            if (obstacle.isPresent()) {
                return new Content.Unusable(file + " " + obstacle.get());
            }
            try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                bytes = in.readNBytes(MAX_LENGTH_BYTES + 1);
            }
            if (bytes.length > MAX_LENGTH_BYTES) {
                return new Content.Unusable(file + " has more than " + MAX_LENGTH_BYTES + " bytes");
            }
        } catch (NoSuchFileException e) {
            return new Content.Missing();
        }
        try {
            return new Content.Found(SavedViewText.parse(new String(bytes, StandardCharsets.UTF_8)));
        } catch (SavedViewText.UnusableException e) {
            return new Content.Unusable(file + ": " + e.getMessage());
        }
    }

    /** What speaks against a look into it: this node may not have written it. */
    private Optional<String> obstacle() throws IOException {
        if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isRegularFile()) {
            return Optional.of("is a link or no file, which is not followed; remove it");
        }
        Optional<String> foreign = FileTrust.foreignOwner(file);
        if (foreign.isPresent()) {
            return Optional.of("belongs to " + foreign.get() + ": this node has not written it; remove it");
        }
        return FileTrust.isWritableByEveryUser(file)
                ? Optional.of("can be written by every user: it may not be what this node wrote; remove it")
                : Optional.empty();
    }

    /**
     * What a starting node does with the file (section 6.2). Without recovery it is removed. Else, if it is complete, the
     * node takes the next incarnation of its old UUID, which is written back at once.
     *
     * @param recovery {@code pc.recovery}
     * @return the view to continue from, with the UUID to use from now on
     */
    public Content restore(boolean recovery) throws IOException {
        if (!recovery) {
            remove();
            return new Content.Missing();
        }
        Content content = read();
        if (content instanceof Content.Found found) {
            SavedView next = new SavedView(
                    Uuids.nextIncarnation(found.view().self()), found.view().view());
            write(next);
            return new Content.Found(next);
        }
        return content;
    }

    /**
     * Replaces the file, or removes it: what is there is the view that is over when this is called, and a node that came
     * back to it could form a second primary component.
     *
     * @throws IOException why the new one is not on disk; the old one has gone
     * @throws StaleViewException if the old one could not be removed either
     */
    public void replace(SavedView view) throws IOException {
        try {
            write(view);
        } catch (IOException e) {
            try {
                remove();
            } catch (IOException stays) {
                e.addSuppressed(stays);
                throw new StaleViewException(e);
            }
            throw e;
        }
    }

    /** A view that is over stands in the file, and cannot be removed. */
    public static final class StaleViewException extends IOException {
        private static final long serialVersionUID = 1L;

        StaleViewException(IOException cause) {
            super(cause);
        }
    }

    /** Replaces the file; when this returns, the new one is on disk. */
    public void write(SavedView view) throws IOException {
        DurableFile.replace(file, StandardCharsets.UTF_8.encode(SavedViewText.format(view)));
    }

    /**
     * Removes the file if it is there: an orderly close (section 6.2). Empties it where the directory does not let it go;
     * an empty one says nothing.
     */
    public void remove() throws IOException {
        boolean removed;
        try {
            removed = Files.deleteIfExists(file);
        } catch (IOException e) {
            try (FileChannel emptied = FileChannel.open(
                    file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING, LinkOption.NOFOLLOW_LINKS)) {
                emptied.force(true);
            } catch (IOException full) {
                e.addSuppressed(full);
                throw e;
            }
            return;
        }
        if (removed) {
            DurableFile.syncDirectory(file);
        }
        try {
            Files.deleteIfExists(DurableFile.temporary(file));
        } catch (IOException e) {
            // It is not read.
            return;
        }
    }
}
