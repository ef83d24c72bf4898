package io.dromon.node.rebootstrap.core;

import io.dromon.transport.wire.Position;
import org.jspecify.annotations.Nullable;

/** Rules of the procedure that a test can break; as they stand here none is. */
class SimRules {
    /** Whether a node that was held stopped stays so when its process begins. */
    boolean holdsStopped() {
        return true;
    }

    /** Whether a node tells the others when it stops: it need not, and may. */
    boolean leavesInOrder(SimNode node) {
        return node.weight == 2;
    }

    /** The position that a node tells. */
    @Nullable
    Position told(Position position, SimNode node) {
        return position;
    }

    /** The request that a node gets. */
    NodeRequest asked(NodeRequest request, SimNode node) {
        return request;
    }

    /** The answer that the coordinator gets. */
    Answer answered(Answer answer, NodeRequest request, SimNode node) {
        return answer;
    }
}
