package io.dromon.node.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The files of a RocksDB database as of a moment in which nobody writes to it, beside the database that goes on.
 * RocksDB's own checkpoint writes the table in memory out first, and syncs it; here the log is taken in its place, at
 * most {@code MEMORY_TABLE_BYTES} of it, so that commits wait for a copy from the page cache alone. No file may be
 * removed meanwhile.
 *
 * @param tables that never change: linked
 * @param manifest what the database consists of; grows, so its first bytes are copied
 * @param manifestBytes how many
 * @param copied small ones that are copied whole
 * @param logs all write-ahead logs, the one that is written to last
 */
record CheckpointFiles(List<String> tables, String manifest, long manifestBytes, List<String> copied, List<Log> logs) {
    private static final String CURRENT = "CURRENT";

    /**
     * A write-ahead log.
     *
     * @param name relative to the database
     * @param bytes its length at that moment
     */
    record Log(String name, long bytes) {}

    /** Sorts what RocksDB calls its live files by what they are. */
    static CheckpointFiles of(List<String> live, long manifestBytes, List<Log> logs) {
        List<String> names =
                live.stream().map(name -> name.replaceFirst("^/", "")).toList();
        return new CheckpointFiles(
                names.stream()
                        .filter(name -> name.endsWith(".sst") || name.endsWith(".blob"))
                        .toList(),
                names.stream()
                        .filter(name -> name.startsWith("MANIFEST-"))
                        .findFirst()
                        .orElseThrow(),
                manifestBytes,
                names.stream().filter(name -> name.startsWith("OPTIONS-")).toList(),
                logs);
    }

    /** Makes {@code target}, whose parent is there. */
    void make(Path database, Path target) throws IOException {
        Files.createDirectory(target);
        for (String table : tables) {
            link(database.resolve(table), target.resolve(table));
        }
        for (String file : copied) {
            Files.copy(database.resolve(file), target.resolve(file));
        }
        for (int i = 0; i < logs.size(); i++) {
            Path from = database.resolve(logs.get(i).name());
            Path to = target.resolve(from.getFileName());
            if (i < logs.size() - 1) {
                link(from, to);
            } else {
                copy(from, to, logs.get(i).bytes());
            }
        }
        copy(database.resolve(manifest), target.resolve(manifest), manifestBytes);
        Files.writeString(target.resolve(CURRENT), manifest + "\n");
    }

    /** Copies where the target is on another file system, or on one without links. */
    private static void link(Path from, Path to) throws IOException {
        try {
            Files.createLink(to, from);
        } catch (FileSystemException | UnsupportedOperationException e) {
            Files.copy(from, to);
        }
    }

    private static void copy(Path from, Path to, long bytes) throws IOException {
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel out = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long done = 0; done < bytes; ) {
                long count = in.transferTo(done, bytes - done, out);
                if (count <= 0) {
                    throw new IOException(from + " has less than " + bytes + " bytes");
                }
                done += count;
            }
        }
    }
}
