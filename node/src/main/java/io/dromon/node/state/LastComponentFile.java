package io.dromon.node.state;

import io.dromon.transport.recovery.DurableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code component.dat} in a node's data directory, which belongs to this node alone. What is there is the newest one, or
 * nothing: one that could not be replaced is removed. One thread at a time writes.
 */
public final class LastComponentFile {
    /** Name of the file. */
    public static final String NAME = "component.dat";

    private static final int MOST_BYTES = 1 << 20;

    private final Path path;
    private volatile @Nullable LastComponent written;

    private LastComponentFile(Path path) {
        this.path = path;
    }

    /** Reads what is there; a missing or damaged file says nothing. */
    public static LastComponentFile open(Path directory) throws IOException {
        LastComponentFile file = new LastComponentFile(directory.resolve(NAME));
        try (InputStream in = Files.newInputStream(file.path, LinkOption.NOFOLLOW_LINKS)) {
            file.written = LastComponent.parse(new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            file.written = null;
        }
        return file;
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** What it says; empty if that is not known. Any thread. */
    public Optional<LastComponent> state() {
        return Optional.ofNullable(written);
    }

    /**
     * Has it say something else; on disk when this returns.
     *
     * @throws IOException if it is not; it says nothing then
     */
    public void write(LastComponent component) throws IOException {
        if (component.equals(written)) {
            return;
        }
        try {
            DurableFile.replace(path, StandardCharsets.UTF_8.encode(component.text()));
            written = component;
        } catch (IOException e) {
            written = null;
            try {
                Files.deleteIfExists(path);
            } catch (IOException stays) {
                e.addSuppressed(stays);
            }
            throw e;
        }
    }
}
