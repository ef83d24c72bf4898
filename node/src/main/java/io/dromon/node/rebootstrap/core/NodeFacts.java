package io.dromon.node.rebootstrap.core;

import io.dromon.transport.wire.Position;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of itself.
 *
 * @param clockMs its wall clock, milliseconds since 1970
 * @param position where its state ends, read from the store; null if that is not known, or there is no state
 * @param component the newest primary component that it was in; null if it remembers none
 */
public record NodeFacts(
        String name,
        String cluster,
        long clockMs,
        RunState state,
        @Nullable Position position,
        @Nullable Component component,
        Hold hold) {

    /** How far a node is from taking writes. */
    public enum RunState {
        /** It takes writes as soon as it is synced. */
        RUNNING,
        /** It is a member, and takes no writes. */
        DRAINED,
        /** It has no links, and nothing that it holds changes. */
        STOPPED
    }

    /** How a node and a component stand to each other. */
    public enum Standing {
        /** It is in it now. */
        MEMBER,
        /** It was in it until it died, or lost the others. */
        LOST,
        /** It left it in order, and the others may have gone on. */
        LEFT
    }

    /**
     * A primary component.
     *
     * @param number seqno of its configuration: the later of one history is the higher
     * @param weights of its members, by name
     */
    public record Component(long number, Map<String, Integer> weights, Standing standing) {
        public Component {
            weights = Map.copyOf(weights);
        }

        /** The weight of all that {@code names} has of its members. */
        long weightOf(Iterable<String> names) {
            long sum = 0;
            for (String name : names) {
                sum += weights.getOrDefault(name, 0);
            }
            return sum;
        }

        long weight() {
            return weightOf(weights.keySet());
        }
    }

    /**
     * What a procedure has made of the node.
     *
     * @param procedure the open one, null without one
     * @param active what the node is started with, or will be
     * @param round id of the token whose component the node has been a member of; null before
     */
    public record Hold(
            @Nullable UUID procedure,
            Target active,
            @Nullable UUID round) {}

    /** Whether it is in a primary component now. */
    public boolean isPrimary() {
        return state != RunState.STOPPED && component != null && component.standing() == Standing.MEMBER;
    }

    /** The members that it sees, by name; empty unless it is in a primary component. */
    Map<String, Integer> members() {
        Component now = component;
        return isPrimary() && now != null ? new TreeMap<>(now.weights()) : Map.of();
    }
}
