package io.dromon.node.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.group.TestGroup.Peer;
import io.dromon.transport.wire.Bytes;
import org.junit.jupiter.api.Test;

/** Chapter 04, sections 4 to 12, on cores with a perfect transport. */
final class GroupCoreTest {
    private final TestGroup group = new TestGroup(1);

    @Test
    void bootstrapsAndReachesSynced() {
        Peer a = group.member("a");
        group.primary(a);
        group.settle(a);

        assertThat(a.status()).isEqualTo(NodeStatus.SYNCED);
        assertThat(a.core.status().confId()).isEqualTo(1);
        assertThat(a.seqno()).isEqualTo(1);
        assertThat(a.anomalies).isEmpty();
    }

    @Test
    void threeNodesAndAnArbitratorReachSynced() {
        Peer a = group.member("a");
        Peer b = group.member("b");
        Peer c = group.arbitrator("c");
        group.primary(a);
        group.settle(a);
        group.primary(a, b);
        group.settle(a, b);
        group.primary(a, b, c);
        group.settle(a, b, c);

        for (Peer peer : new Peer[] {a, b, c}) {
            assertThat(peer.anomalies).isEmpty();
            assertThat(peer.status()).isEqualTo(NodeStatus.SYNCED);
            assertThat(peer.seqno()).isEqualTo(3);
            assertThat(peer.core.status().members())
                    .extracting(GroupMember::status)
                    .containsOnly(NodeStatus.SYNCED);
        }
    }

    @Test
    void ordersWriteSets() {
        Peer a = group.member("a");
        Peer b = group.member("b");
        group.primary(a);
        group.settle(a);
        group.primary(a, b);
        group.settle(a, b);

        Bytes own = new Bytes(new byte[100]);
        assertThat(a.replicate(own)).isTrue();
        assertThat(b.replicate(new Bytes(new byte[100_000]))).isTrue();
        group.settle(a, b);

        assertThat(a.events(GroupEvent.WriteSet.class)).hasSize(2);
        assertThat(b.events(GroupEvent.WriteSet.class)).hasSize(2);
        assertThat(a.ended).hasSize(1);
        assertThat(b.ended).hasSize(1);
        assertThat(a.events(GroupEvent.WriteSet.class))
                .anySatisfy(w -> assertThat(w.data()).isSameAs(own));
    }
}
