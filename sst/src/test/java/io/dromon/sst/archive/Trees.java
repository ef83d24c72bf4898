package io.dromon.sst.archive;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Trees of files for tests, and an independent comparison. */
public final class Trees {
    private Trees() {}

    /** A bit of everything: depths, sizes, modes, times, links, holes, odd names. */
    public static Path mixed(Path root, long seed) throws IOException {
        Random random = new Random(seed);
        Files.createDirectories(root);
        for (int d = 0; d < 6; d++) {
            Path directory = Files.createDirectories(root.resolve("schema" + d).resolve("deep/er"));
            for (int i = 0; i < 12; i++) {
                byte[] bytes = new byte[random.nextInt(i < 10 ? 5000 : 200_000)];
                random.nextBytes(bytes);
                Files.write(directory.resolve("table " + i + ".ibd"), bytes);
            }
        }
        byte[] large = new byte[3_500_001];
        random.nextBytes(large);
        Files.write(root.resolve("ibdata1"), large);
        byte[] holes = new byte[5_000_003];
        random.nextBytes(holes);
        java.util.Arrays.fill(holes, 100_000, 4_000_000, (byte) 0);
        Files.write(root.resolve("holes"), holes);
        Files.write(root.resolve("all zero"), new byte[2_000_000]);
        Files.createFile(root.resolve("empty"));
        Files.createDirectory(root.resolve("empty directory"));
        Files.writeString(root.resolve("new\nline"), "x");
        Files.writeString(root.resolve("umlaut \u00e4\u00f6 \u4e2d"), "y");
        Files.writeString(root.resolve("n".repeat(255)), "long");
        Files.writeString(
                RawPaths.resolve(root.toRealPath(), new byte[] {'b', 'a', 'd', (byte) 0xff, (byte) 0xc3}), "raw");
        Files.createSymbolicLink(root.resolve("link"), Path.of("schema1/deep"));
        Files.createSymbolicLink(root.resolve("schema2/up"), Path.of("../ibdata1"));
        Files.setPosixFilePermissions(
                root.resolve("ibdata1"), java.nio.file.attribute.PosixFilePermissions.fromString("r-x-w---x"));
        Files.setLastModifiedTime(
                root.resolve("empty"),
                java.nio.file.attribute.FileTime.from(
                        1_234_567_890_123_456_789L, java.util.concurrent.TimeUnit.NANOSECONDS));
        return root;
    }

    /** What {@code diff -r} and a listing of kinds, modes and times say; empty if the trees are equal. Times to the
     * microsecond, which is what the JDK 17 sets. */
    public static String difference(Path a, Path b) {
        String list =
                "find . -mindepth 1 ! -type d -printf '%P %y %m %T@ %s %l\\0' -o -mindepth 1 -printf '%P %y %m %T@\\0'"
                        + " | sort -z | sed -zE 's/([0-9]{9,}[.][0-9]{6})[0-9]+/\\1/'";
        return run(
                "export LC_ALL=C; diff -r --no-dereference \"$1\" \"$2\"; diff -a <(cd \"$1\"; " + list
                        + ") <(cd \"$2\"; " + list + ")",
                a,
                b);
    }

    /** Runs a script of bash with two paths; its output. */
    public static String run(String script, Path... paths) {
        try {
            java.util.List<String> command = new java.util.ArrayList<>(java.util.List.of("bash", "-c", script, "bash"));
            for (Path path : paths) {
                command.add(path.toString());
            }
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.ISO_8859_1);
            process.waitFor();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
