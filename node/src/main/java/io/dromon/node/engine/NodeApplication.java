package io.dromon.node.engine;

import io.dromon.node.Application;
import io.dromon.node.DurableApplication;
import io.dromon.node.NodeException;
import io.dromon.node.NonBlockingApplication;
import io.dromon.node.ParallelApplication;
import io.dromon.node.StatefulApplication;
import io.dromon.transport.wire.Position;
import java.util.Optional;

/**
 * The application of a run of a node.
 *
 * @param kept what the node keeps for one with state, the caller's to close behind the node
 * @param given last number that an earlier run of the same node has given to it, or {@link Position#NONE}
 */
public record NodeApplication(Application application, Optional<KeptState> kept, Position given) {
    /**
     * Checks what an application says that it is, before anything is opened for it.
     *
     * @throws NodeException if it contradicts itself
     */
    public static void check(Application application) {
        if (!(application instanceof NonBlockingApplication)) {
            return;
        }
        String other = application instanceof DurableApplication
                ? "DurableApplication"
                : application instanceof StatefulApplication
                        ? "StatefulApplication"
                        : application instanceof ParallelApplication ? "ParallelApplication" : "";
        if (!other.isEmpty()) {
            throw new NodeException(
                    NodeException.Reason.CONFIGURATION,
                    application.getClass().getName()
                            + " is a NonBlockingApplication, which is called on the protocol thread"
                            + " and never waits, and a " + other + " as well, which has to. It can be one of them;"
                            + " without NonBlockingApplication it is called on a thread of its own");
        }
    }

    /** Where its state ends; {@link Position#NONE} if it has none. */
    Position position() {
        return kept.map(KeptState::position).orElse(Position.NONE);
    }
}
