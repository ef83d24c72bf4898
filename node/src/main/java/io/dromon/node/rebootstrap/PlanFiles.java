package io.dromon.node.rebootstrap;

import io.dromon.config.NameBytes;
import io.dromon.node.rebootstrap.core.PlannedNode;
import io.dromon.node.rebootstrap.wire.StagedFile;
import io.dromon.transport.recovery.FileProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The local files that a plan brings to nodes: by the option that names each. */
public final class PlanFiles {
    /** Stands for the name of a node in the name of a file. */
    private static final String NODE = "{node}";

    private PlanFiles() {}

    /**
     * Those of one node in a directory for all of them: {@code DIR/NODE/FILE}, or {@code DIR/FILE}; <code>{node}</code> in the
     * name of a file is the name of the node.
     *
     * @param options by name; those whose value is a relative path name a file
     * @throws IllegalArgumentException if neither is there, or the node's name is none of a file
     */
    public static Map<String, String> in(Path directory, String node, Map<String, String> options) {
        if (node.contains("/") || node.startsWith(".")) {
            throw new IllegalArgumentException(
                    "'" + node + "', as the node calls itself, is no name of a directory: it would" + " lead out of "
                            + directory + "; write a plan file that names the files of each node");
        }
        Map<String, String> files = new TreeMap<>();
        options.forEach((name, value) -> {
            if (isBrought(name, value)) {
                String file = value.replace(NODE, node);
                Path own = directory.resolve(node).resolve(file);
                Path common = directory.resolve(file);
                if (!Files.exists(own) && !Files.exists(common)) {
                    throw new IllegalArgumentException(name + "=" + value + " for " + node + ": there is neither " + own
                            + " nor " + common
                            + (value.contains(",") ? "; one file for the option, put all certificates into it" : ""));
                }
                files.put(name, ChangeableOptions.local(Files.exists(own) ? own : common));
            }
        });
        return files;
    }

    /** Options without those that {@link #in} finds files for. */
    public static Map<String, String> without(Map<String, String> options) {
        Map<String, String> others = new TreeMap<>(options);
        others.entrySet().removeIf(option -> isBrought(option.getKey(), option.getValue()));
        return others;
    }

    private static boolean isBrought(String name, String value) {
        return ChangeableOptions.isFile(name)
                && !value.isEmpty()
                && !NameBytes.path(value).isAbsolute();
    }

    /**
     * Reads what a node is brought. On the node a file is named as its option is.
     *
     * @throws IOException with the file, and what is wrong with it
     */
    public static Map<String, StagedFile> read(PlannedNode node) throws IOException {
        Map<String, StagedFile> files = new TreeMap<>();
        for (Map.Entry<String, String> each : node.files().entrySet()) {
            Path file = NameBytes.path(each.getValue());
            files.put(each.getKey(), StagedFile.of(each.getKey().replaceAll("[^A-Za-z0-9._-]", "_"), content(file)));
        }
        return files;
    }

    private static byte[] content(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + (Files.exists(file) ? " is no file" : " is not there")
                    + "; a re-bootstrap brings it to a node");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(StagedFile.MOST_BYTES + 1);
            if (content.length == 0 || content.length > StagedFile.MOST_BYTES) {
                throw new IOException(file
                        + (content.length == 0 ? " is empty" : " has more than " + StagedFile.MOST_BYTES + " bytes")
                        + "; a key, certificates or a revocation list is expected");
            }
            return content;
        } catch (IOException e) {
            throw new IOException(FileProblem.of(e), e);
        }
    }
}
