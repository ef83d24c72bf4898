package io.dromon.transport.evs;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.evs.EvsMessage.Gap;
import io.dromon.transport.evs.EvsMessage.Install;
import io.dromon.transport.evs.EvsMessage.Join;
import io.dromon.transport.evs.EvsMessage.Leave;
import io.dromon.transport.evs.EvsNetwork.Peer;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The next view and its members, message by message: proposals, members that leave, return, die or are put out; the
 * unit-level scenarios of chapter 02 section 12.
 */
@Tag("unit")
class EvsMembershipTest {
    private final EvsNetwork network = new EvsNetwork(1);

    @Test
    void aProposalThatNobodyCommitsToIsRepeatedAndThenMadeAnew() {
        Peer a = network.add(0);
        a.recordOutbox = true;
        network.start(a);
        UUID b = EvsNetwork.uuid(1);
        ViewId fresh = new ViewId(ViewId.Type.TRANS, b, 0);
        Install first = agreeByHand(a, b, fresh);

        List<Install> later = new ArrayList<>();
        long start = network.nowNs();
        while (network.nowNs() - start < Duration.ofMillis(7600).toNanos()) {
            network.skip(50 * EvsNetwork.MILLI);
            a.call(evs -> evs.tick(network.nowNs()));
            a.settle();
        }
        for (EvsMessage message : a.takeOutbox()) {
            if (message instanceof Install install) {
                later.add(install);
            }
        }

        assertThat(first.installView().seq()).isEqualTo(2);
        assertThat(later.subList(0, 7)).allSatisfy(m -> assertThat(m).isEqualTo(first.repeated()));
        assertThat(later.get(7).installView().seq()).isEqualTo(3);
        assertThat(a.evs.state()).isEqualTo(EvsState.OPERATIONAL);
        assertThat(a.view().members()).containsExactly(a.uuid);
    }

    /** It commits, then leaves its old view: the new one is entered without it, and must end without it. */
    @Test
    void aMemberThatLeftBeforeItEnteredIsGone() {
        Peer a = network.add(0);
        a.recordOutbox = true;
        network.start(a);
        UUID b = EvsNetwork.uuid(1);
        ViewId old = new ViewId(ViewId.Type.REG, b, 1);
        Install install = agreeByHand(a, b, old);
        ViewId next = install.installView();

        network.give(b, a, new Gap(b, 1, EvsMessage.COMMIT, 2, next, install.fifoSeq(), -1, Uuids.NIL, -1, -1));
        assertThat(a.evs.state()).isEqualTo(EvsState.INSTALL);
        network.give(b, a, new Leave(b, 1, 0, 3, old, -1, -1));
        network.await("the view was entered", 10, () -> a.view().id().equals(next));

        network.await("alone again", 10, () -> a.isIn(a));
    }

    /** The others are to see it suspected, so that they give it up as well. */
    @Test
    void whatAGivenUpMemberRepeatsIsNoSignOfLife() {
        Peer a = network.add(0);
        Peer b = network.add(1);
        Peer c = network.add(2);
        for (Peer peer : List.of(a, b, c)) {
            network.start(peer);
        }
        network.await("one view", 20, () -> a.isIn(a, b, c));
        network.crash(b);
        network.crash(c);
        ViewId view = a.view().id();
        for (int i = 0; i < 10; i++) {
            a.sendNext();
        }
        a.settle();
        NodeRecord ofB = new NodeRecord(b.uuid, NodeRecord.OPERATIONAL, 0, -1, view, 0, 1, 0);
        NodeRecord ofA = new NodeRecord(a.uuid, 0, 0, -1, view, 0, 1, 0);
        a.recordOutbox = true;

        network.give(b.uuid, a, new Join(b.uuid, 1, 0, 1000, view, 0, 0, List.of(ofA, ofB)));
        for (int i = 0; i < 10; i++) {
            network.give(b.uuid, a, new Gap(b.uuid, 1, EvsMessage.RETRANS, 1001 + i, view, 0, i, Uuids.NIL, -1, -1));
            network.run(200);
        }

        NodeRecord last = a.takeOutbox().stream()
                .filter(Join.class::isInstance)
                .map(join -> Objects.requireNonNull(((Join) join).record(b.uuid)))
                .reduce((x, y) -> y)
                .orElseThrow();
        assertThat(last.isOperational()).isFalse();
        assertThat(last.isSuspected()).isTrue();
    }

    @Test
    void startsBehindARestoredView() {
        ViewId saved = new ViewId(ViewId.Type.PRIM, EvsNetwork.uuid(5), 17);
        Peer a = network.add(EvsNetwork.uuid(0), s -> s, Optional.of(saved));

        network.start(a);

        assertThat(a.epochs.get(0).view.id()).isEqualTo(new ViewId(ViewId.Type.TRANS, a.uuid, 18));
        assertThat(a.view().id()).isEqualTo(new ViewId(ViewId.Type.REG, a.uuid, 19));
    }

    @Test
    void theNextIncarnationWaitsUntilTheOldOneIsOut() {
        Peer a = network.pair(s -> s);
        Peer b = network.peers.get(1);
        network.crash(b);
        Peer again = network.add(Uuids.nextIncarnation(b.uuid), s -> s, Optional.empty());
        network.start(again);
        List<String> trace = network.traced();

        network.run(1500);
        assertThat(trace).noneMatch(line -> line.equals("A JOIN"));
        network.await("the new one is in", 30, () -> a.isIn(a, again) && again.isIn(a, again));
    }

    /** It was left out while this node installed the view, and has formed one of its own with the same seq. */
    @Test
    void aMemberThatHasFormedAnotherViewOfThisSeqIsGivenUp() {
        Peer a = network.pair(s -> s);
        UUID b = network.peers.get(1).uuid;
        network.crash(network.peers.get(1));
        a.recordOutbox = true;
        ViewId shared = a.view().id();
        ViewId other = new ViewId(ViewId.Type.REG, b, shared.seq());
        List<NodeRecord> records = List.of(
                new NodeRecord(a.uuid, NodeRecord.OPERATIONAL, 0, -1, shared, -1, 0, -1),
                new NodeRecord(b, NodeRecord.OPERATIONAL, 0, -1, other, 0, 1, 0));

        network.give(b, a, new Join(b, 1, 0, 100, other, 0, 0, records));
        network.run(1200);

        List<NodeRecord> told = a.takeOutbox().stream()
                .filter(Join.class::isInstance)
                .flatMap(join -> ((Join) join).records().stream())
                .filter(record -> record.uuid().equals(b))
                .toList();
        assertThat(told).isNotEmpty().noneMatch(NodeRecord::isOperational);
        assertThat(a.isIn(a)).isTrue();
    }

    @Test
    void aGracefulLeaveNeedsNoTimeout() {
        Peer a = network.pair(s -> s);
        Peer b = network.peers.get(1);

        b.call(evs -> evs.close(network.nowNs()));
        network.drain();

        assertThat(b.evs.state()).isEqualTo(EvsState.CLOSED);
        assertThat(a.isIn(a)).isTrue();
        assertThat(a.view().left()).containsExactly(b.uuid);
        assertThat(a.view().partitioned()).isEmpty();
    }

    @Test
    void aCloseDuringTheInstallationIsDoneAfterIt() {
        Peer a = network.add(0);
        network.start(a);
        Peer b = network.add(1);
        b.call(evs -> evs.open(network.nowNs()));
        b.call(evs -> evs.announce(network.nowNs()));
        network.await("b gathers", 5, () -> b.evs.state() == EvsState.GATHER);

        b.call(evs -> evs.close(network.nowNs()));
        network.await("b is out", 20, () -> b.evs.state() == EvsState.CLOSED);

        assertThat(b.epochs.stream().anyMatch(e -> e.view.members().size() == 2))
                .isTrue();
        network.await("a is alone", 20, () -> a.isIn(a));
        assertThat(a.view().left()).containsExactly(b.uuid);
        EvsChecks.check(network, true);
    }

    @Test
    void theViewHasTheLowestVersionOfItsMembers() {
        Peer a = network.add(0);
        network.start(a);
        Peer old = network.add(1, s -> withVersion(s, 0));
        network.start(old);
        network.await("both", 20, () -> a.isIn(a, old) && old.isIn(a, old));
        assertThat(a.view().version()).isZero();
        assertThat(old.view().version()).isZero();

        old.call(evs -> evs.close(network.nowNs()));
        network.await("a is alone", 20, () -> a.isIn(a));
        assertThat(a.view().version()).isEqualTo(1);
    }

    @Test
    void aNewVersionAtRunTimeMakesANewView() {
        Peer a = network.pair(s -> withVersion(s, 0));
        Peer b = network.peers.get(1);
        assertThat(a.view().version()).isZero();

        for (Peer peer : network.peers) {
            peer.call(evs -> evs.configure(EvsNetwork.settings(), network.nowNs()));
        }
        network.await("version 1", 30, () -> a.isIn(a, b) && a.view().version() == 1);
    }

    @Test
    void anEvictedNodeIsOutAndStaysOut() {
        Peer a = network.pair(s -> s);
        Peer b = network.peers.get(1);

        a.call(evs -> evs.evict(b.uuid, network.nowNs()));
        assertThat(a.evs.evicted()).containsExactly(b.uuid);
        network.await("a is alone", 30, () -> a.isIn(a));
        network.run(10_000);
        assertThat(a.isIn(a)).isTrue();

        a.call(evs -> evs.clearEvicted(network.nowNs()));
        assertThat(a.evs.evicted()).isEmpty();
    }

    @Test
    void aNodeThatIsLateAgainAndAgainIsEvicted() {
        for (int i = 0; i < 3; i++) {
            network.start(network.add(i, s -> withAutoEvict(s, 3)));
        }
        Peer late = network.peers.get(2);
        network.await("three", 30, () -> late.isIn(network.peers.toArray(Peer[]::new)));

        for (int i = 0; i < 8; i++) {
            network.isolate(late, false);
            network.run(3500);
            network.isolate(late, true);
            network.run(1500);
        }

        assertThat(network.peers.get(0).evs.evicted()).containsExactly(late.uuid);
        assertThat(network.peers.get(1).evs.evicted()).containsExactly(late.uuid);
    }

    @Test
    void isolatesItselfAfterTooManyInstallTimeouts() {
        Peer a = network.add(1);
        a.recordOutbox = true;
        network.start(a);
        UUID smaller = EvsNetwork.uuid(0);
        ViewId fresh = new ViewId(ViewId.Type.TRANS, smaller, 0);
        long fifo = 0;
        long start = network.nowNs();

        // A representative that agrees to everything and proposes nothing.
        while (network.nowNs() - start < Duration.ofSeconds(31).toNanos()) {
            NodeRecord own = new NodeRecord(smaller, 1, 0, -1, fresh, -1, 0, -1);
            List<NodeRecord> records = new ArrayList<>(List.of(own));
            for (EvsMessage message : a.takeOutbox()) {
                if (message instanceof Join join) {
                    NodeRecord mine = join.record(a.uuid);
                    records = new ArrayList<>(List.of(own));
                    if (mine != null) {
                        records.add(mine);
                    }
                }
            }
            if (records.size() == 2 || fifo == 0) {
                network.give(smaller, a, new Join(smaller, 1, 0, fifo++, fresh, -1, -1, records));
            }
            network.skip(50 * EvsNetwork.MILLI);
            a.call(evs -> evs.tick(network.nowNs()));
            a.settle();
        }

        assertThat(a.isIn(a)).isTrue();
        assertThat(a.evs.describe()).contains("isolated");
    }

    /** Each node that is given up lets the install timer look again: somebody who invents them must not stop it. */
    @Test
    void inventedNodesDoNotPutOffTheInstallTimerForEver() {
        Peer a = network.add(1);
        a.recordOutbox = true;
        network.start(a);
        UUID smaller = EvsNetwork.uuid(0);
        ViewId fresh = new ViewId(ViewId.Type.TRANS, smaller, 0);
        List<NodeRecord> records = new ArrayList<>(List.of(new NodeRecord(smaller, 1, 0, -1, fresh, -1, 0, -1)));
        boolean alone = false;
        for (int second = 0; second < 40 && !alone; second++) {
            UUID invented = EvsNetwork.uuid(100 + second);
            records.add(new NodeRecord(invented, 1, 0, -1, new ViewId(ViewId.Type.TRANS, invented, 0), -1, 0, -1));
            network.give(smaller, a, new Join(smaller, 1, 0, second, fresh, -1, -1, records));
            for (int tick = 0; tick < 20; tick++) {
                network.skip(50 * EvsNetwork.MILLI);
                a.call(evs -> evs.tick(network.nowNs()));
                a.settle();
            }
            alone = second > 0 && a.isIn(a);
        }

        assertThat(alone).isTrue();
    }

    // Set-up

    /** Has {@code a} agree with a hand-made node on the next view; returns what it proposes. */
    private Install agreeByHand(Peer a, UUID b, ViewId viewOfB) {
        NodeRecord own = new NodeRecord(b, 1, 0, -1, viewOfB, -1, 0, -1);
        network.give(b, a, new Join(b, 1, 0, 0, viewOfB, -1, -1, List.of(own)));
        Join answer = (Join) a.takeOutbox().stream().reduce((x, y) -> y).orElseThrow();
        network.give(
                b,
                a,
                new Join(b, 1, 0, 1, viewOfB, -1, -1, List.of(answer.records().get(0), own)));
        return (Install) a.takeOutbox().get(0);
    }

    private static EvsSettings withVersion(EvsSettings s, int version) {
        return EvsNetwork.settings(
                s, version, s.keepalivePeriodNs(), s.sendWindow(), s.userSendWindow(), s.useAggregate(), s.autoEvict());
    }

    private static EvsSettings withAutoEvict(EvsSettings s, int autoEvict) {
        return EvsNetwork.settings(
                s, s.version(), s.keepalivePeriodNs(), s.sendWindow(), s.userSendWindow(), s.useAggregate(), autoEvict);
    }
}
