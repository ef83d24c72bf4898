package io.dromon.node;

import io.dromon.config.NodeConfig;
import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Not for applications: finds the provider of nodes, which lies in the same jar as this class unless the jar was taken apart. */
public final class NodeProviders {
    private NodeProviders() {}

    /**
     * Opens a node that a re-bootstrap holds stopped. Not for applications.
     *
     * @throws NodeException as {@link Node#start}
     */
    public static Node startHeld(NodeConfig config, Application application) {
        return find(Node.class.getClassLoader()).startHeld(config, application);
    }

    /** @throws NodeException if there is none */
    static NodeProvider find(ClassLoader classes) {
        try {
            Iterator<NodeProvider> found =
                    ServiceLoader.load(NodeProvider.class, classes).iterator();
            if (found.hasNext()) {
                return found.next();
            }
        } catch (ServiceConfigurationError e) {
            throw missing(e);
        }
        throw missing(null);
    }

    private static NodeException missing(@Nullable ServiceConfigurationError cause) {
        String text = "no provider of " + NodeProvider.class.getName() + " can be used"
                + (cause == null ? "" : " (" + cause.getMessage() + ")")
                + ": dromon-node is not whole on the class path. Whoever merges jars into one keeps META-INF/services/"
                + NodeProvider.class.getName()
                + " and the classes that it names (Maven's Shade plugin: ServicesResourceTransformer, and no"
                + " minimizeJar)";
        return cause == null
                ? new NodeException(NodeException.Reason.CONFIGURATION, text)
                : new NodeException(NodeException.Reason.CONFIGURATION, text, cause);
    }
}
