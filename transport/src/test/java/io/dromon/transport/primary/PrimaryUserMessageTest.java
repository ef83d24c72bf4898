package io.dromon.transport.primary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.dromon.transport.evs.EvsView;
import io.dromon.transport.evs.Order;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.primary.SimulatedEvs.Delivered;
import io.dromon.transport.primary.SimulatedEvs.Node;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.TransportNews;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * User messages and their numbers, bootstrap and weight by an operator, the end (chapter 03 sections 5.8, 5.9, 5.11,
 * 5.12 and 8).
 */
@Tag("unit")
class PrimaryUserMessageTest {
    private final SimulatedEvs evs = new SimulatedEvs();

    @Test
    void numbersMessagesFromOneInEachView() {
        List<Node> nodes = evs.primaryOf(1, 1);
        send(nodes.get(0), "a", "b");
        evs.regroup(nodes.get(0), nodes.get(1));
        send(nodes.get(0), "c");

        assertThat(nodes.get(0).sent)
                .filteredOn(PcMessage.User.class::isInstance)
                .extracting(message -> ((PcMessage.User) message).seq())
                .containsExactly(1, 2, 1);
        assertThat(nodes.get(1).messages()).extracting(Delivered::toSeq).containsExactly(0L, 1L, 2L);
    }

    @Test
    void ownMessageComesBackAsTheObjectThatWasSent() {
        List<Encodable> own = new ArrayList<>();
        Bytes payload = new Bytes(new byte[100]);
        RecordingEffects effects = new RecordingEffects() {
            @Override
            public void onMessage(UUID source, int userType, long toSeq, Encodable delivered) {
                own.add(delivered);
            }
        };
        Primary primary = primaryAlone(effects);

        assertThat(primary.send(1, payload)).isEqualTo(SendResult.ACCEPTED);
        effects.deliverTo(primary);

        assertThat(own).hasSize(1);
        assertThat(own.get(0)).isSameAs(payload);
    }

    @Test
    void aRefusedMessageTakesNoNumber() {
        RecordingEffects effects = new RecordingEffects();
        Primary primary = primaryAlone(effects);
        effects.result = SendResult.AGAIN;
        assertThat(primary.send(1, new Bytes(new byte[1]))).isEqualTo(SendResult.AGAIN);
        effects.result = SendResult.ACCEPTED;

        assertThat(primary.send(1, new Bytes(new byte[1]))).isEqualTo(SendResult.ACCEPTED);

        assertThat(effects.queue).last().isEqualTo(new PcMessage.User(1, false, 1, new Bytes(new byte[1])));
    }

    @Test
    void sizeIsLimited() {
        Node node = evs.primaryOf(1).get(0);

        assertThat(node.primary.send(1, Bytes.EMPTY)).isEqualTo(SendResult.WRONG_SIZE);
        assertThat(node.primary.send(1, new Bytes(new byte[32637]))).isEqualTo(SendResult.WRONG_SIZE);
        assertThat(node.primary.send(1, new Bytes(new byte[32636]))).isEqualTo(SendResult.ACCEPTED);
    }

    @Test
    void sendsInStatePrimOnly() {
        Node node = evs.bootstrap(1, PrimarySettings.defaults());
        assertThat(node.send("x")).isEqualTo(SendResult.NOT_CONNECTED);
        evs.transition(node);
        assertThat(node.send("x")).isEqualTo(SendResult.AGAIN);
        evs.install(node);
        assertThat(node.primary.state()).isEqualTo(PrimaryState.STATES_EXCHANGE);
        assertThat(node.send("x")).isEqualTo(SendResult.AGAIN);
        assertThat(node.step()).isTrue();
        assertThat(node.primary.state()).isEqualTo(PrimaryState.INSTALL);
        assertThat(node.send("x")).isEqualTo(SendResult.AGAIN);
        assertThat(node.step()).isTrue();
        assertThat(node.send("x")).isEqualTo(SendResult.ACCEPTED);
        evs.leave(node);
        assertThat(node.send("x")).isEqualTo(SendResult.NOT_CONNECTED);
    }

    @Test
    void localCausalIsNeitherCountedNorNumbered() {
        List<Node> nodes = evs.primaryOf(1, 1);
        send(nodes.get(0), "a");

        assertThat(nodes.get(0).primary.sendLocalCausal(10, new Bytes(new byte[16]), 0))
                .isEqualTo(SendResult.ACCEPTED);
        send(nodes.get(0), "b");

        assertThat(nodes.get(0).messages()).extracting(Delivered::toSeq).containsExactly(0L, -1L, 1L);
        assertThat(nodes.get(1).messages()).hasSize(2);
    }

    @Test
    void messageOfLowerOrderIsDeliveredUncounted() {
        List<Node> nodes = evs.primaryOf(1, 1);

        for (Node node : nodes) {
            node.evsMessage(nodes.get(1).uuid, 10, Order.AGREED, PcVectors.hex("0103000000000000 42"));
        }

        assertThat(nodes.get(0).fatals).isEmpty();
        send(nodes.get(1), "next");
        assertThat(nodes.get(0).messages()).extracting(Delivered::toSeq).containsExactly(-1L, 0L);
    }

    @Test
    void messagesInTransitionCountWithQuorumEvenFromThoseWhoAreGone() {
        List<Node> nodes = evs.primaryOf(1, 1, 1);
        for (Node node : nodes) {
            assertThat(node.send("x")).isEqualTo(SendResult.ACCEPTED);
        }

        evs.regroup(nodes.get(2));
        evs.regroup(nodes.get(0), nodes.get(1));

        assertThat(nodes.get(0).messages()).extracting(Delivered::toSeq).containsExactly(0L, 1L, 2L);
        assertThat(nodes.get(2).messages())
                .as("without quorum: own only, uncounted")
                .extracting(Delivered::source, Delivered::toSeq)
                .containsExactly(tuple(nodes.get(2).uuid, -1L));
        assertThat(nodes.get(2).delivered.get(1)).isInstanceOf(PrimaryView.class);
        assertThat(nodes.get(2).views())
                .extracting(view -> view.id().toString())
                .containsExactly("(PRIM,00000001-8001,2)", "(NON_PRIM,00000001-8001,2)", "(NON_PRIM,00000003-8001,3)");
    }

    @Test
    void sendingFromInsideTheViewGetsTheFirstNumber() {
        RecordingEffects effects = new RecordingEffects() {
            private boolean sent;

            @Override
            public void onView(PrimaryView view) {
                if (view.isPrimary() && !sent) {
                    sent = true;
                    assertThat(inner().send(4, new Bytes(new byte[16]))).isEqualTo(SendResult.ACCEPTED);
                }
            }
        };

        primaryAlone(effects);

        assertThat(effects.queue).last().isEqualTo(new PcMessage.User(1, false, 1, new Bytes(new byte[16])));
    }

    @Test
    void operatorMakesANonPrimaryComponentPrimary() {
        evs.forked = true;
        List<Node> nodes = evs.primaryOf(1, 1, 1, 1, 1);
        send(nodes.get(4), "a", "b");
        evs.regroup(nodes.get(0), nodes.get(1));
        assertThat(nodes.get(1).primary.state()).isEqualTo(PrimaryState.NON_PRIM);
        ViewAndSeq before = new ViewAndSeq(nodes.get(1).lastView());

        assertThat(nodes.get(1).primary.bootstrap()).isEqualTo(SendResult.ACCEPTED);
        evs.run();

        for (Node node : nodes.subList(0, 2)) {
            assertThat(node.primary.state()).isEqualTo(PrimaryState.PRIM);
            assertThat(node.lastView().bootstrap()).isTrue();
            assertThat(new ViewAndSeq(node.lastView())).isEqualTo(before);
        }
        assertThat(nodes.get(0).primary.bootstrap()).isEqualTo(SendResult.ACCEPTED);
        assertThat(nodes.get(0).notices).last().asString().contains("ignoring pc.bootstrap");
    }

    @Test
    void bootstrapIsRefusedWhereThereIsNoView() {
        Node node = evs.add(1);

        assertThat(node.primary.bootstrap()).isEqualTo(SendResult.NOT_CONNECTED);
        evs.transition(node);
        assertThat(node.primary.bootstrap()).isEqualTo(SendResult.AGAIN);
    }

    @Test
    void weightIsChangedInThePrimaryComponentOnly() {
        List<Node> nodes = evs.primaryOf(1, 1);
        assertThat(nodes.get(1).primary.changeWeight(255)).isEqualTo(SendResult.ACCEPTED);
        assertThat(nodes.get(1).primary.weight()).as("until delivered").isEqualTo(1);
        evs.run();
        assertThat(nodes.get(1).primary.weight()).isEqualTo(255);
        assertThat(nodes.get(0).primary.clusterWeight()).isEqualTo(256);
        assertThat(nodes.get(0).views()).as("no view for it").hasSize(2);
        assertThatThrownBy(() -> nodes.get(0).primary.changeWeight(256)).isInstanceOf(IllegalArgumentException.class);
        evs.regroup(nodes.get(1));
        assertThat(nodes.get(1).primary.state()).isEqualTo(PrimaryState.PRIM);
        evs.regroup(nodes.get(0));

        assertThat(nodes.get(0).primary.changeWeight(2)).isEqualTo(SendResult.AGAIN);
    }

    @Test
    void leavingNodeDeliversTheEndMark() {
        List<Node> nodes = evs.primaryOf(1, 1);

        evs.leave(nodes.get(1));

        List<PrimaryView> views = nodes.get(1).views();
        assertThat(views.get(views.size() - 2).isPrimary()).isFalse();
        assertThat(views.get(views.size() - 2).members()).hasSize(1);
        assertThat(views.get(views.size() - 1).isEmpty()).isTrue();
        assertThat(nodes.get(1).primary.state()).isEqualTo(PrimaryState.CLOSED);
        assertThatThrownBy(() -> nodes.get(1).primary.open(false)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void lastMemberLeavesWithTheEndMarkOnly() {
        Node node = evs.primaryOf(1).get(0);

        evs.leave(node);

        assertThat(node.views()).extracting(PrimaryView::isPrimary).containsExactly(true, true, false);
        assertThat(node.lastView().isEmpty()).isTrue();
    }

    @Test
    void settingsAndUuidAreChecked() {
        assertThatThrownBy(() -> new PrimarySettings(256, 0, false, false, false, false))
                .hasMessageContaining("pc.weight is 256");
        assertThatThrownBy(() -> new PrimarySettings(1, 256, false, false, false, false))
                .hasMessageContaining("gmcast.segment is 256");
        assertThatThrownBy(() -> new Primary(
                        PrimarySettings.defaults(),
                        Uuids.NIL,
                        Optional.empty(),
                        new RecordingEffects(),
                        new RecordingEffects()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private record ViewAndSeq(UUID uuid, int seq) {
        ViewAndSeq(PrimaryView view) {
            this(view.id().uuid(), view.id().seq());
        }
    }

    /** A node alone, brought to PRIM by hand. */
    private static Primary primaryAlone(RecordingEffects effects) {
        UUID self = SimulatedEvs.uuid(1);
        Primary primary = new Primary(PrimarySettings.defaults(), self, Optional.empty(), effects, effects);
        effects.primary = primary;
        primary.open(true);
        primary.onView(
                new EvsView(0, new ViewId(ViewId.Type.TRANS, self, 0), List.of(self), List.of(), List.of(), List.of()));
        primary.drain(effects);
        primary.onView(new EvsView(
                1, new ViewId(ViewId.Type.REG, self, 1), List.of(self), List.of(self), List.of(), List.of()));
        primary.drain(effects);
        effects.deliverTo(primary);
        effects.deliverTo(primary);
        assertThat(primary.state()).isEqualTo(PrimaryState.PRIM);
        return primary;
    }

    private void send(Node node, String... texts) {
        for (String text : texts) {
            assertThat(node.send(text)).isEqualTo(SendResult.ACCEPTED);
        }
        evs.run();
    }

    private static class RecordingEffects implements OrderedChannel, PrimaryDeliveries, TransportNews {
        final List<Encodable> queue = new ArrayList<>();
        SendResult result = SendResult.ACCEPTED;

        @Nullable
        Primary primary;

        private int taken;

        Primary inner() {
            return Objects.requireNonNull(primary);
        }

        void deliverTo(Primary target) {
            target.onMessage(SimulatedEvs.uuid(1), 1, Order.SAFE, queue.get(taken++));
            target.drain(this);
        }

        @Override
        public SendResult send(int userType, Order order, Encodable message) {
            if (result == SendResult.ACCEPTED) {
                queue.add(message);
            }
            return result;
        }

        @Override
        public SendResult sendLocalCausal(int userType, Encodable message, long nowNs) {
            return result;
        }

        @Override
        public void save(SavedView view) {}

        @Override
        public void onView(PrimaryView view) {}

        @Override
        public void onMessage(UUID source, int userType, long toSeq, Encodable payload) {}

        @Override
        public void onViolation(UUID source, String reason) {}

        @Override
        public void onFatal(String reason) {
            throw new AssertionError(reason);
        }
    }
}
