package io.dromon.node.credentials;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * The digest of a set of files: changes whenever one of them does, through whatever links their names lead. Not
 * by times, which a copy or a clock may leave as they were.
 */
final class FilesDigest {
    /** PEM files are small; what is behind this is no PEM file. */
    private static final int LARGEST = 4 << 20;

    private FilesDigest() {}

    static String of(List<Path> files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files) {
                digest.update((file + "\n" + content(file) + "\n").getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String content(Path file) throws NoSuchAlgorithmException {
        try (InputStream in = Files.newInputStream(file)) {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(in.readNBytes(LARGEST)));
        } catch (IOException e) {
            return e.getClass().getSimpleName();
        }
    }
}
