package io.dromon.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Puts staged TLS files in the place of the current ones. */
final class TlsFileSwap {
    private TlsFileSwap() {}

    /** Where the next version of a file is staged. */
    static Path next(Path file) {
        return file.resolveSibling(file.getFileName() + ".next");
    }

    /** Each file is replaced by its staged version in one step; the one before is kept with {@code .before}. */
    static void swap(List<Path> files) throws IOException {
        for (Path file : files) {
            Path before = file.resolveSibling(file.getFileName() + ".before");
            Files.copy(file, before, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
            Files.move(next(file), file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
