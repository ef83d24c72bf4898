package io.dromon.node.rebootstrap.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.rebootstrap.core.NodeFacts.RunState;
import io.dromon.transport.sim.SimTrace;
import io.dromon.transport.sim.Violation;
import io.dromon.transport.wire.Position;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The simulation finds rules that are broken on purpose. */
@Tag("simulation")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class RebootstrapBrokenRuleTest {
    private static final int SEEDS = 2_000;

    @Test
    void findsAStopThatIsNotProven() {
        assertThat(finds("others-stopped", new BelievedStop())).isTrue();
    }

    @Test
    void findsATokenThatIsGoodTwice() {
        assertThat(finds("others-stopped", new TokenGoodTwice())).isTrue();
    }

    @Test
    void findsAPositionThatIsNotFromTheStore() {
        assertThat(finds("newest", new PositionFromAFlag())).isTrue();
    }

    @Test
    void findsHeldNodesThatStartByThemselves() {
        assertThat(finds("others-stopped", new NoHold())).isTrue();
    }

    @Test
    void findsNodesThatObeyOldRequests() {
        assertThat(finds("reaches-an-end", new NoOrderOfRequests())).isTrue();
    }

    private static boolean finds(String rule, SimRules rules) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                new RebootstrapCluster(seed, new SimTrace(false), rules).run();
            } catch (Violation violation) {
                if (violation.rule().equals(rule)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Who was asked to stop counts as stopped. */
    static final class BelievedStop extends SimRules {
        @Override
        Answer answered(Answer answer, NodeRequest request, SimNode node) {
            if (!(request.step() instanceof NodeRequest.Stop) || !(answer instanceof Answer.Pending)) {
                return answer;
            }
            NodeFacts facts = node.facts(new NodeFacts.Hold(request.procedure(), Target.ORIGINAL, null));
            return new Answer.Done(new NodeFacts(
                    facts.name(),
                    facts.cluster(),
                    facts.clockMs(),
                    RunState.STOPPED,
                    facts.position(),
                    facts.component(),
                    facts.hold()));
        }
    }

    /** The token that one node took is sent to another one, now and then instead of a request to join; it is taken again. */
    static final class TokenGoodTwice extends SimRules {
        private @Nullable Token taken;

        @Override
        NodeRequest asked(NodeRequest request, SimNode node) {
            if (request.step() instanceof NodeRequest.Bootstrap bootstrap) {
                taken = bootstrap.token();
            }
            Token token = taken;
            boolean chosen = request.id().number() % 5 == 0; // and so is each repetition
            if (token == null || !chosen || !(request.step() instanceof NodeRequest.Join join)) {
                return request;
            }
            Token good = new Token(
                    token.id(),
                    request.procedure(),
                    request.id().run(),
                    token.history(),
                    node.disk.size(),
                    node.name,
                    Long.MAX_VALUE);
            NodeRequest.Bootstrap step = new NodeRequest.Bootstrap(good, join.target());
            return new NodeRequest(request.id(), request.procedure(), request.node(), step);
        }
    }

    /** The id of a request as if it were not older than what the node has done. */
    private static RequestId newest(NodeRequest request, SimNode node) {
        RequestId last = node.kept.last();
        RequestId id = request.id();
        boolean old = id.run() < last.run() || (id.run() == last.run() && id.number() < last.number());
        return old && node.kept.isOpen(request.procedure()) ? last : id;
    }

    /** One node says of itself that it is the newest, as a flag in a file would. */
    static final class PositionFromAFlag extends SimRules {
        @Override
        Position told(Position position, SimNode node) {
            return node.name.equals("n1") ? new Position(position.history(), position.seqno() + 1_000) : position;
        }
    }

    /** A node whose process begins anew starts, though it was held. */
    static final class NoHold extends SimRules {
        @Override
        boolean holdsStopped() {
            return false;
        }
    }

    /** A node takes each request for the newest one. */
    static final class NoOrderOfRequests extends SimRules {
        @Override
        NodeRequest asked(NodeRequest request, SimNode node) {
            return new NodeRequest(newest(request, node), request.procedure(), request.node(), request.step());
        }
    }
}
