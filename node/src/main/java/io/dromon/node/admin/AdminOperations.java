package io.dromon.node.admin;

import io.dromon.config.NodeConfig;
import io.dromon.node.NodeStatus;
import io.dromon.node.credentials.CaRotation;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The operations of an operator on a running node: the same for every way to ask. Any thread, but not the node's own.
 */
public interface AdminOperations {
    /** A snapshot of the node's state, its links and its flow control. */
    NodeStatus status();

    /** The configuration with all that was changed since the start; it holds secrets. */
    NodeConfig config();

    /** Whether the node still runs, or is being restarted; waits for nothing. */
    boolean isOpen();

    /**
     * Changes an option of the running node.
     *
     * @throws io.dromon.config.ConfigException if there is no such option, it cannot be changed at run time, or the value
     *     is out of range
     * @throws io.dromon.node.NodeException if the group does not allow it now
     */
    void set(String option, String value);

    /**
     * Reads certificate, key and CA files again; new links use them.
     *
     * @return one line that says what is used now
     * @throws io.dromon.node.NodeException with everything that is wrong with the files: what was used before stays in use
     */
    String reload();

    /**
     * A step of a rotation of certification authorities; new links use the result.
     *
     * @return one line that says what is used now
     * @throws io.dromon.node.NodeException with everything that stands against it; nothing has changed then
     */
    String rotate(CaRotation.Step step);

    /**
     * Relinks all links, one at a time, without a view change.
     *
     * @return the number of links; fails with a {@link io.dromon.node.NodeException} if a peer refuses the new link
     */
    CompletableFuture<Integer> relink();

    /**
     * Reads certificate, key and CA files as {@link #reload} does, and changes nothing.
     *
     * @return one line that says what would be used
     * @throws io.dromon.node.NodeException with everything that is wrong with the files
     */
    String checkReload();

    /**
     * Whether a step of a rotation could be done now; nothing changes.
     *
     * @throws io.dromon.node.NodeException with everything that stands against it
     */
    void checkRotation(CaRotation.Step step);

    /**
     * Checks what can be checked of a restart before anything is left; nothing changes.
     *
     * @throws io.dromon.config.ConfigException with all problems of the options
     * @throws io.dromon.node.NodeException if it cannot be
     */
    void checkRestart(Map<String, String> options);

    /**
     * Begins a restart, as {@link io.dromon.node.Node#restart} does, and does not wait for it.
     *
     * @return done when the node has started again; fails with what {@link io.dromon.node.Node#restart} would throw
     * @throws io.dromon.config.ConfigException with all problems of the options; the node goes on as it was
     * @throws io.dromon.node.NodeException if it cannot be; the node goes on as it was
     */
    CompletableFuture<Void> beginRestart(Map<String, String> options);

    /**
     * Refuses writes, unless they are refused for another reason: who refused them first takes them again.
     *
     * @param why a sentence for who writes
     * @return whether they are refused for this reason
     */
    boolean refuseWrites(String why);

    /** Takes writes again, if they are refused for this reason. */
    void acceptWrites(String why);

    /** Why writes are refused; null if they are not. */
    @Nullable
    String refusesWrites();

    /** Leaves the group and ends the node; waits for that. */
    void leave();
}
