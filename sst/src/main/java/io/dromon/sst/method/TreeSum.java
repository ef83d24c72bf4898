package io.dromon.sst.method;

import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.Position;
import io.dromon.sst.archive.SourceTree;
import io.dromon.sst.archive.SourceTree.SourceEntry;
import io.dromon.sst.archive.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** What names, kinds, sizes, modes and times of a tree come to, where another program carries the content. */
final class TreeSum {
    private TreeSum() {}

    static Manifest of(Path root, Position position, Consumer<String> skipped) throws IOException {
        Tally tally = new Tally();
        try (SourceTree.Walk walk = SourceTree.of(root).walk(skipped)) {
            for (SourceEntry next = walk.next(); next != null; next = walk.next()) {
                tally.entry(next.entry());
            }
        }
        return tally.manifest(position);
    }
}
