package io.dromon.sst.tunnel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A directory of trusted certificates as {@code openssl rehash} makes it (CApath). */
public final class CaDirectory {
    private CaDirectory() {}

    /**
     * The files that are named by a hash; all of them, since trust does not depend on the name.
     *
     * @throws IOException also where there is none, with a text for the user
     */
    public static List<Path> files(Path directory) throws IOException {
        List<Path> found;
        try (Stream<Path> files = Files.list(directory)) {
            found = files.filter(path -> String.valueOf(path.getFileName()).matches("[0-9a-f]{8}\\.[0-9]+"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new IOException(directory + " cannot be read as a directory", e);
        }
        if (found.isEmpty()) {
            throw new IOException(
                    directory + " holds no certificate named by its hash; run: openssl rehash " + directory);
        }
        return found;
    }
}
