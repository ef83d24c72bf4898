package io.dromon.node.engine;

import io.dromon.transport.recovery.FileTrust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The directory where a node keeps its saved view: who comes to write there can send the node into another group after
 * a crash.
 */
public final class DataDirectory {
    private DataDirectory() {}

    /**
     * Something that speaks against a directory.
     *
     * @param fatal whether a node that has its state there cannot rely on it
     */
    public record Finding(boolean fatal, String text) {}

    /** Looks at a directory that exists. */
    public static List<Finding> findings(Path directory) throws IOException {
        if (Files.isSymbolicLink(directory)) {
            Optional<String> foreign = FileTrust.foreignOwner(directory);
            if (foreign.isPresent()) {
                return List.of(new Finding(
                        true,
                        directory + " is a link of " + foreign.get() + ", which is not followed; name the directory"));
            }
        }
        List<Finding> findings = new ArrayList<>();
        Path real = directory.toRealPath();
        FileTrust.judge(real).ifPresent(found -> findings.add(new Finding(found.isFatal(), found.text())));
        Path parent = real.getParent();
        if (parent != null) {
            FileTrust.judge(parent)
                    .filter(found -> found.danger() != FileTrust.Danger.OTHERS_ADD)
                    .ifPresent(found -> findings.add(new Finding(false, found.text())));
        }
        return findings;
    }
}
