package io.dromon.node.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.group.TestGroup.Component;
import io.dromon.node.group.TestGroup.Peer;
import io.dromon.transport.sim.OrderedMessage;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who counts, and what is told, where a write-set is to be synced by a majority. */
@Tag("unit")
final class DurabilityReportsTest {
    private static final long SECOND = 1_000_000_000L;

    private final TestGroup group = new TestGroup(1);
    private final Peer a = group.member("a");
    private final Peer b = group.member("b");
    private final Peer c = group.member("c");

    private void form(Peer... members) {
        if (members[0].core.status().state() != GroupState.PRIMARY) {
            group.primary(members[0]);
            group.settle(members[0]);
        }
        group.primary(members);
        group.settle(members);
    }

    /** A write-set of {@code writer} that waits for a majority; its number. */
    private long write(Peer writer, Peer... members) {
        writer.core.durability().expect(group.now);
        assertThat(writer.replicate(new Bytes(new byte[10]))).isTrue();
        group.settle(members);
        writer.core.durability().await(writer.seqno());
        group.settle(members);
        return writer.seqno();
    }

    private static void sync(Peer peer, long seqno) {
        UUID history = peer.core.status().groupUuid();
        peer.call(core -> core.durability().onSynced(new Position(history, seqno)));
    }

    private static long reached(Peer peer) {
        return peer.majority.isEmpty()
                ? -1
                : peer.majority.get(peer.majority.size() - 1).seqno();
    }

    private static List<CodeMessage> sent(Component component, Peer by, long code) {
        List<CodeMessage> found = new ArrayList<>();
        for (OrderedMessage message : component.order) {
            if (message.source().equals(by.uuid)
                    && message.body() instanceof CodeMessage last
                    && message.userType() == MessageType.LAST
                    && last.code() == code) {
                found.add(last);
            }
        }
        return found;
    }

    @Test
    void needsMoreThanHalfOfTheMembersAndTheWriterAmongThem() {
        form(a, b, c);
        long seqno = write(a, a, b, c);

        sync(a, seqno);
        group.settle(a, b, c);
        assertThat(reached(a)).as("the writer alone").isLessThan(seqno);

        sync(b, seqno);
        group.settle(a, b, c);
        assertThat(reached(a)).isEqualTo(seqno);
        assertThat(reached(c)).as("it has not synced itself").isLessThan(seqno);
    }

    @Test
    void isNotReachedByOthersAlone() {
        form(a, b, c);
        long seqno = write(a, a, b, c);

        sync(b, seqno);
        sync(c, seqno);
        group.settle(a, b, c);
        assertThat(reached(a)).isLessThan(seqno);

        sync(a, seqno);
        assertThat(reached(a)).isEqualTo(seqno);
    }

    @Test
    void countsWeights() {
        group.weights.put(c.uuid, 3);
        form(a, b, c);
        long seqno = write(a, a, b, c);

        sync(a, seqno);
        sync(b, seqno);
        group.settle(a, b, c);
        assertThat(reached(a)).as("2 of 5").isLessThan(seqno);

        sync(c, seqno);
        group.settle(a, b, c);
        assertThat(reached(a)).as("5 of 5").isEqualTo(seqno);
    }

    /** Nothing is reported any more that would have it counted. */
    @Test
    void aWeightThatChangesMakesAMajorityOfWhatIsReported() {
        form(a, b, c);
        long seqno = write(a, a, b, c);
        sync(a, seqno);
        group.settle(a, b, c);
        assertThat(reached(a)).as("1 of 3").isLessThan(seqno);
        assertThat(a.core.nextDeadlineNs()).as("it looks again").isLessThanOrEqualTo(group.now + SECOND / 10);

        group.weights.put(a.uuid, 3);
        group.now += SECOND / 10;
        a.call(core -> core.tick(group.now));
        assertThat(reached(a)).as("3 of 5").isEqualTo(seqno);
        assertThat(a.core.nextDeadlineNs()).as("nothing is waited for").isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void nobodyAsksForWhatHasFailedAsImpossible() {
        Peer arbitrator = group.arbitrator("arbitrator");
        form(a, b, arbitrator);
        long unused = write(a, a, b, arbitrator);
        assertThat(a.core.durability().isAsked(group.now)).isTrue();
        group.weights.put(arbitrator.uuid, 2);
        group.advance(SECOND, a, b, arbitrator);
        assertThat(a.core.durability().isMajorityPossible()).isFalse();

        a.core.durability().offer(false);
        group.advance(6 * SECOND, a, b, arbitrator);
        assertThat(a.core.durability().isAsked(group.now)).isFalse();
        assertThat(b.core.durability().isAsked(group.now)).isFalse();
        assertThat(a.core.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        long late = write(a, a, b, arbitrator);
        assertThat(a.core.durability().isAsked(group.now))
                .as("it was on its way, and fails")
                .isFalse();

        group.weights.put(arbitrator.uuid, 1);
        group.advance(SECOND, a, b, arbitrator);
        assertThat(a.core.durability().isMajorityPossible()).isTrue();
        a.core.durability().offer(true);
        long next = write(a, a, b, arbitrator);
        assertThat(next).isGreaterThan(late);
        assertThat(b.core.durability().isAsked(group.now)).isTrue();
    }

    @Test
    void halfOfTheWeightIsNoMajority() {
        form(a, b);
        long seqno = write(a, a, b);

        sync(a, seqno);
        group.settle(a, b);
        assertThat(reached(a)).isLessThan(seqno);

        sync(b, seqno);
        group.settle(a, b);
        assertThat(reached(a)).isEqualTo(seqno);
    }

    @Test
    void anArbitratorWeighsAndNeverReports() {
        Peer arbitrator = group.arbitrator("arbitrator");
        form(a, b, arbitrator);
        long seqno = write(a, a, b, arbitrator);

        sync(a, seqno);
        group.settle(a, b, arbitrator);
        assertThat(reached(a)).as("1 of 3").isLessThan(seqno);

        sync(b, seqno);
        group.settle(a, b, arbitrator);
        assertThat(reached(a)).as("2 of 3").isEqualTo(seqno);
        assertThat(a.core.durability().isMajorityPossible()).isTrue();
    }

    @Test
    void oneDataNodeAndTwoArbitratorsCanNeverReachIt() {
        Peer one = group.arbitrator("one");
        Peer two = group.arbitrator("two");
        form(a, one, two);

        assertThat(a.core.durability().isMajorityPossible()).isFalse();

        form(a, b, one, two);
        assertThat(a.core.durability().isMajorityPossible())
                .as("half of the weight")
                .isFalse();
        form(a, b, one);
        assertThat(a.core.durability().isMajorityPossible()).isTrue();
    }

    @Test
    void aMemberThatCannotSyncSaysSo() {
        b.core.durability().cannotSync();
        c.core.durability().cannotSync();
        form(a, b, c);
        assertThat(a.core.durability().isMajorityPossible())
                .as("nothing is known yet")
                .isTrue();

        long seqno = write(a, a, b, c);
        sync(a, seqno);
        group.settle(a, b, c);

        assertThat(a.core.durability().isMajorityPossible()).isFalse();
        assertThat(reached(a)).isLessThan(seqno);
    }

    @Test
    void nobodyReportsUnlessSomebodyAsks() {
        form(a, b, c);
        a.replicate(new Bytes(new byte[10]));
        group.settle(a, b, c);
        sync(a, a.seqno());
        sync(b, b.seqno());
        group.settle(a, b, c);

        for (Peer peer : List.of(a, b, c)) {
            assertThat(peer.core.durability().isAsked(group.now)).isFalse();
            assertThat(sent(a.component, peer, DurabilityReports.REPORT)).isEmpty();
            assertThat(sent(a.component, peer, DurabilityReports.ASK)).isEmpty();
        }
    }

    @Test
    void membersReportForAsLongAsTheyAreAsked() {
        form(a, b, c);
        long seqno = write(a, a, b, c);
        assertThat(b.core.durability().isAsked(group.now)).isTrue();
        group.advance(20 * SECOND, a, b, c);
        assertThat(b.core.durability().isAsked(group.now)).as("a still waits").isTrue();

        sync(a, seqno);
        sync(b, seqno);
        group.settle(a, b, c);
        assertThat(reached(a)).isEqualTo(seqno);
        group.advance(6 * SECOND, a, b, c);

        assertThat(b.core.durability().isAsked(group.now))
                .as("nobody waits any more")
                .isFalse();
        int before = sent(a.component, b, DurabilityReports.REPORT).size();
        sync(b, seqno);
        group.settle(a, b, c);
        assertThat(sent(a.component, b, DurabilityReports.REPORT)).hasSize(before);
    }

    @Test
    void asksOnceForManyWriteSets() {
        form(a, b, c);
        for (int i = 0; i < 50; i++) {
            long unused = write(a, a, b, c);
        }

        assertThat(sent(a.component, a, DurabilityReports.ASK)).hasSize(1);
    }

    @Test
    void gathersWhatHappensWhileAReportIsOnItsWay() {
        form(a, b, c);
        long seqno = write(a, a, b, c);
        for (int i = 0; i < 20; i++) {
            seqno = write(a, a, b, c);
        }

        for (long synced = seqno - 20; synced <= seqno; synced++) {
            sync(b, synced);
            b.turn(); // takes nothing from the order
        }
        assertThat(sent(a.component, b, DurabilityReports.REPORT))
                .extracting(CodeMessage::seqno)
                .containsExactly(seqno - 20);
        group.settle(a, b, c);
        assertThat(sent(a.component, b, DurabilityReports.REPORT))
                .extracting(CodeMessage::seqno)
                .containsExactly(seqno - 20, seqno);
    }

    @Test
    void countsTheCurrentMembersOnly() {
        Peer d = group.member("d");
        Peer e = group.member("e");
        form(a, b, c, d, e);
        long seqno = write(a, a, b, c, d, e);
        sync(a, seqno);
        sync(d, seqno);
        group.settle(a, b, c, d, e);
        assertThat(reached(a)).as("2 of 5").isLessThan(seqno);

        form(a, b, c); // d is gone, and with it what it had
        assertThat(reached(a)).as("1 of 3").isLessThan(seqno);

        sync(b, seqno);
        group.settle(a, b, c);
        assertThat(reached(a)).as("2 of 3").isEqualTo(seqno);
    }

    @Test
    void whatWasToldBeforeCountsInTheNextConfiguration() {
        Peer d = group.member("d");
        Peer e = group.member("e");
        form(a, b, c, d, e);
        long seqno = write(a, a, b, c, d, e);
        sync(a, seqno);
        sync(b, seqno);
        group.settle(a, b, c, d, e);
        assertThat(reached(a)).as("2 of 5").isLessThan(seqno);

        form(a, b, c);
        assertThat(reached(a)).as("2 of 3").isGreaterThanOrEqualTo(seqno);
    }

    @Test
    void aMemberThatComesInIsToldWhatOthersHave() {
        form(a, b);
        long seqno = write(a, a, b);
        sync(b, seqno);
        group.settle(a, b);
        form(a, b, c);
        seqno = write(c, a, b, c);
        sync(b, seqno - 1);
        sync(c, seqno);
        group.settle(a, b, c);
        assertThat(reached(c)).isEqualTo(seqno - 1);
    }

    @Test
    void ignoresWhatCannotBeTrueAndSaysSoOnce() {
        form(a, b, c);
        long seqno = write(a, a, b, c);
        UUID history = a.core.status().groupUuid();
        sync(a, seqno);
        for (long impossible : new long[] {seqno + 1, Long.MAX_VALUE, -2, Long.MIN_VALUE}) {
            a.component.order.add(new OrderedMessage(
                    b.uuid, MessageType.LAST, new CodeMessage(history, impossible, DurabilityReports.REPORT)));
        }
        a.component.order.add(new OrderedMessage(
                b.uuid, MessageType.LAST, new CodeMessage(new UUID(7, 7), seqno, DurabilityReports.REPORT)));
        a.component.order.add(new OrderedMessage(b.uuid, MessageType.LAST, new CodeMessage(history, seqno, 0x1234)));
        group.settle(a, b, c);

        assertThat(reached(a)).isLessThan(seqno);
        assertThat(a.anomalies).filteredOn(line -> line.contains("synced")).hasSize(1);
        assertThat(a.anomalies)
                .filteredOn(line -> line.contains("of another group"))
                .hasSize(1);
        assertThat(a.core.status().lastCommitted()).as("no commit cut").isZero();
    }

    @Test
    void whatIsSyncedOfAnotherHistoryIsNotReported() {
        form(a, b, c);
        long seqno = write(a, a, b, c);
        b.call(core -> core.durability().onSynced(new Position(new UUID(7, 7), seqno)));
        sync(a, seqno);
        group.settle(a, b, c);

        assertThat(sent(a.component, b, DurabilityReports.REPORT)).isEmpty();
        assertThat(reached(a)).isLessThan(seqno);
    }

    @Test
    void aNodeWithoutComponentWaitsForNothing() {
        form(a, b, c);
        long unused = write(a, a, b, c);
        group.nonPrimary(a);
        a.turn();

        assertThat(a.core.durability().isAsked(group.now)).isFalse();
        assertThat(a.core.durability().isMajorityPossible()).isTrue();
        assertThat(a.core.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }
}
