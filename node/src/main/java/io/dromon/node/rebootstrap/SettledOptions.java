package io.dromon.node.rebootstrap;

import io.dromon.config.ConfigException;
import io.dromon.config.ConfigProblem;
import io.dromon.config.NodeConfig;
import io.dromon.transport.recovery.DurableFile;
import io.dromon.transport.recovery.FileTrust;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code rebootstrap-options.cnf} in a node's data directory: the options that a re-bootstrap has changed for good. It counts
 * more than the option file and the command line, which still say what was before: a node that came back with that could not
 * talk to the others.
 */
public final class SettledOptions {
    /** Name of the file. */
    public static final String NAME = "rebootstrap-options.cnf";

    /** How it begins. */
    public static final String HEAD =
            "# Written by a re-bootstrap. Counts more than the option file and the command line of"
                    + " the node.\n# Move the options there, and remove this file while the node is stopped.\n[dromon]\n";

    private SettledOptions() {}

    /**
     * A node's configuration, with what was settled.
     *
     * @throws io.dromon.config.ConfigException with all problems
     */
    public static NodeConfig over(NodeConfig config) {
        Path file = config.dataDir().resolve(NAME);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return config;
        }
        String foreign;
        try {
            foreign = FileTrust.foreignOwner(file).orElse(null);
        } catch (IOException e) {
            foreign = "somebody: " + e.getMessage();
        }
        if (foreign != null) {
            throw new ConfigException(List.of(new ConfigProblem(
                    file.toString(),
                    "it belongs to " + foreign + "; this node has not written it. See who did, and remove it, or run as"
                            + " that user")));
        }
        return config.over(file);
    }

    /** The options by name, as they were written. */
    public static Map<String, String> read(Path dataDirectory) throws IOException {
        Map<String, String> options = new LinkedHashMap<>();
        String text;
        try {
            text = Files.readString(dataDirectory.resolve(NAME));
        } catch (NoSuchFileException e) {
            return options;
        }
        for (String line : text.split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0 && !line.startsWith("#")) {
                options.put(
                        line.substring(0, equals).strip(),
                        line.substring(equals + 1).strip());
            }
        }
        return options;
    }

    /** Has it say something else; on the disk when this returns. */
    public static void replace(Path dataDirectory, byte[] content) throws IOException {
        DurableFile.replace(dataDirectory.resolve(NAME), ByteBuffer.wrap(content));
    }
}
