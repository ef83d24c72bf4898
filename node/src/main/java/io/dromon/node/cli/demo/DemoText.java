package io.dromon.node.cli.demo;

import io.dromon.node.cli.process.CommandFailure;
import io.dromon.transport.recovery.FileProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The text that a demonstration replicates. */
final class DemoText {
    private static final int LONGEST_TEXT = 16 << 20;

    private DemoText() {}

    /** A copy of what the user named, which may be a pipe, or of the text that comes with the program. */
    static Path copy(@Nullable Path input, Path directory) throws IOException {
        Path copy = directory.resolve("text");
        if (input == null) {
            try (InputStream text =
                    Objects.requireNonNull(DemoText.class.getResourceAsStream("mariner.txt"), "mariner.txt")) {
                Files.copy(text, copy);
            }
            return copy;
        }
        return Files.write(copy, read(input));
    }

    private static byte[] read(Path input) {
        if (Files.isDirectory(input)) {
            throw new CommandFailure("--input: " + input + " is a directory; name a text file");
        }
        byte[] bytes;
        try (InputStream text = Files.newInputStream(input)) {
            bytes = text.readNBytes(LONGEST_TEXT + 1);
        } catch (IOException e) {
            throw new CommandFailure("--input: " + FileProblem.of(e) + "; name a text file");
        }
        if (bytes.length > LONGEST_TEXT) {
            throw new CommandFailure("--input: " + input + " has more than " + (LONGEST_TEXT >> 20) + " MiB");
        }
        try {
            if (StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .isEmpty()) {
                throw new CommandFailure("--input: " + input + " has no line");
            }
        } catch (CharacterCodingException e) {
            throw new CommandFailure("--input: " + input + " is not UTF-8 text");
        }
        return bytes;
    }
}
