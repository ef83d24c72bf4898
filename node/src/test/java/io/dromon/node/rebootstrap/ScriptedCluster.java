package io.dromon.node.rebootstrap;

import io.dromon.node.rebootstrap.core.Answer;
import io.dromon.node.rebootstrap.core.NodeFacts;
import io.dromon.node.rebootstrap.core.NodeFacts.Component;
import io.dromon.node.rebootstrap.core.NodeFacts.Hold;
import io.dromon.node.rebootstrap.core.NodeFacts.RunState;
import io.dromon.node.rebootstrap.core.NodeFacts.Standing;
import io.dromon.node.rebootstrap.core.NodeRequest;
import io.dromon.node.rebootstrap.core.Target;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Nodes that do at once what they are asked, unless a test has them answer otherwise: for what leads a re-bootstrap, and not
 * for what nodes decide. Locks itself.
 */
public final class ScriptedCluster implements RebootstrapDriver.Nodes {
    public static final String NAME = "shop";
    private static final UUID HISTORY = new UUID(5, 5);

    private final class Member {
        private final String name;
        private RunState state = RunState.RUNNING;
        private Target active = Target.ORIGINAL;
        private @Nullable UUID procedure;
        private @Nullable UUID round;
        private Component last = new Component(1, Map.of(), Standing.MEMBER);

        Member(String name) {
            this.name = name;
        }

        NodeFacts facts() {
            if (state != RunState.STOPPED) {
                Map<String, Integer> weights = new TreeMap<>();
                members.forEach((other, member) -> {
                    if (member.state != RunState.STOPPED) {
                        weights.put(other, 1);
                    }
                });
                last = new Component(components, weights, Standing.MEMBER);
            } else {
                last = new Component(last.number(), last.weights(), Standing.LOST);
            }
            return new NodeFacts(
                    name,
                    NAME,
                    System.currentTimeMillis(),
                    state,
                    new Position(HISTORY, 100),
                    last,
                    new Hold(procedure, active, round));
        }
    }

    private final Map<String, Member> members = new TreeMap<>();
    private final Map<String, Function<NodeRequest, @Nullable Answer>> scripts = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final Map<String, Target> sealed = new TreeMap<>();
    private long components = 1;

    public ScriptedCluster(String... names) {
        for (String name : names) {
            members.put(name, new Member(name));
        }
    }

    /** What a node answers instead; null leaves it to the node. */
    public synchronized void script(String node, Function<NodeRequest, @Nullable Answer> answers) {
        scripts.put(node, answers);
    }

    /** The node's process dies; the others go on without it. */
    public synchronized void kill(String node) {
        Member member = members.remove(node);
        components += member == null ? 0 : 1;
    }

    /** What was asked of the nodes, in its order: "n1 Stop". */
    public synchronized List<String> asked() {
        return List.copyOf(asked);
    }

    /** How the procedure has ended on each node. */
    public synchronized Map<String, Target> sealed() {
        return Map.copyOf(sealed);
    }

    /** Whether the node takes writes. */
    public synchronized boolean takesWrites(String node) {
        Member member = members.get(node);
        return member != null && member.state == RunState.RUNNING;
    }

    @Override
    public Answer ask(NodeRequest request) throws IOException {
        Function<NodeRequest, @Nullable Answer> script;
        synchronized (this) {
            asked.add(request.node() + " " + request.step().getClass().getSimpleName());
            script = scripts.get(request.node());
        }
        Answer scripted = script == null ? null : script.apply(request);
        return scripted != null ? scripted : answer(request);
    }

    /** The answer of the one node that is asked, whatever name the request has. */
    public Answer askAs(String node, NodeRequest request) throws IOException {
        return ask(new NodeRequest(request.id(), request.procedure(), node, request.step()));
    }

    private synchronized Answer answer(NodeRequest request) throws IOException {
        Member member = members.get(request.node());
        if (member == null) {
            throw new IOException("there is no " + request.node());
        }
        NodeRequest.Step step = request.step();
        if (step instanceof NodeRequest.OpenRehearsal) {
            return new Answer.Listening("127.0.0.1:1");
        } else if (step instanceof NodeRequest.Stage) {
            member.procedure = request.procedure();
        } else if (step instanceof NodeRequest.Drain) {
            member.state = member.state == RunState.STOPPED ? RunState.STOPPED : RunState.DRAINED;
        } else if (step instanceof NodeRequest.Stop) {
            member.facts();
            member.state = RunState.STOPPED;
        } else if (step instanceof NodeRequest.Bootstrap bootstrap) {
            start(member, bootstrap.target(), bootstrap.token().id());
        } else if (step instanceof NodeRequest.Join join) {
            start(member, join.target(), join.round());
        } else if (step instanceof NodeRequest.Seal seal) {
            sealed.put(member.name, seal.target());
        }
        return new Answer.Done(member.facts());
    }

    private void start(Member member, Target target, @Nullable UUID round) {
        components += member.state == RunState.RUNNING ? 0 : 1;
        member.state = RunState.RUNNING;
        member.active = target;
        member.round = round;
    }
}
