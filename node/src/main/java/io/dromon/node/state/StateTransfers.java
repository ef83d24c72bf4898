package io.dromon.node.state;

import io.dromon.node.NodeStatus;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupMember;
import io.dromon.node.state.core.Attempt;
import io.dromon.node.state.core.TransferStep;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the state transfers of a node, at both ends: sockets, files and threads for what {@link
 * io.dromon.node.state.core.StateReceiver} decides. On the protocol thread, but for {@link #close}.
 */
public final class StateTransfers implements TransferStep.Handler, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StateTransfers.class);

    private static final int NONE = -1;

    private final String nodeName;
    private final TransferParts parts;
    private final TransferHost host;
    private final ExecutorService threads;
    private final Set<DonorErrand> given = ConcurrentHashMap.newKeySet();
    private volatile @Nullable JoinerErrand taken;
    private volatile boolean waiting;
    /** Null while nothing is missing. */
    private volatile @Nullable String failure;
    /** The attempt of that failure. */
    private int failed = NONE;

    public StateTransfers(String nodeName, TransferParts parts, TransferHost host) {
        this.nodeName = nodeName;
        this.parts = parts;
        this.host = host;
        this.threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "dromon-" + nodeName + "-transfer");
            thread.setDaemon(true);
            return thread;
        });
    }

    // ---- this node takes

    @Override
    public void onPrepare(Attempt attempt) {
        LOG.info(
                "{}: the state of this node ends at {}, the group is at {}:{}; asks for {}",
                nodeName,
                attempt.have(),
                attempt.history(),
                attempt.needed(),
                attempt.way() == Attempt.Way.INCREMENTAL ? "what it missed (IST)" : "a snapshot (SST)");
        waiting = true;
        JoinerErrand errand = new JoinerErrand(attempt, host, parts, reason -> onOwnReason(attempt, reason));
        taken = errand;
        execute(errand::prepare);
    }

    private void execute(Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("{}: the node is ending", nodeName, e);
        }
    }

    private @Nullable JoinerErrand errand(Attempt attempt) {
        JoinerErrand errand = taken;
        return errand != null && errand.attempt.number() == attempt.number() ? errand : null;
    }

    @Override
    public void onReceive(Attempt attempt) {
        JoinerErrand errand = errand(attempt);
        if (errand == null) {
            return;
        }
        if (attempt.way() == Attempt.Way.INCREMENTAL && !parts.cache().history().equals(attempt.history())) {
            parts.cache().reset(attempt.history(), attempt.have().seqno());
        }
        errand.receive();
    }

    @Override
    public void onCancel(Attempt attempt) {
        JoinerErrand errand = errand(attempt);
        if (errand != null) {
            execute(errand::close);
        }
    }

    @Override
    public void onRestore(Attempt attempt) {
        JoinerErrand errand = errand(attempt);
        if (errand != null) {
            errand.restore();
        }
    }

    @Override
    public void onCompleted(Attempt attempt) {
        failure = null;
        failed = NONE;
        waiting = false;
        LOG.info(
                "{}: has the state of the group up to {}, by {}",
                nodeName,
                attempt.needed(),
                attempt.way() == Attempt.Way.INCREMENTAL ? "IST" : "SST");
        if (attempt.way() == Attempt.Way.INCREMENTAL) {
            onCancel(attempt); // a snapshot goes when the application has taken it
        }
    }

    @Override
    public void onFailed(TransferStep.Failed step) {
        failure = step.reason();
        failed = step.attempt().number();
        LOG.warn(
                "{}: {} from {} failed: {}; tries {} in {} s",
                nodeName,
                step.attempt().way() == Attempt.Way.INCREMENTAL ? "the incremental state transfer" : "the snapshot",
                step.attempt().have(),
                step.reason(),
                step.next() == Attempt.Way.INCREMENTAL ? "again" : "a snapshot",
                step.pause().toSeconds());
    }

    /** The donor heard it as well, and its word to the group, which has no reason but a number, was here first. */
    private void onOwnReason(Attempt attempt, String reason) {
        if (failed == attempt.number()) {
            failure = reason;
            LOG.warn("{}: why the snapshot from {} failed: {}", nodeName, attempt.have(), reason);
        }
    }

    // ---- this node gives

    /** The group has chosen this node as donor. In its place among what is ordered. */
    public void onStateRequest(GroupEvent.StateRequest request) {
        DonorErrand[] self = new DonorErrand[1];
        DonorErrand errand = new DonorErrand(nodeName, request, host, parts, () -> given.remove(self[0]));
        self[0] = errand;
        given.add(errand);
        errand.begin(this::execute);
    }

    /** The membership changed: who has left needs nothing any more. */
    public void onConfigurationChange(GroupEvent.ConfigurationChange change) {
        if (!given.isEmpty()) {
            Set<UUID> members = change.members().stream().map(GroupMember::uuid).collect(Collectors.toSet());
            given.stream()
                    .filter(errand -> change.isPrimary() && !members.contains(errand.requester()))
                    .forEach(errand -> execute(errand::cancel));
        }
    }

    /** What this node waits for, in words; empty while nothing is missing. Any thread. */
    public Optional<NodeStatus.Transfer> taking() {
        JoinerErrand errand = taken;
        return waiting && errand != null ? Optional.of(errand.status()) : Optional.empty();
    }

    /** Why the last attempt failed; empty while nothing is missing. Any thread. */
    public Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** How many nodes are given state now. Any thread. */
    public int giving() {
        return given.size();
    }

    /** The node has ended: nothing is sent or taken any more. Any thread; again is fine. */
    @Override
    public void close() {
        threads.shutdown();
        JoinerErrand errand = taken;
        if (errand != null) {
            errand.close();
        }
        given.forEach(DonorErrand::cancel);
    }
}
