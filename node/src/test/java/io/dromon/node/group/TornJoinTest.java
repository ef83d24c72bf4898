package io.dromon.node.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.group.TestGroup.Peer;
import io.dromon.transport.wire.Position;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A node joins, and its JOIN is on its way when the view is torn: it alone ends the exchange of states, and the others form that
 * configuration again without it. Whatever it keeps, it becomes SYNCED when all are together.
 */
@Tag("simulation")
final class TornJoinTest {
    private static final int SEEDS = 120;

    @Test
    void aNodeThatJoinsByItselfIsNotLeftBehind() {
        int torn = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            torn += new Run(seed).isTorn() ? 1 : 0;
        }
        assertThat(torn).as("views that were torn so").isGreaterThan(SEEDS / 4);
    }

    private static final class Run {
        private final TestGroup group;
        private final Random random;
        private final Peer[] rest;
        private final Peer[] all;
        private final Peer joining;

        Run(int seed) {
            group = new TestGroup(seed);
            group.cutsMayDiffer = true;
            random = new Random(seed);
            Peer a = member("a");
            Peer b = member("b");
            Peer d = member("d");
            joining = seed % 3 == 0 ? group.arbitrator("c") : member("c");
            rest = new Peer[] {a, b, d};
            all = new Peer[] {a, b, d, joining};
            group.primary(a);
            group.settle(a);
            group.primary(a, b);
            group.settle(a, b);
            group.primary(rest);
            group.settle(rest);
        }

        private Peer member(String name) {
            return group.add(GroupSettings.member(name, "").withFormat(WriteSetFormat.OPAQUE), Position.NONE);
        }

        /** Whether the joining node was alone at the end of the exchange. */
        boolean isTorn() {
            group.primary(all);
            for (int i = 0; i < 200 && joining.status() != MemberStatus.JOINER; i++) {
                for (Peer peer : all) {
                    peer.turn();
                }
                group.drain(List.of(all));
            }
            tear();
            boolean torn = isPrimary(joining) && !isPrimary(rest[0]);
            group.nonPrimary(joining);
            group.primary(rest);
            group.settle(rest);
            group.primary(all);
            group.settle(all);
            group.advance(20_000L * TestGroup.MS, all);
            assertThat(joining.status()).isEqualTo(MemberStatus.SYNCED);
            return torn;
        }

        private void tear() {
            group.primary(all);
            for (int i = 0; i < 40 && !isPrimary(joining); i++) {
                for (Peer peer : all) {
                    peer.turn();
                }
                group.drain(List.of(joining));
                int behind = random.nextInt(3);
                for (Peer peer : rest) {
                    while (!isPrimary(joining) && peer.hasNext() && peer.delivered < joining.delivered - behind) {
                        peer.deliverNext();
                    }
                }
            }
        }

        private static boolean isPrimary(Peer peer) {
            return peer.core.status().state() == GroupState.PRIMARY;
        }
    }
}
