package io.dromon.node.engine;

import io.dromon.node.NodeException;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.recovery.FileProblem;
import io.dromon.transport.recovery.FileTrust;
import io.dromon.transport.recovery.SavedViewFile;
import io.dromon.transport.wire.Uuids;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The identity of a node: its UUID, and the view that it keeps on disk ({@code gvwstate.dat}) to come back to after a
 * crash.
 */
public final class NodeIdentity {
    private static final Logger LOG = LoggerFactory.getLogger(NodeIdentity.class);
    private static final AtomicLong LAST_MICROS = new AtomicLong();

    private final String nodeName;
    private final SavedViewFile file;
    private final Path dataDirectory;
    private final DirectoryLock lock;
    private final Optional<SavedView> restored;
    private final UUID uuid;
    private volatile Optional<UnsavedView> unsaved = Optional.empty();

    /**
     * Takes the data directory, until {@link #release}. Continues from the view that a crash left behind, under the next
     * incarnation of the UUID; else under a fresh one.
     *
     * @throws NodeException if the data directory cannot be used, or another node uses it
     */
    public NodeIdentity(String nodeName, Path dataDirectory, boolean recovery) {
        this.nodeName = nodeName;
        this.file = new SavedViewFile(dataDirectory);
        this.dataDirectory = dataDirectory;
        this.lock = take(nodeName, dataDirectory);
        this.restored = restore(recovery);
        this.uuid = restored.map(SavedView::self).orElseGet(NodeIdentity::freshUuid);
    }

    private NodeIdentity(String nodeName, NodeIdentity before, boolean recovery) {
        this.nodeName = nodeName;
        this.file = before.file;
        this.dataDirectory = before.dataDirectory;
        this.lock = before.lock;
        this.restored = restore(recovery);
        this.uuid = restored.map(SavedView::self).orElseGet(NodeIdentity::freshUuid);
    }

    /**
     * The identity of the next run in the same data directory, which nobody else can take in between: made as the first one.
     * This one has ended; either of them gives the directory back.
     *
     * @throws NodeException if the data directory cannot be used; it is given back then
     */
    public NodeIdentity next(String nextName, boolean recovery) {
        return new NodeIdentity(nextName, this, recovery);
    }

    private static DirectoryLock take(String nodeName, Path dataDirectory) {
        try {
            if (!Files.isDirectory(dataDirectory)) { // a link to one is one
                Files.createDirectories(dataDirectory, FileTrust.PRIVATE_DIRECTORY);
            }
            for (DataDirectory.Finding finding : DataDirectory.findings(dataDirectory)) {
                if (finding.fatal()) {
                    throw new FileSystemException(dataDirectory.toString(), null, finding.text());
                }
                LOG.warn("{}: data directory: {}", nodeName, finding.text());
            }
            return DirectoryLock.take(dataDirectory);
        } catch (IOException e) {
            throw unusable(dataDirectory, e);
        }
    }

    private static NodeException unusable(Path dataDirectory, IOException e) {
        return new NodeException(
                NodeException.Reason.CONFIGURATION,
                "the data directory " + dataDirectory + " cannot be used: " + FileProblem.of(e) + "; the node keeps "
                        + SavedViewFile.NAME + " there",
                e);
    }

    private Optional<SavedView> restore(boolean recovery) {
        try {
            SavedViewFile.Content content = file.restore(recovery);
            if (content instanceof SavedViewFile.Content.Found found) {
                LOG.info(
                        "{}: continues from the saved view {}",
                        nodeName,
                        found.view().view().id());
                return Optional.of(found.view());
            }
            if (content instanceof SavedViewFile.Content.Unusable unusable) {
                LOG.warn("{}: starts with a new identity: {}", nodeName, unusable.reason());
            }
            return Optional.empty();
        } catch (IOException e) {
            release();
            throw unusable(dataDirectory, e);
        }
    }

    /** The node has ended, or could not start: another one may use the directory. */
    public void release() {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.error("{}: the data directory was not given back: {}", nodeName, FileProblem.of(e));
        }
    }

    UUID uuid() {
        return uuid;
    }

    Optional<SavedView> restored() {
        return restored;
    }

    void save(SavedView view) {
        try {
            file.replace(view);
            unsaved = Optional.empty();
        } catch (SavedViewFile.StaleViewException e) {
            unsaved = Optional.of(new UnsavedView(
                    file.path() + " is of a view that is over, and can be neither replaced nor removed: "
                            + FileProblem.of(cause(e))
                            + "; after a crash this node could form a second primary component from it: remove the"
                            + " file before the next start",
                    true));
        } catch (IOException e) {
            // Galera goes on as well: the file only helps after a crash of all nodes.
            unsaved = Optional.of(new UnsavedView(
                    file.path() + " was not saved: " + FileProblem.of(e)
                            + "; the node goes on without it, but would not find its way back if all nodes crashed",
                    false));
        }
        unsaved.ifPresent(problem -> LOG.error("{}: {}", nodeName, problem.problem()));
    }

    private static IOException cause(SavedViewFile.StaleViewException e) {
        return e.getCause() instanceof IOException why ? why : e;
    }

    /** Why the last primary view is not on disk. */
    Optional<UnsavedView> unsaved() {
        return unsaved;
    }

    void remove() {
        try {
            file.remove();
        } catch (IOException e) {
            LOG.error("{}: {} was not removed: {}", nodeName, file.path(), FileProblem.of(e));
        }
    }

    /** Time based, never the same twice in this process. */
    static UUID freshUuid() {
        long now = System.currentTimeMillis() * 1000;
        return Uuids.timeBased(LAST_MICROS.updateAndGet(last -> Math.max(last + 1, now)), new SecureRandom());
    }
}
