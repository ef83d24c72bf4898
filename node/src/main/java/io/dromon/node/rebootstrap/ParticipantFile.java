package io.dromon.node.rebootstrap;

import io.dromon.node.rebootstrap.core.ParticipantState;
import io.dromon.transport.recovery.DurableFile;
import io.dromon.transport.recovery.FileTrust;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code rebootstrap.json} in a node's data directory: what the node keeps of a procedure. A line of JSON behind its
 * digest. One that cannot be relied on is refused: a node that was held stopped must not start because its file is damaged.
 */
public final class ParticipantFile implements Consumer<ParticipantState> {
    /** Name of the file. */
    public static final String NAME = "rebootstrap.json";

    private static final int MOST_BYTES = 1 << 20;

    private final Path path;

    /** @param directory the data directory, which belongs to this node alone */
    public ParticipantFile(Path directory) {
        this.path = directory.resolve(NAME);
    }

    /**
     * What is kept; {@link ParticipantState#NONE} without a file.
     *
     * @throws IOException if there is one that cannot be used: the node must not start then
     */
    public ParticipantState read() throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
            bytes = in.readNBytes(MOST_BYTES + 1);
        } catch (NoSuchFileException e) {
            return ParticipantState.NONE;
        }
        String foreign = FileTrust.foreignOwner(path).orElse(null);
        if (foreign != null) {
            throw problem("it belongs to " + foreign);
        }
        String line = new String(bytes, StandardCharsets.UTF_8);
        if (bytes.length > MOST_BYTES || !line.endsWith("\n")) {
            throw problem("it does not end as it was written");
        }
        try {
            return RecordText.read(new Chain().text(line.substring(0, line.length() - 1)), ParticipantState.class);
        } catch (IllegalArgumentException e) {
            throw problem(e.getMessage());
        }
    }

    private FileSystemException problem(@Nullable String what) {
        return new FileSystemException(
                path.toString(),
                null,
                what
                        + ": it says whether this node may start by itself during a re-bootstrap. See that no other node of"
                        + " the cluster is missing its part (dromon rebootstrap --resume), then remove it");
    }

    /** Keeps the state; it is on the disk when this returns. */
    @Override
    public void accept(ParticipantState state) {
        try {
            DurableFile.replace(path, StandardCharsets.UTF_8.encode(new Chain().line(RecordText.write(state))));
        } catch (IOException e) {
            throw new UncheckedIOException(path + " could not be written", e);
        }
    }
}
