package io.dromon.node.rebootstrap.member;

import io.dromon.config.ConfigException;
import io.dromon.config.NodeConfig;
import io.dromon.node.ClusterView;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.node.NodeStatus;
import io.dromon.node.admin.HoldableNode;
import io.dromon.node.rebootstrap.core.MemberControl;
import io.dromon.node.rebootstrap.core.NodeFacts;
import io.dromon.node.rebootstrap.core.NodeFacts.Component;
import io.dromon.node.rebootstrap.core.NodeFacts.Hold;
import io.dromon.node.rebootstrap.core.NodeFacts.RunState;
import io.dromon.node.rebootstrap.core.NodeFacts.Standing;
import io.dromon.node.rebootstrap.core.Target;
import io.dromon.node.rebootstrap.core.Token;
import io.dromon.node.rebootstrap.wire.StagedFile;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does to the node of a daemon what a re-bootstrap asks for. What takes time runs elsewhere; one call at a time. */
final class DaemonControl implements MemberControl {
    private static final Logger LOG = LoggerFactory.getLogger(DaemonControl.class);
    private static final String DRAINED =
            "this node takes no writes: a re-bootstrap of the cluster is under way, and nothing"
                    + " was sent; try again in a second";
    private static final Progress DONE = new Progress.Done("");

    private final HoldableNode node;
    private final Supplier<Position> position;
    private final StagedConfiguration staged;
    private final Peers peers;
    private final InstantSource clock;

    private Map<String, StagedFile> offered = Map.of();
    private @Nullable Rehearsal rehearsal;
    private @Nullable CompletableFuture<List<String>> looks;
    private Map<String, String> lookedAt = Map.of();
    private @Nullable CompletableFuture<Void> holding;
    private @Nullable CompletableFuture<Void> starting;
    private Target startedWith = Target.ORIGINAL;

    /** @param position where the state of a store ends; {@link Position#NONE} if it does not tell */
    DaemonControl(
            HoldableNode node,
            Supplier<Position> position,
            StagedConfiguration staged,
            Peers peers,
            InstantSource clock) {
        this.node = node;
        this.position = position;
        this.staged = staged;
        this.peers = peers;
        this.clock = clock;
    }

    /** The content of the files that the next {@link #stage} names. */
    void offer(Map<String, StagedFile> files) {
        offered = files;
    }

    @Override
    public NodeFacts facts(Hold hold) {
        NodeStatus status = node.status();
        boolean stopped = node.isHeld();
        RunState state =
                stopped ? RunState.STOPPED : node.refusesWrites() == null ? RunState.RUNNING : RunState.DRAINED;
        boolean member = !stopped && status.group().primary();
        Component component = node.lastComponent()
                .map(last -> new Component(
                        last.number(),
                        last.weights(),
                        member ? Standing.MEMBER : last.gone() ? Standing.LEFT : Standing.LOST))
                .orElse(null);
        Position end = position.get();
        return new NodeFacts(
                status.name(),
                status.group().name(),
                clock.millis(),
                state,
                end.equals(Position.NONE) ? null : end,
                component,
                hold);
    }

    @Override
    public Progress stage(Map<String, String> options, Map<String, String> files) {
        try {
            if (!files.keySet().equals(offered.keySet())) {
                return new Progress.Failed("the request names the files " + files.keySet() + " and brings "
                        + offered.keySet() + "; who carries it adds their content");
            }
            staged.stage(options, offered);
            peers.keep(linked(node.status()));
            closeRehearsal();
            return DONE;
        } catch (ConfigException | IllegalArgumentException e) {
            return new Progress.Failed("the staged options cannot be used here: " + e.getMessage());
        } catch (IOException e) {
            return onDisk(e);
        }
    }

    private static Progress onDisk(IOException e) {
        return new Progress.Failed(
                "it is not on this node's disk: " + e.getMessage() + "; see that it has room, and --resume");
    }

    /** Where the others listen, {@code host:port}: for a configuration that names none of them. */
    private static Set<String> linked(NodeStatus status) {
        return status.mesh().stream()
                .map(link -> link.address().replaceFirst("^[a-z]+://", ""))
                .filter(address -> address.matches(".+:[0-9]+"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public Progress openRehearsal() {
        try {
            Rehearsal open = rehearsal;
            if (open == null || !open.isOpen()) {
                open = Rehearsal.open(staged.config(Target.CHANGED));
                rehearsal = open;
                looks = null;
            }
            return new Progress.Done(open.address());
        } catch (TlsConfigException | ConfigException e) {
            return new Progress.Failed("what is staged cannot be used: " + e.getMessage());
        } catch (IOException e) {
            return new Progress.Failed("no rehearsal: " + e.getMessage());
        }
    }

    @Override
    public Progress rehearse(Map<String, String> addresses) {
        Progress open = openRehearsal();
        Rehearsal own = rehearsal;
        if (own == null || open instanceof Progress.Failed) {
            return open;
        }
        CompletableFuture<List<String>> running = looks;
        if (running == null || !addresses.equals(lookedAt)) {
            running = own.with(addresses);
            looks = running;
            lookedAt = Map.copyOf(addresses);
        }
        if (!running.isDone()) {
            return new Progress.Pending("shakes hands with " + new TreeSet<>(addresses.keySet()));
        }
        looks = null;
        List<String> problems = running.join();
        return problems.isEmpty() ? DONE : new Progress.Failed(String.join("; ", problems));
    }

    private void closeRehearsal() {
        Rehearsal open = rehearsal;
        if (open != null) {
            open.close();
            rehearsal = null;
            looks = null;
        }
    }

    @Override
    public Progress drain() {
        closeRehearsal();
        node.refuseWrites(DRAINED);
        NodeStatus status = node.status();
        Set<String> linked = linked(status);
        if (!linked.isEmpty()) {
            try {
                peers.keep(linked);
            } catch (IOException e) {
                return onDisk(e);
            }
        }
        int writes = status.group().inFlight();
        return writes == 0 ? DONE : new Progress.Pending("finishes " + writes + " writes");
    }

    @Override
    public Progress stop() {
        closeRehearsal();
        node.refuseWrites(DRAINED);
        if (node.isHeld()) {
            starting = null;
            holding = null;
            return DONE;
        }
        CompletableFuture<Void> running = holding;
        if (running == null) {
            try {
                holding = node.beginHold();
            } catch (NodeException e) {
                return e.reason() == NodeException.Reason.RESTARTING
                        ? new Progress.Pending("waits for a start to come to its end")
                        : new Progress.Failed("this node cannot be stopped: " + e.getMessage());
            }
        } else if (running.isCompletedExceptionally()) {
            holding = null;
            return new Progress.Failed("this node could not be stopped: " + why(running));
        }
        return new Progress.Pending("applies what it has received, and stops");
    }

    /**
     * Starts the stopped node with the component that its disk has saved and that nobody else was in: those that look for one
     * already would keep it from recovering that by itself.
     */
    Progress comeBackAlone(Target target) {
        return start(target, HoldableNode.Start.BOOTSTRAP);
    }

    @Override
    public Progress start(Target target, @Nullable Token token) {
        return start(target, token == null ? HoldableNode.Start.JOIN : HoldableNode.Start.BOOTSTRAP);
    }

    private Progress start(Target target, HoldableNode.Start start) {
        if (isServing()) {
            starting = null;
            return takeWrites();
        }
        CompletableFuture<Void> running = startedWith == target ? starting : null; // else it was another run's
        if (running != null && running.isDone() && node.isHeld()) {
            starting = null;
            return new Progress.Failed("it was started with the " + target + " configuration, and has stopped again: "
                    + why(running) + "; see its log");
        }
        if (running == null && node.isHeld()) {
            try {
                LOG.info(
                        "{}: starts with the {} configuration: {}",
                        node.config().name(),
                        target,
                        start);
                CompletableFuture<Void> begun = node.beginStart(staged.config(target), start, peers.read());
                starting = begun;
                startedWith = target;
                CompletableFuture<Void> unused = begun.thenRun(() -> node.acceptWrites(DRAINED));
            } catch (ConfigException | NodeException e) {
                return new Progress.Failed(
                        "it cannot be started with the " + target + " configuration: " + e.getMessage());
            } catch (IOException e) {
                return new Progress.Failed("what is staged cannot be read: " + e.getMessage());
            }
        }
        NodeStatus status = node.status();
        return new Progress.Pending(
                "starts: " + status.state() + ", group " + status.group().state());
    }

    private boolean isServing() {
        NodeStatus status = node.status();
        return !node.isHeld()
                && status.state() == NodeState.SYNCED
                && status.group().primary();
    }

    private static String why(CompletableFuture<?> failed) {
        try {
            failed.join();
            return "its node has ended";
        } catch (CompletionException e) {
            return String.valueOf(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
        }
    }

    @Override
    public Progress takeWrites() {
        if (!isServing()) {
            return new Progress.Pending("is not synced: " + node.status().state());
        }
        node.acceptWrites(DRAINED);
        return DONE;
    }

    @Override
    public Progress verify(Target target, Set<String> members) {
        NodeConfig config;
        try {
            config = staged.config(target);
        } catch (IOException | ConfigException e) {
            return new Progress.Failed("its configuration cannot be read: " + e.getMessage());
        }
        NodeStatus status = node.status();
        Set<String> seen = status.group().members().stream()
                .map(ClusterView.Member::name)
                .collect(Collectors.toCollection(TreeSet::new));
        if (!isServing() || !seen.equals(members)) {
            return new Progress.Pending("looks for " + new TreeSet<>(members) + ", and sees " + seen + ", "
                    + status.group().state());
        }
        long otherMode = status.links().stream()
                .filter(link -> status.established(link).isPresent())
                .filter(link -> link.tls().isPresent() != config.tls())
                .count();
        long linked = status.links().stream()
                .flatMap(link -> status.established(link).stream())
                .map(peer -> peer.peer())
                .distinct()
                .count();
        String mode = config.tls() ? "TLS" : "plain text";
        return otherMode == 0 && linked == members.size() - 1
                ? DONE
                : new Progress.Pending("has links to " + linked + " of " + (members.size() - 1) + " members, "
                        + otherMode + " links not in " + mode);
    }

    @Override
    public Progress settle(Target target) {
        try {
            closeRehearsal();
            staged.settle(target);
            node.keepOpen(false);
            node.acceptWrites(DRAINED);
            return DONE;
        } catch (IOException e) {
            return onDisk(e);
        }
    }
}
