package io.dromon.node.cli.sst;

import io.dromon.node.cli.process.CommandFailure;
import io.dromon.sst.Token;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The place where a joiner puts its one-time token. What it has made is removed at the end, when the token is of no
 * use any more.
 *
 * @param reference for the line {@code ready}
 * @param file that was made, none if the token came from the environment
 * @param directory that was made for it
 */
record TokenPlace(
        Token token,
        String reference,
        @Nullable Path file,
        @Nullable Path directory) implements AutoCloseable {
    /** More than this is no token. */
    private static final long LARGEST = 100;

    /**
     * @param given from the environment
     * @param wanted the file that the caller named; a token in it is replaced, anything else is left alone
     */
    static TokenPlace of(@Nullable Token given, @Nullable Path wanted) throws IOException {
        if (given != null) {
            return new TokenPlace(given, "env:" + Token.VARIABLE, null, null);
        }
        Token token = Token.create();
        Path directory = wanted == null ? Files.createTempDirectory("dromon-sst") : null;
        Path file = wanted == null && directory != null ? directory.resolve("token") : wanted;
        if (file == null) {
            throw new IllegalStateException("one of both is there");
        }
        if (Files.exists(file) && !isToken(file)) {
            throw new CommandFailure(file + " holds something else than a token; name another --token-file");
        }
        Files.deleteIfExists(file);
        token.write(file);
        return new TokenPlace(token, "file:" + file.toAbsolutePath(), file, directory);
    }

    private static boolean isToken(Path file) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
            return false;
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        try {
            Token unused = Token.parse(text);
            return true;
        } catch (IllegalArgumentException e) {
            return text.isBlank();
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            Files.deleteIfExists(file);
        }
        if (directory != null) {
            Files.deleteIfExists(directory);
        }
    }
}
