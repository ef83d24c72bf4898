package io.dromon.node.engine;

import io.dromon.config.NodeConfig;
import io.dromon.config.Options;
import io.dromon.node.NodeException;
import io.dromon.node.group.Errno;
import io.dromon.node.group.GroupEvent;
import io.dromon.transport.wire.Uuids;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An arbitrator that only asks a donor for a snapshot ({@code node.snapshot_request}) and leaves with its result. */
final class SnapshotErrand {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotErrand.class);

    private final String nodeName;
    private final String request;
    private @Nullable NodeException failure =
            new NodeException(NodeException.Reason.CLOSED, "the node left before a donor had given the snapshot");

    private boolean over;

    private SnapshotErrand(String nodeName, String request) {
        this.nodeName = nodeName;
        this.request = request;
    }

    /** Null where none is asked for. */
    static @Nullable SnapshotErrand of(NodeConfig config) {
        String request = config.value(Options.NODE_SNAPSHOT_REQUEST);
        return request.isEmpty() ? null : new SnapshotErrand(config.name(), request);
    }

    String request() {
        return request;
    }

    /** Why there is no snapshot; null once there is one. */
    @Nullable
    NodeException failure() {
        return failure;
    }

    /** Whether the node is to leave. */
    boolean isOver() {
        return over;
    }

    void onAnswer(GroupEvent.StateRequestResult result) {
        if (result.donorIndex() < 0) {
            fail("no member can be the donor: " + reason(result.donorIndex()));
        } else {
            LOG.info("{}: {} is the donor of '{}'", nodeName, Uuids.brief(result.donor()), request);
        }
    }

    void onEnd(GroupEvent.SnapshotEnded ended) {
        if (ended.code() < 0) {
            fail("the donor " + Uuids.brief(ended.donor()) + " failed: " + reason(ended.code()) + "; see its log");
        } else {
            LOG.info("{}: the donor has ended '{}' with success", nodeName, request);
            failure = null;
            over = true;
        }
    }

    void onLost(GroupEvent.StateTransferLost lost) {
        fail(lost.reason());
    }

    private void fail(String why) {
        String text = "the snapshot '" + request + "' was not made: " + why;
        LOG.error("{}: {}", nodeName, text);
        failure = new NodeException(NodeException.Reason.REFUSED, text);
        over = true;
    }

    /** What the code of a donor's JOIN, or of the selection of a donor, means (chapter 06, section 5.4). */
    private static String reason(long code) {
        String meaning = switch ((int) -code) {
            case 2 -> "its program wsrep_sst_METHOD is missing, or ended with exit code 2";
            case 13 -> "its program wsrep_sst_METHOD must not be run, or ended with exit code 13";
            case 22 -> "its program wsrep_sst_METHOD said what is not understood, or ended with exit code 22";
            case Errno.ENOSYS -> "it gives no snapshots, or its program ended with exit code 38";
            case 78 -> "its program wsrep_sst_METHOD ended without a result, or with exit code 78";
            case Errno.EHOSTUNREACH -> "no member that has data has a name of --donor";
            case Errno.ECANCELED -> "it was cancelled, or the configuration changed meanwhile";
            default -> "";
        };
        return "error " + -code + (meaning.isEmpty() ? "" : ", " + meaning);
    }
}
