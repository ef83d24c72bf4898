package io.dromon.node.credentials;

import io.dromon.transport.tls.TlsSettings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Puts staged TLS files in the place of the current ones, as one change: a process that is killed in the middle of it,
 * or a machine that loses its power, leaves files of which {@link #recover} makes the old set or the new one. A note
 * beside the first file, {@code .swap} behind its name, tells what is being done; all is on the disk before the next
 * step builds on it.
 */
public final class TlsFileSwap {
    /** What a process that is killed may have done, or not. */
    interface Step {
        void run() throws IOException;
    }

    /**
     * @param before SHA-256 of what is replaced
     * @param after SHA-256 of what comes in its place
     */
    private record Change(Path file, String before, String after) {}

    private TlsFileSwap() {}

    /** Where the next version of a file is staged. */
    static Path next(Path file) {
        return beside(file, ".next");
    }

    private static Path previous(Path file) {
        return beside(file, ".before");
    }

    private static Path note(Path first) {
        return beside(first, ".swap");
    }

    private static Path beside(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    /**
     * Replaces all files by their staged versions; the ones before are kept with {@code .before}.
     *
     * @throws IOException if that cannot be done; the files are those from before then
     */
    static void swap(List<Path> files) throws IOException {
        try {
            for (Step step : steps(files)) {
                step.run();
            }
        } catch (IOException e) {
            try {
                undo(files.get(0));
            } catch (IOException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    /** The swap, step by step. */
    static List<Step> steps(List<Path> files) {
        Path note = note(files.get(0));
        List<Step> steps = new ArrayList<>();
        for (Path file : files) {
            steps.add(() -> {
                sync(next(file));
                Files.copy(
                        file, previous(file), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
                sync(previous(file));
            });
        }
        steps.add(() -> write(note, files));
        for (Path file : files) {
            steps.add(() -> move(next(file), file));
        }
        steps.add(() -> delete(note));
        return steps;
    }

    /** Whether a swap was cut off. */
    public static boolean isUnfinished(TlsSettings settings) {
        return firsts(settings).stream().anyMatch(first -> Files.exists(note(first)));
    }

    /**
     * Ends what a killed process has begun: finishes it if all that was staged is still there as it was, else undoes it.
     *
     * @return what was done, one line each
     * @throws IOException if neither can be done
     */
    static List<String> recover(TlsSettings settings) throws IOException {
        List<String> done = new ArrayList<>();
        for (Path first : firsts(settings)) {
            if (Files.exists(note(first))) {
                done.add(
                        finish(first)
                                ? "the rotation that was cut off has been finished: " + first + " is the new one"
                                : "the rotation that was cut off has been undone: " + first
                                        + " is the one before; stage" + " the files and do the step again");
            }
        }
        return done;
    }

    private static List<Path> firsts(TlsSettings settings) {
        List<Path> firsts = new ArrayList<>(List.of(settings.key()));
        settings.ca().ifPresent(firsts::add);
        return firsts;
    }

    private static boolean finish(Path first) throws IOException {
        List<Change> changes = read(note(first));
        for (Change change : changes) {
            if (!holds(change.file, change.after) && !holds(next(change.file), change.after)) {
                undo(first);
                return false;
            }
        }
        for (Change change : changes) {
            if (!holds(change.file, change.after)) {
                move(next(change.file), change.file);
            }
        }
        delete(note(first));
        return true;
    }

    private static void undo(Path first) throws IOException {
        if (!Files.exists(note(first))) {
            return; // nothing was moved yet
        }
        for (Change change : read(note(first))) {
            if (!holds(change.file, change.before)) {
                if (!holds(previous(change.file), change.before)) {
                    throw new IOException("a rotation was cut off, and can neither be finished nor be undone: "
                            + previous(change.file) + " does not hold what " + change.file
                            + " was; put the files in place by hand, then remove " + note(first));
                }
                // The staged file may be needed for another attempt.
                if (holds(change.file, change.after) && !Files.exists(next(change.file))) {
                    Files.copy(change.file, next(change.file), StandardCopyOption.COPY_ATTRIBUTES);
                }
                Path copy = beside(change.file, ".undo");
                Files.copy(
                        previous(change.file),
                        copy,
                        StandardCopyOption.REPLACE_EXISTING,
                        StandardCopyOption.COPY_ATTRIBUTES);
                sync(copy);
                move(copy, change.file);
            }
        }
        delete(note(first));
    }

    /** A line for each file: both digests, and the file. It comes into being whole or not at all. */
    private static void write(Path note, List<Path> files) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Path file : files) {
            text.append(digest(file))
                    .append(' ')
                    .append(digest(next(file)))
                    .append(' ')
                    .append(file.toAbsolutePath())
                    .append('\n');
        }
        Path whole = note.resolveSibling(note.getFileName() + ".new");
        Files.writeString(whole, text, StandardCharsets.UTF_8);
        sync(whole);
        move(whole, note);
    }

    private static List<Change> read(Path note) throws IOException {
        List<Change> changes = new ArrayList<>();
        for (String line : Files.readAllLines(note, StandardCharsets.UTF_8)) {
            String[] parts = line.split(" ", 3);
            if (parts.length != 3) {
                throw new IOException(note + " is damaged: it tells of a rotation that was cut off; see that key and"
                        + " certificate belong together, then remove it");
            }
            changes.add(new Change(Path.of(parts[2]), parts[0], parts[1]));
        }
        return changes;
    }

    private static boolean holds(Path file, String digest) throws IOException {
        try {
            return digest(file).equals(digest);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static String digest(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncDirectory(to);
    }

    private static void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
        syncDirectory(file);
    }

    private static void sync(Path file) throws IOException {
        force(file);
    }

    private static void syncDirectory(Path of) throws IOException {
        Path directory = of.toAbsolutePath().getParent();
        if (directory != null) {
            force(directory);
        }
    }

    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
