package io.dromon.node;

import io.dromon.node.group.GroupCore;
import io.dromon.node.group.ReplicationFailure;
import io.dromon.transport.StackFailure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the layers below report, in the words of the public API. */
public final class NodeExceptions {
    private NodeExceptions() {}

    static NodeException of(ReplicationFailure failure) {
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
            case CLOSED -> closed();
            case TOO_LARGE ->
                new NodeException(
                        NodeException.Reason.TOO_LARGE,
                        "the write-set is larger than repl.max_ws_size; split it, or raise the option");
        };
    }

    public static NodeException closed() {
        return new NodeException(NodeException.Reason.CLOSED, "the node has left its group");
    }

    /** A call after the end: why there was one. */
    static NodeException after(@Nullable NodeException end) {
        return end == null ? closed() : new NodeException(end.reason(), String.valueOf(end.getMessage()), end);
    }

    static NodeException busy(long sendQueueBytes) {
        return new NodeException(
                NodeException.Reason.BUSY,
                "write-sets of " + sendQueueBytes + " bytes wait to be sent, the most that may"
                        + " (node.send_queue_bytes); wait for Node.room(), or for what was asked for before, and try"
                        + " again");
    }

    static NodeException tooManyReads() {
        return new NodeException(
                NodeException.Reason.BUSY,
                GroupCore.MAX_READS + " causal reads wait for their answer, the most that may; wait for some of them"
                        + " and try again");
    }

    static NodeException ofRead(ReplicationFailure failure) {
        return failure == ReplicationFailure.CLOSED
                ? closed()
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

    static NodeException of(StackFailure failure) {
        return new NodeException(
                switch (failure.kind()) {
                    case NO_PRIMARY -> NodeException.Reason.NO_PRIMARY_COMPONENT;
                    case REFUSED -> NodeException.Reason.REFUSED;
                    case INCOMPATIBLE -> NodeException.Reason.INCOMPATIBLE_GROUP;
                    case PROTOCOL -> NodeException.Reason.PROTOCOL;
                },
                failure.message());
    }
}
