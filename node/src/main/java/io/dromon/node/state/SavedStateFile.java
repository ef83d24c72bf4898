package io.dromon.node.state;

import io.dromon.transport.recovery.DurableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** {@code grastate.dat} in a node's data directory, which belongs to this node alone. Not safe for threads. */
public final class SavedStateFile {
    /** Name of the file. */
    public static final String NAME = "grastate.dat";

    private static final int MOST_BYTES = 4096;

    private final Path path;
    private SavedState written = SavedState.NONE;
    private boolean exists;

    private SavedStateFile(Path path) {
        this.path = path;
    }

    /** Reads what is there; a missing file is {@link SavedState#NONE}. */
    public static SavedStateFile open(Path directory) throws IOException {
        SavedStateFile file = new SavedStateFile(directory.resolve(NAME));
        try (InputStream in = Files.newInputStream(file.path)) {
            file.written = SavedState.parse(new String(in.readNBytes(MOST_BYTES), StandardCharsets.ISO_8859_1));
            file.exists = true;
        } catch (NoSuchFileException e) {
            file.written = SavedState.NONE;
        }
        return file;
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** What it says. */
    public SavedState state() {
        return written;
    }

    /** Has it say something else; on disk when this returns. Does nothing if it says so already. */
    public void write(SavedState state) throws IOException {
        if (exists && state.equals(written)) {
            return;
        }
        try {
            DurableFile.replace(path, StandardCharsets.US_ASCII.encode(state.text()));
        } catch (IOException e) {
            overwrite(state, e);
        }
        written = state;
        exists = true;
    }

    /** A full disk has no room for a second file, but the first one can change: what it said may not be true any more. */
    private void overwrite(SavedState state, IOException why) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            ByteBuffer text = StandardCharsets.US_ASCII.encode(state.text());
            long length = text.remaining();
            while (text.hasRemaining()) {
                file.write(text);
            }
            file.truncate(length);
            file.force(true);
        } catch (IOException again) {
            why.addSuppressed(again);
            throw why;
        }
    }
}
