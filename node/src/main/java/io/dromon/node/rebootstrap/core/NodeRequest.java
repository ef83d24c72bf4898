package io.dromon.node.rebootstrap.core;

import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the coordinator asks of a node. Each step says what is to be, and not what is to be done: asked again it is
 * confirmed. A request that is sent again has the same id.
 *
 * @param node name of the node that it is for
 */
public record NodeRequest(RequestId id, UUID procedure, String node, Step step) {
    /** What is to be. */
    public sealed interface Step {
        /** Whether the node only tells what is. */
        default boolean isQuestion() {
            return false;
        }
    }

    /** Tell who and how you are. */
    public record Inspect() implements Step {
        @Override
        public boolean isQuestion() {
            return true;
        }
    }

    /** Tell your position, from the store. */
    public record Prove() implements Step {
        @Override
        public boolean isQuestion() {
            return true;
        }
    }

    /**
     * Hold these options and files, and do not use them.
     *
     * @param files as {@link PlannedNode#files}; who carries the request adds their content
     */
    public record Stage(Map<String, String> options, Map<String, String> files) implements Step {}

    /** Listen on a side port with what is staged; the answer is {@link Answer.Listening}. */
    public record OpenRehearsal() implements Step {}

    /**
     * Shake hands with what is staged.
     *
     * @param addresses of the other nodes' side ports, by name
     */
    public record Rehearse(Map<String, String> addresses) implements Step {}

    /** Take no writes; all that was taken before is finished. Close the side port. */
    public record Drain() implements Step {}

    /** Be stopped, with all that was received applied, and stay so. */
    public record Stop() implements Step {}

    /** Make the component anew. */
    public record Bootstrap(Token token, Target target) implements Step {}

    /**
     * Be a synced member that takes writes.
     *
     * @param round id of the token that began the component; null for the component from before the procedure
     */
    public record Join(Target target, @Nullable UUID round) implements Step {}

    /**
     * Run with this configuration, among these members and no others, linked as it says.
     *
     * @param members names of all
     */
    public record Verify(Target target, Set<String> members) implements Step {
        @Override
        public boolean isQuestion() {
            return true;
        }
    }

    /** Have this configuration for good, and forget the procedure. */
    public record Seal(Target target) implements Step {}
}
