package io.dromon.transport.evs;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.wire.ViewId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The rules that hold across nodes (chapter 02 section 11), checked over the traces of all pairs. */
final class EvsChecks {
    private EvsChecks() {}

    /** @param disjoint whether partitions of one view must have been seen alike by everybody */
    static void check(EvsNetwork network, boolean disjoint) {
        for (EvsNetwork.Peer peer : network.peers) {
            checkAlone(peer);
        }
        for (EvsNetwork.Peer a : network.peers) {
            for (EvsNetwork.Peer b : network.peers) {
                if (a != b) {
                    checkPair(a, b, disjoint);
                }
            }
        }
    }

    private static void checkAlone(EvsNetwork.Peer peer) {
        int lastSeq = -1;
        @Nullable EvsView previous = null;
        for (EvsNetwork.Epoch epoch : peer.epochs) {
            EvsView view = epoch.view;
            if (view.isEmpty()) {
                continue;
            }
            assertThat(view.members()).contains(peer.uuid);
            if (previous != null) {
                assertThat(view.id().type()).isNotEqualTo(previous.id().type());
            }
            if (view.id().type() == ViewId.Type.REG) {
                assertThat(view.members()).contains(view.id().uuid());
                assertThat(view.id().seq()).isGreaterThan(lastSeq);
                lastSeq = view.id().seq();
            }
            for (EvsNetwork.Delivered message : epoch.messages) {
                assertThat(message.view().uuid()).isEqualTo(view.id().uuid());
                assertThat(message.view().seq()).isEqualTo(view.id().seq());
            }
            previous = view;
        }
        Set<String> bodies = new HashSet<>();
        for (EvsNetwork.Delivered message : peer.delivered) {
            assertThat(bodies.add(message.body())).as("twice " + message).isTrue();
        }
    }

    private static void checkPair(EvsNetwork.Peer a, EvsNetwork.Peer b, boolean disjoint) {
        for (int i = 0; i < a.epochs.size(); i++) {
            EvsNetwork.Epoch ofA = a.epochs.get(i);
            int j = indexOf(b.epochs, ofA.view.id());
            if (ofA.view.isEmpty() || ofA.view.id().type() != ViewId.Type.REG || j < 0) {
                continue;
            }
            EvsNetwork.Epoch ofB = b.epochs.get(j);
            assertThat(ofA.view.members()).isEqualTo(ofB.view.members());
            checkEntry(a.epochs, i, b.epochs, j, disjoint);
            checkExit(a.epochs, i, b.epochs, j, disjoint);
        }
    }

    private static void checkEntry(List<EvsNetwork.Epoch> a, int i, List<EvsNetwork.Epoch> b, int j, boolean disjoint) {
        if (i == 0 || j == 0) {
            return;
        }
        EvsView from = a.get(i - 1).view;
        EvsView to = b.get(j - 1).view;
        if (from.id().equals(to.id()) && from.members().equals(to.members())) {
            assertThat(a.get(i).view).isEqualTo(b.get(j).view);
            assertThat(a.get(i - 1).messages).isEqualTo(b.get(j - 1).messages);
        } else if (disjoint) {
            // Not so the joined: when three groups merge, two of them see the third join.
            disjoint(a.get(i).view.left(), b.get(j).view.left());
            disjoint(a.get(i).view.partitioned(), b.get(j).view.partitioned());
        }
    }

    private static void checkExit(List<EvsNetwork.Epoch> a, int i, List<EvsNetwork.Epoch> b, int j, boolean disjoint) {
        if (i + 2 >= a.size() || j + 2 >= b.size()) {
            return;
        }
        EvsView from = a.get(i + 1).view;
        EvsView to = b.get(j + 1).view;
        boolean together = a.get(i + 2).view.id().equals(b.get(j + 2).view.id());
        if (from.members().equals(to.members()) && (disjoint || together)) {
            assertThat(a.get(i).messages).isEqualTo(b.get(j).messages);
        } else if (disjoint && !from.members().equals(to.members())) {
            disjoint(from.members(), to.members());
        }
    }

    private static void disjoint(List<UUID> a, List<UUID> b) {
        if (!a.isEmpty()) {
            assertThat(b).doesNotContainAnyElementsOf(a);
        }
    }

    private static int indexOf(List<EvsNetwork.Epoch> epochs, ViewId id) {
        for (int i = 0; i < epochs.size(); i++) {
            if (epochs.get(i).view.id().equals(id)) {
                return i;
            }
        }
        return -1;
    }
}
