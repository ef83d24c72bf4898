package io.dromon.transport.primary;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.evs.Order;
import io.dromon.transport.primary.SimulatedEvs.Component;
import io.dromon.transport.primary.SimulatedEvs.Delivered;
import io.dromon.transport.primary.SimulatedEvs.Node;
import io.dromon.transport.sim.OrderedMessage;
import io.dromon.transport.wire.ViewId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The invariants of chapter 03 section 10, over all that passes between the nodes of a {@link SimulatedEvs} and it. */
final class PrimaryInvariants {
    private final SimulatedEvs evs;
    private final Map<ViewId, PrimaryView> primaryViews = new HashMap<>();
    private final Map<Long, Delivered> history = new HashMap<>();
    private final Map<ViewId, Long> firstToSeq = new HashMap<>();

    PrimaryInvariants(SimulatedEvs evs) {
        this.evs = evs;
    }

    /** Where nothing is under way: one primary component at a time (invariants 1 and 2). */
    void checkQuiet(List<Node> everybody) {
        Set<ViewId> primaries = new HashSet<>();
        for (Node node : everybody) {
            if (node.primary.state() == PrimaryState.PRIM && node.component != null && !node.component.frozen) {
                primaries.add(node.lastView().id());
            }
        }
        if (!evs.forked) {
            assertThat(primaries).as("primary components at one time").hasSizeLessThanOrEqualTo(1);
        }
    }

    OfNode of(Node node) {
        return new OfNode(node);
    }

    /** What one node sends and delivers. */
    final class OfNode {
        private final Node node;
        private long expectedToSeq = -1;
        private int sentSeq;
        /** No exchange since the last primary view. */
        private boolean freshFromPrimary;

        private long installedToSeq;

        private OfNode(Node node) {
            this.node = node;
        }

        /** Which messages a node sends when, and that counters add up (invariants 4, 5, 6 and 9). */
        void onSent(Component in, PcMessage message, int userType, Order order) {
            if (evs.adversarial) {
                return;
            }
            assertThat(order).isEqualTo(Order.SAFE);
            if (message instanceof PcMessage.State state) {
                assertThat(userType).isEqualTo(0xFF);
                assertThat(in.statesFrom.add(node.uuid))
                        .as("STATE once in a view")
                        .isTrue();
                if (freshFromPrimary && node.lastView().isPrimary()) {
                    checkCounters(state);
                }
                freshFromPrimary = false;
            } else if (message instanceof PcMessage.Install install) {
                assertThat(userType).isEqualTo(0xFF);
                if (install.purpose() == PcMessage.Purpose.PLAIN) {
                    assertThat(node.uuid).isEqualTo(in.view.members().get(0));
                    assertThat(++in.plainInstalls).isEqualTo(1);
                }
            } else if (message instanceof PcMessage.User user) {
                assertThat(node.primary.state()).isEqualTo(PrimaryState.PRIM);
                assertThat(user.seq()).isEqualTo(++sentSeq);
            }
        }

        private void checkCounters(PcMessage.State state) {
            assertThat(state.nodes())
                    .extracting(NodeEntry::uuid)
                    .containsExactlyElementsOf(node.lastView().members().stream()
                            .map(PrimaryView.Member::uuid)
                            .toList());
            assertThat(state.nodes()).noneMatch(NodeEntry::un);
            long sum = state.nodes().stream().mapToLong(NodeEntry::lastSeq).sum();
            assertThat(Objects.requireNonNull(state.entry(node.uuid)).toSeq()).isEqualTo(installedToSeq + sum);
        }

        /** A primary view is the same at all members, and on disk before it is delivered (invariants 2 and 8). */
        void onView(PrimaryView view) {
            if (!view.isPrimary() || evs.adversarial) {
                return;
            }
            assertThat(node.disk).contains(new SavedView(node.uuid, view));
            assertThat(node.primary.state()).isEqualTo(PrimaryState.PRIM);
            if (view.bootstrap() && !primaryViews.containsKey(view.id())) {
                history.clear();
            }
            assertThat(primaryViews.computeIfAbsent(view.id(), id -> view).members())
                    .isEqualTo(view.members());
            sentSeq = 0;
            freshFromPrimary = true;
            installedToSeq = ownToSeq();
            if (!evs.forked) {
                assertThat(firstToSeq.computeIfAbsent(view.id(), id -> installedToSeq))
                        .isEqualTo(installedToSeq);
            }
            expectedToSeq = installedToSeq;
        }

        /** Taken from the STATE message that this view was made of. */
        private long ownToSeq() {
            Component in = node.component;
            if (in == null) {
                throw new IllegalStateException("a primary view out of a regular one");
            }
            long greatest = Long.MIN_VALUE;
            long primaryToSeq = Long.MIN_VALUE;
            for (OrderedMessage message : in.log) {
                if (message.body() instanceof PcMessage.State state) {
                    NodeEntry own = Objects.requireNonNull(state.entry(message.source()));
                    greatest = Math.max(greatest, own.toSeq());
                    if (own.prim()) {
                        primaryToSeq = own.toSeq();
                    }
                }
            }
            return primaryToSeq == Long.MIN_VALUE ? greatest : primaryToSeq;
        }

        /**
         * Messages of a primary view are numbered without gaps and the same everywhere; without quorum they have no
         * number (invariants 3, 5 and 7).
         */
        void onMessage(Delivered message) {
            if (evs.adversarial) {
                return;
            }
            if (message.userType() == 10 || !node.lastView().isPrimary()) {
                assertThat(message.toSeq()).isEqualTo(-1);
                return;
            }
            assertThat(message.toSeq()).isEqualTo(++expectedToSeq);
            if (!evs.forked && !evs.countersLost) {
                assertThat(history.computeIfAbsent(message.toSeq(), seq -> message))
                        .isEqualTo(message);
            }
        }
    }
}
