package io.dromon.node.cli.bench.sst;

import io.dromon.node.cli.process.CommandFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Something to transfer: of every 4 KiB one half is random and the other half words, so that zstd takes about four
 * tenths off. The same for the same arguments.
 */
final class BenchSource {
    private static final Pattern SHAPE = Pattern.compile("(\\d{1,6})x(\\d{1,6})(K|M|G)iB");
    private static final int PAGE = 4096;
    private static final int FILES_IN_DIRECTORY = 500;
    private static final int LARGEST_SMALL = 8 * 1024;

    private final Random random = new Random(1);
    private final byte[] words = words(new Random(2));

    private BenchSource() {}

    private static byte[] words(Random random) {
        String[] known = new String[2000];
        for (int i = 0; i < known.length; i++) {
            known[i] = Long.toString(random.nextInt(Integer.MAX_VALUE), 36) + " ";
        }
        StringBuilder text = new StringBuilder();
        while (text.length() < 1 << 20) {
            text.append(known[random.nextInt(known.length)]);
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Files of one size, {@code 8x256MiB}. */
    static void large(Path directory, String shape) throws IOException {
        Matcher matcher = SHAPE.matcher(shape);
        if (!matcher.matches()) {
            throw new CommandFailure("--generate: '" + shape + "' is no NUMBERxSIZE, for example 8x256MiB");
        }
        long size = Long.parseLong(matcher.group(2)) << (10 * (1 + "KMG".indexOf(matcher.group(3))));
        BenchSource source = new BenchSource();
        for (int i = 0; i < Integer.parseInt(matcher.group(1)); i++) {
            source.file(directory.resolve("file" + i), size);
        }
    }

    /** Many files of up to 8 KiB, some hundreds in a directory. */
    static void small(Path directory, int count) throws IOException {
        BenchSource source = new BenchSource();
        Path folder = directory;
        for (int i = 0; i < count; i++) {
            if (i % FILES_IN_DIRECTORY == 0) {
                folder = Files.createDirectory(
                        directory.resolve(String.format(Locale.ROOT, "directory%04d", i / FILES_IN_DIRECTORY)));
            }
            source.file(folder.resolve("file" + i), source.random.nextInt(LARGEST_SMALL));
        }
    }

    private void file(Path file, long size) throws IOException {
        byte[] page = new byte[PAGE];
        byte[] noise = new byte[PAGE / 2];
        byte[] piece = new byte[64 * PAGE];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long left = size; left > 0; ) {
                int length = (int) Math.min(piece.length, left);
                for (int at = 0; at < length; at += PAGE) {
                    random.nextBytes(noise);
                    System.arraycopy(noise, 0, page, 0, noise.length);
                    System.arraycopy(words, random.nextInt(words.length - PAGE), page, noise.length, PAGE / 2);
                    System.arraycopy(page, 0, piece, at, PAGE);
                }
                out.write(piece, 0, length);
                left -= length;
            }
        }
    }

    /**
     * What a directory holds.
     *
     * @param files regular files
     * @param bytes in them
     */
    record Size(long files, long bytes) {
        static Size of(Path directory) throws IOException {
            try (Stream<Path> paths = Files.walk(directory)) {
                long files = 0;
                long bytes = 0;
                for (Path path : (Iterable<Path>) paths::iterator) {
                    if (Files.isRegularFile(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                        files++;
                        bytes += Files.size(path);
                    }
                }
                return new Size(files, bytes);
            }
        }
    }
}
