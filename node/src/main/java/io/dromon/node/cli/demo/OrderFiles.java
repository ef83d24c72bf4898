package io.dromon.node.cli.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;

/** The files in which the nodes write the order down, each as it sees it, from the first line to the last. */
final class OrderFiles {
    private static final int BUFFER_BYTES = 1 << 16;

    private final SortedMap<String, Path> files = new TreeMap<>();

    /** Names the file of a node, once or again. */
    void add(String node, Path file) {
        files.put(node, file);
    }

    /** Leaves out a node that is no member. */
    void remove(String node) {
        files.remove(node);
    }

    /**
     * What a node saw.
     *
     * @param writeSets how many
     * @param digest SHA-256 of the whole file, in hexadecimal
     */
    record Seen(long writeSets, String digest) {}

    /** Of each node. */
    SortedMap<String, Seen> seen() throws IOException {
        SortedMap<String, Seen> seen = new TreeMap<>();
        for (var entry : files.entrySet()) {
            seen.put(entry.getKey(), read(entry.getValue()));
        }
        return Collections.unmodifiableSortedMap(seen);
    }

    private static Seen read(Path file) throws IOException {
        MessageDigest digest = sha256();
        long lines = 0;
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                for (int i = 0; i < count; i++) {
                    lines += buffer[i] == '\n' ? 1 : 0;
                }
            }
        }
        return new Seen(lines, HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
