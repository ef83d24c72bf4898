package io.dromon.node.rebootstrap.core;

import io.dromon.node.rebootstrap.core.NodeFacts.Hold;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a re-bootstrap needs of the node that it runs on. Each method has something be so, and tells how far it is; it is
 * called again until it is, and does nothing where it is so already. None waits.
 */
public interface MemberControl {
    /** How far it is. */
    sealed interface Progress {
        /**
         * It is so.
         *
         * @param text the address for {@link MemberControl#openRehearsal}, empty for all others
         */
        record Done(String text) implements Progress {}

        /** It is being done. */
        record Pending(String what) implements Progress {}

        /** It was given up; the text says what was tried, what was seen, what to do. */
        record Failed(String text) implements Progress {}
    }

    /** How the node is: its position is read from the store, and null if the store does not tell it. */
    NodeFacts facts(Hold hold);

    /** Keeps options and files on the disk beside those that are used, replacing what was staged before. */
    Progress stage(Map<String, String> options, Map<String, String> files);

    /** Listens on a side port with what is staged; closes it by itself after a minute, and when the node is drained. */
    Progress openRehearsal();

    /** Shakes hands with those side ports, and has the own material judged. */
    Progress rehearse(Map<String, String> addresses);

    /** Takes no writes from now on, and finishes those that were taken. */
    Progress drain();

    /**
     * Applies what was received and stops, also in the middle of a start; the position does not change behind it. It closes
     * its links as a killed process does: a member that leaves in order lets the others go on with less, and what they did then would have to be known.
     */
    Progress stop();

    /**
     * Starts the stopped node, until it is a synced member that takes writes.
     *
     * @param token to make the component anew; null to join the one that is there, and never to make or recover one
     */
    Progress start(Target target, @Nullable Token token);

    /** Takes writes again, as a synced member that never stopped. */
    Progress takeWrites();

    /** Whether the node is linked to exactly those members, in the mode that the configuration asks for. */
    Progress verify(Target target, Set<String> members);

    /**
     * Makes this the one configuration of the node, for good: what is staged takes the place of the original one, or goes.
     */
    Progress settle(Target target);
}
