package io.dromon.it.sst;

import io.dromon.it.peers.PeerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Snapshots to send, and what independent programs say of the copy. */
final class SourceTrees {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private SourceTrees() {}

    /** Some 24 MiB: large and small files, holes, links, an odd name, modes. */
    static Path make(Path root, long seed) throws IOException {
        Random random = new Random(seed);
        Files.createDirectories(root);
        for (int i = 0; i < 4; i++) {
            Files.write(root.resolve("ibdata" + i), noise(random, 4_000_000 + random.nextInt(1_000_000)));
        }
        byte[] holes = noise(random, 3_000_000);
        java.util.Arrays.fill(holes, 100_000, 2_500_000, (byte) 0);
        Files.write(root.resolve("holes"), holes);
        for (int d = 0; d < 10; d++) {
            Path directory = Files.createDirectories(root.resolve("schema" + d).resolve("deep"));
            for (int i = 0; i < 60; i++) {
                Files.write(directory.resolve("table " + i + ".ibd"), noise(random, random.nextInt(12_000)));
            }
        }
        Files.writeString(root.resolve("new\nline"), "x", StandardCharsets.UTF_8);
        Files.createDirectory(root.resolve("empty directory"));
        Files.createSymbolicLink(root.resolve("link"), Path.of("schema1/deep"));
        Files.setPosixFilePermissions(root.resolve("ibdata1"), PosixFilePermissions.fromString("r-x-w---x"));
        return root;
    }

    private static byte[] noise(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    static void copy(Path from, Path to) {
        run(List.of("cp", "-a", from.toString(), to.toString()));
    }

    /** What {@code diff -r} and {@code rsync -n -c} find; the mode of the root itself is the target's business. */
    static String difference(Path a, Path b) {
        return run(List.of(
                        "bash",
                        "-c",
                        "diff -r --no-dereference \"$1\" \"$2\" 2>&1;"
                                + " rsync -rlpDnci --delete \"$1\"/ \"$2\"/ | grep -v ' [.]/$'; true",
                        "bash",
                        a.toString(),
                        b.toString()))
                .strip();
    }

    static boolean isSame(Path a, Path b) {
        return difference(a, b).isEmpty();
    }

    static String run(List<String> command) {
        return PeerProcess.run(command.get(0), Path.of("/"), command, LIMIT);
    }
}
