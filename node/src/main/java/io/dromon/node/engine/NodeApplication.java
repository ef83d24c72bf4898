package io.dromon.node.engine;

import io.dromon.node.Application;
import io.dromon.transport.wire.Position;
import java.util.Optional;

/**
 * The application of a run of a node.
 *
 * @param kept what the node keeps for one with state, the caller's to close behind the node
 * @param given last number that an earlier run of the same node has given to it, or {@link Position#NONE}
 */
public record NodeApplication(Application application, Optional<KeptState> kept, Position given) {
    /** Where its state ends; {@link Position#NONE} if it has none. */
    Position position() {
        return kept.map(KeptState::position).orElse(Position.NONE);
    }
}
