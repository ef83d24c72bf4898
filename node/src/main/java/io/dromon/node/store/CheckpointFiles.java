package io.dromon.node.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The files of a RocksDB database as of a moment in which nobody writes to it, to be linked and copied while the database
 * goes on: tables do not change, log and manifest only grow. RocksDB's own checkpoint writes the table in memory out
 * first, and syncs it; here the log is taken in its place, at most {@code MEMORY_TABLE_BYTES} of it. So commits wait for
 * the list alone. No file may be removed before all are made.
 *
 * @param tables that never change: linked
 * @param manifest what the database consists of; grows, so its first bytes are copied
 * @param manifestBytes how many
 * @param copied small ones that are copied whole
 * @param logs all write-ahead logs, the one that is written to last
 */
record CheckpointFiles(List<String> tables, String manifest, long manifestBytes, List<String> copied, List<Log> logs) {
    private static final String CURRENT = "CURRENT";
    private static final String LOG = ".log";

    /**
     * A write-ahead log.
     *
     * @param name relative to the database
     * @param bytes its length at that moment
     */
    record Log(String name, long bytes) {
        long number() {
            try {
                return Long.parseLong(name.substring(0, name.length() - LOG.length()));
            } catch (NumberFormatException e) {
                throw new IllegalStateException(name + " is no log of RocksDB", e);
            }
        }
    }

    /**
     * The logs that are there. RocksDB has a call for it, which waits until files are gone that it is removing, of
     * hundreds of megabytes perhaps, and commits would wait too. A log that goes meanwhile is none that the manifest asks
     * for.
     *
     * @param database whose files are not removed any more, but for what has begun
     */
    static List<Log> logs(Path database) throws IOException {
        List<Log> logs = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(database, "*" + LOG)) {
            for (Path log : all) {
                log(log).ifPresent(logs::add);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        logs.sort(Comparator.comparingLong(Log::number));
        return logs;
    }

    private static Optional<Log> log(Path file) throws IOException {
        try {
            return Optional.of(new Log(String.valueOf(file.getFileName()), Files.size(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

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
                linkOld(from, to);
            } else {
                copy(from, to, logs.get(i).bytes());
            }
        }
        copy(database.resolve(manifest), target.resolve(manifest), manifestBytes);
        Files.writeString(target.resolve(CURRENT), manifest + "\n");
    }

    /** All of it is in tables if it has gone: no log is removed of which the manifest needs something. */
    private static void linkOld(Path from, Path to) throws IOException {
        try {
            link(from, to);
        } catch (NoSuchFileException e) {
            if (Files.exists(from)) {
                throw e;
            }
        }
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
