package io.dromon.node.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.group.TestGroup.Peer;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A node that was away comes back with the very number at which the group is. It may have numbered other write-sets up to it,
 * in a component of its own: what it has is compared before it is complete.
 */
@Tag("unit")
final class ReturnedNodeTest {
    private final TestGroup group = new TestGroup(1);

    private static GroupSettings dataNode(String name) {
        return TestGroup.withState(name, FlowSettings.DEFAULTS).withFormat(WriteSetFormat.OPAQUE);
    }

    private Position aloneAt(Peer peer, int writeSets) {
        group.primary(peer);
        group.settle(peer);
        for (int i = 0; i < writeSets; i++) {
            assertThat(peer.replicate(new Bytes(new byte[] {(byte) i}))).isTrue();
            group.settle(peer);
        }
        return new Position(peer.core.status().groupUuid(), peer.seqno());
    }

    @Test
    void itsNumberAloneDoesNotMakeItComplete() {
        Peer a = group.add(dataNode("a"), Position.NONE);
        Position position = aloneAt(a, 3);
        Peer returned = group.add(dataNode("returned"), position);

        group.primary(a, returned);
        group.settle(a, returned);

        assertThat(a.status()).isEqualTo(MemberStatus.SYNCED);
        assertThat(returned.status())
                .as("it asks for what it lacks, be it nothing")
                .isEqualTo(MemberStatus.PRIM);
    }

    /** An arbitrator may be a real one, which computes what chapter 04 says and nothing else. */
    @Test
    void amongOthersItCountsAsChapter04Says() {
        Peer a = group.add(dataNode("a"), Position.NONE);
        Position position = aloneAt(a, 3);
        Peer returned = group.add(dataNode("returned"), position);
        Peer arbitrator = group.arbitrator("arbitrator");

        group.primary(a, returned, arbitrator);
        group.settle(a, returned, arbitrator);

        assertThat(returned.status()).isEqualTo(MemberStatus.SYNCED);
    }

    /** Where nobody has the group's history in a configuration, that with the highest number begins it again. */
    @Test
    void aHistoryThatIsFormedAgainBeginsWithThoseThatHaveIt() {
        Peer source = group.add(dataNode("source"), Position.NONE);
        Position position = aloneAt(source, 2);
        Peer a = group.add(dataNode("a"), position);
        Peer b = group.add(dataNode("b"), position);

        group.view(true, true, List.of(a, b));
        group.settle(a, b);

        assertThat(a.status()).isEqualTo(MemberStatus.SYNCED);
        assertThat(b.status()).isEqualTo(MemberStatus.SYNCED);
    }
}
