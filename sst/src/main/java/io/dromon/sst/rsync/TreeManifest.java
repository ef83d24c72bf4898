package io.dromon.sst.rsync;

import io.dromon.sst.archive.ArchiveException;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.ManifestBuilder;
import io.dromon.sst.archive.SourceTree;
import io.dromon.sst.archive.SourceTree.SourceEntry;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The digest of names, kinds, sizes, modes and times of a tree, where another program carries the content. */
final class TreeManifest {
    private TreeManifest() {}

    static Manifest of(Path root, Position position, Consumer<String> skipped) throws IOException {
        try (SourceTree.Walk walk = SourceTree.of(root).walk(skipped)) {
            return of(walk, position);
        }
    }

    /** What rsync's daemon has written: nothing else than files, directories and links. */
    static Manifest received(Path root, Position position) throws IOException {
        List<String> others = new ArrayList<>();
        Manifest manifest;
        try (SourceTree.Walk walk = SourceTree.of(root).walk(others::add, RsyncDaemon.MUNGED)) {
            manifest = of(walk, position);
        }
        if (!others.isEmpty()) {
            throw new ArchiveException(
                    ArchiveException.Problem.FORBIDDEN_KIND, "the donor sent what no snapshot has: " + others.get(0));
        }
        return manifest;
    }

    private static Manifest of(SourceTree.Walk walk, Position position) throws IOException {
        ManifestBuilder tally = new ManifestBuilder();
        for (SourceEntry next = walk.next(); next != null; next = walk.next()) {
            tally.entry(next.entry());
        }
        return tally.manifest(position);
    }
}
