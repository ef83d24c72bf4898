package io.dromon.node.rebootstrap.core;

import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import org.jspecify.annotations.Nullable;

/** The node's judgement of a token: whether it may make the component anew. What is not proven is refused. */
final class BootstrapPermit {
    private BootstrapPermit() {}

    /**
     * Why the token is not good here; null if it is. Who takes it must have it among {@link ParticipantState#spent} on the
     * disk before the node starts.
     */
    static @Nullable String refusal(
            Token token, NodeRequest request, ParticipantState state, NodeFacts own, long nowMs) {
        Position position = own.position();
        if (!token.node().equals(own.name())) {
            return "the token is for " + token.node() + ", this node is " + own.name();
        }
        if (!token.procedure().equals(request.procedure())
                || token.run() != request.id().run()) {
            return "the token is of procedure " + token.procedure() + ", run " + token.run()
                    + ", and this is another one: the coordinator must prove again that all have stopped";
        }
        if (state.spent().contains(token.id())) {
            return "the token was used before; the coordinator must prove again that all have stopped (--resume)";
        }
        if (nowMs >= token.expiresAtMs()) {
            return "the token expired " + (nowMs - token.expiresAtMs()) / 1000
                    + " s ago by this node's clock; --resume";
        }
        if (own.state() != NodeFacts.RunState.STOPPED || state.stage() != ParticipantState.Stage.STOPPED) {
            return "this node is not held stopped: it is " + own.state();
        }
        if (position == null || position.seqno() < 0 || position.history().equals(Uuids.NIL)) {
            return "the position of this node is unknown; it never makes a component from that";
        }
        return token.history().equals(position.history()) && token.seqno() == position.seqno()
                ? null
                : "the token is for " + token.history() + ":" + token.seqno() + ", this node is at " + position;
    }
}
