package io.dromon.node.apply;

import io.dromon.node.NodeException;
import io.dromon.node.group.GroupCore;
import io.dromon.node.group.ReplicationFailure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The failures of a node's calls, in the words of the public API. */
public final class CallFailures {
    private CallFailures() {}

    /** A write-set was not committed here. */
    public static NodeException ofWriteSet(ReplicationFailure failure) {
        return switch (failure) {
            case PRIMARY_LOST ->
                new NodeException(
                        NodeException.Reason.PRIMARY_COMPONENT_LOST,
                        "this node is not in the primary component; the write-set was not committed anywhere. Wait"
                                + " until the node is back in it and send it again");
            case OUTCOME_UNKNOWN ->
                new NodeException(
                        NodeException.Reason.OUTCOME_UNKNOWN,
                        "the primary component was lost while the write-set was on its way: the members that stayed"
                                + " may have committed it. Look at the order when the node is back before you send it"
                                + " again");
            case NOT_JOINED ->
                new NodeException(
                        NodeException.Reason.PRIMARY_COMPONENT_LOST,
                        "this node has not received the cluster's state yet; wait for the state SYNCED");
            case CLOSED -> ended(null);
            case TOO_LARGE ->
                new NodeException(
                        NodeException.Reason.TOO_LARGE,
                        "the write-set is larger than repl.max_ws_size; split it, or raise the option");
        };
    }

    /** The node has ended: why. */
    public static NodeException ended(@Nullable NodeException why) {
        return why == null
                ? new NodeException(NodeException.Reason.CLOSED, "the node has left its group")
                : new NodeException(why.reason(), String.valueOf(why.getMessage()), why);
    }

    /** The node is between two runs. */
    public static NodeException restarting() {
        return new NodeException(
                NodeException.Reason.RESTARTING,
                "the node is being restarted, and nothing was sent; wait for Node.synced(), and try again");
    }

    /** The node is stopped, and its process waits for an operator. */
    public static NodeException held() {
        return new NodeException(
                NodeException.Reason.RESTARTING,
                "the node is held stopped by a re-bootstrap, and nothing was sent; it goes on when that has been carried"
                        + " through (dromon rebootstrap --resume) or taken back (--undo)");
    }

    /** Too much waits to be sent. */
    public static NodeException busy(long sendQueueBytes) {
        return new NodeException(
                NodeException.Reason.BUSY,
                "write-sets of " + sendQueueBytes + " bytes wait to be sent, the most that may"
                        + " (node.send_queue_bytes); wait for Node.room(), or for what was asked for before, and try"
                        + " again");
    }

    /** Too many causal reads wait. */
    public static NodeException tooManyReads() {
        return new NodeException(
                NodeException.Reason.BUSY,
                GroupCore.MAX_READS + " causal reads wait for their answer, the most that may; wait for some of them"
                        + " and try again");
    }

    /** A causal read without an answer. */
    public static NodeException ofRead(ReplicationFailure failure) {
        return failure == ReplicationFailure.CLOSED
                ? ended(null)
                : new NodeException(
                        NodeException.Reason.PRIMARY_COMPONENT_LOST,
                        "a causal read needs the primary component, and this node is not in it; wait until it is back");
    }

    static NodeException noAnswer(Duration limit) {
        return new NodeException(
                NodeException.Reason.TIMEOUT,
                "no answer to a causal read within " + limit + " (repl.causal_read_timeout): the group is not in"
                        + " agreement just now, or the application is far behind");
    }
}
