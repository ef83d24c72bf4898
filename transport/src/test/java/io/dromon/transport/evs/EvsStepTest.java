package io.dromon.transport.evs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.evs.EvsMessage.Gap;
import io.dromon.transport.evs.EvsMessage.Install;
import io.dromon.transport.evs.EvsMessage.Join;
import io.dromon.transport.evs.EvsMessage.Leave;
import io.dromon.transport.evs.EvsMessage.User;
import io.dromon.transport.evs.EvsNetwork.Peer;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One or two nodes, message by message: the unit-level scenarios of chapter 02 section 12. */
@Tag("unit")
class EvsStepTest {
    private final EvsNetwork network = new EvsNetwork(1);

    @Test
    void aSingleNodeBootstrapsInOneGo() {
        Peer a = network.add(0);
        List<String> trace = traced();

        network.start(a);

        assertThat(trace).containsExactly("A JOIN", "A INSTALL", "A COMMIT", "A GAP -1", "A GAP -1");
        assertThat(a.evs.state()).isEqualTo(EvsState.OPERATIONAL);
        assertThat(a.epochs).hasSize(2);
        assertThat(a.epochs.get(0).view.id()).isEqualTo(new ViewId(ViewId.Type.TRANS, a.uuid, 0));
        assertThat(a.view().id()).isEqualTo(new ViewId(ViewId.Type.REG, a.uuid, 1));
        assertThat(a.view().version()).isEqualTo(1);
    }

    @Test
    void anOwnMessageHandedBackChangesNothing() {
        Peer a = network.add(0);
        a.recordOutbox = true;
        network.start(a);
        List<EvsMessage> sent = a.takeOutbox();

        for (EvsMessage message : sent) {
            network.give(a.uuid, a, message);
        }

        assertThat(a.takeOutbox()).isEmpty();
        assertThat(a.epochs).hasSize(2);
    }

    @Test
    void aSecondNodeJoinsWithNoMessageTooMany() {
        Peer a = network.add(0);
        Peer b = network.add(1);
        network.maxDelayNs = 0;
        network.start(a);
        List<String> trace = traced();
        b.call(evs -> evs.open(network.nowNs));

        b.call(evs -> evs.announce(network.nowNs));
        network.drain();

        assertThat(trace)
                .containsExactly(
                        "B JOIN",
                        "A JOIN",
                        "B JOIN",
                        "A INSTALL",
                        "A COMMIT",
                        "B COMMIT",
                        "B GAP -1",
                        "A GAP -1",
                        "A GAP -1",
                        "B GAP -1");
        assertThat(a.isIn(a, b) && b.isIn(a, b)).isTrue();
        assertThat(a.view().id()).isEqualTo(new ViewId(ViewId.Type.REG, a.uuid, 2));
        assertThat(a.view().joined()).containsExactly(b.uuid);
        assertThat(b.view().joined()).containsExactly(a.uuid);
    }

    @Test
    void aJoinerWithTheSmallestUuidProposesTheView() {
        Peer b = network.add(1);
        network.start(b);
        Peer a = network.add(0);
        a.call(evs -> evs.open(network.nowNs));

        a.call(evs -> evs.announce(network.nowNs));
        network.drain();

        assertThat(a.view().id()).isEqualTo(new ViewId(ViewId.Type.REG, a.uuid, 2));
        assertThat(b.view().id()).isEqualTo(a.view().id());
    }

    @Test
    void whatIsSentDuringTheViewGoesOutBeforeTheAcknowledgement() {
        Peer a = network.add(0);
        a.answers.add("state");
        List<String> trace = traced();

        network.start(a);

        assertThat(trace).endsWith("A GAP -1", "A USER 0", "A GAP 0");
        assertThat(a.delivered).extracting(EvsNetwork.Delivered::body).containsExactly("state");
    }

    /** The layer above is in no view then: what it sends belongs into neither. */
    @Test
    void whatIsSentBetweenTwoViewsIsRefused() {
        Peer a = pair(s -> s);
        a.sendsBetweenViews = true;

        network.crash(network.peers.get(1));
        network.await("alone", 10, () -> a.isIn(a));

        assertThat(a.sentBetweenViews).containsExactly(SendResult.AGAIN);
        assertThat(a.delivered).isEmpty();
    }

    @Test
    void aCallBeforeTheLastOneIsDoneIsRefused() {
        Peer a = network.add(0);
        a.evs.open(network.nowNs);

        assertThatThrownBy(() -> a.evs.gather(network.nowNs)).hasMessageContaining("the last call is not done");
    }

    @Test
    void aSafeMessageTakesOneAndAHalfRoundTrips() {
        Peer a = pair(s -> s);
        List<String> trace = traced();

        a.send("x");
        network.drain();

        assertThat(trace).containsExactly("A USER 0", "B DROP 0+0", "A GAP 0");
        assertThat(network.peers.get(1).delivered).hasSize(1);
        assertThat(a.delivered).hasSize(1);
    }

    @Test
    void aTurnIsAnsweredOnce() {
        Peer a = pair(s -> with(s, 8, 8, false));
        Peer b = network.peers.get(1);
        a.recordOutbox = true;
        for (int i = 0; i < 5; i++) {
            a.sendNext();
            a.settle();
        }
        List<String> trace = traced();

        for (EvsMessage message : a.takeOutbox()) {
            network.giveInTurn(a.uuid, b, message);
        }
        b.settle();

        assertThat(trace).containsExactly("B DROP 0+4");
    }

    @Test
    void keepsStillUntilTheLastOfSeveralMessages() {
        Peer a = pair(s -> s);
        Peer b = network.peers.get(1);
        List<String> trace = traced();
        ViewId view = a.view().id();

        network.give(a.uuid, b, user(a.uuid, EvsMessage.MSG_MORE, 100, view, 0));
        assertThat(trace).isEmpty();

        network.give(a.uuid, b, user(a.uuid, 0, 101, view, 1));
        assertThat(trace).containsExactly("B DROP 0+1");
    }

    @Test
    void crossingMessagesInNarrowWindowsAreAcknowledgedOnce() {
        Peer a = pair(s -> with(s, 1, 1, false));
        Peer b = network.peers.get(1);
        network.maxDelayNs = 0;
        List<String> trace = traced();
        for (Peer peer : List.of(a, b)) {
            peer.sendNext();
            peer.sendNext();
        }

        network.drain();

        assertThat(trace)
                .containsExactly(
                        "A USER 0", "B USER 0", "B GAP 0", "A GAP 0", "A USER 1", "B USER 1", "B GAP 1", "A GAP 1");
        assertThat(a.delivered).isEqualTo(b.delivered).hasSize(4);
    }

    /** Acknowledgements take eight keepalive periods: empty keepalives alone would fill the window again and again. */
    @Test
    void whatWaitsGoesOutWhereAcknowledgementsAreSlowerThanKeepalives() {
        Peer a = pair(EvsStepTest::withHastyKeepalives);
        network.maxDelayNs = 800 * EvsNetwork.MILLI;

        for (int i = 0; i < 40; i++) {
            a.sendNext();
        }

        network.await(
                "all are delivered", 60, () -> network.peers.get(1).delivered.size() == 40);
    }

    @Test
    void manyMessagesOfBothNodesTravelAsAggregates() {
        Peer a = pair(s -> s);
        Peer b = network.peers.get(1);
        a.recordOutbox = true;
        for (int i = 0; i < 8; i++) {
            a.sendNext();
            b.sendNext();
        }

        network.drain();

        assertThat(a.delivered).isEqualTo(b.delivered).hasSize(16);
        List<User> sent = a.takeOutbox().stream()
                .filter(m -> m instanceof User)
                .map(m -> (User) m)
                .filter(m -> m.order() == Order.SAFE)
                .toList();
        assertThat(sent).hasSize(1);
        assertThat(sent.get(0).isAggregate()).isTrue();
        assertThat(sent.get(0).userType()).isEqualTo(0xff);
    }

    @Test
    void missingMessagesAreRequestedAtMostEveryTenthOfASecond() {
        Peer a = pair(s -> s);
        Peer b = network.peers.get(1);
        ViewId view = a.view().id();
        List<String> trace = traced();

        network.give(b.uuid, a, user(b.uuid, 0, 101, view, 1));
        assertThat(trace).containsExactly("A REQUEST [0,0]", "A DROP 0+1");
        trace.clear();

        network.give(b.uuid, a, user(b.uuid, 0, 102, view, 2));
        assertThat(trace).containsExactly("A DROP 2+0");
        trace.clear();

        network.nowNs += MissingMessages.REQUEST_PERIOD_NS;
        network.give(b.uuid, a, user(b.uuid, 0, 103, view, 3));
        assertThat(trace).containsExactly("A REQUEST [0,0]", "A DROP 3+0");
    }

    @Test
    void aRequestForMoreThanWasSentIsCompletedOnceAndServed() {
        Peer a = pair(s -> s);
        Peer b = network.peers.get(1);
        ViewId view = a.view().id();
        for (int i = 0; i < 3; i++) {
            a.sendNext();
            a.settle();
        }
        List<String> trace = traced();

        network.give(b.uuid, a, new Gap(b.uuid, 1, EvsMessage.RETRANS, 200, view, -1, -1, a.uuid, 1, 400));

        assertThat(trace).startsWith("A DROP 2+255", "A USER 1", "A DROP 2+255");
    }

    @Test
    void aRequestForWhatIsSafeIsRefused() {
        Peer a = pair(s -> s);
        Peer b = network.peers.get(1);
        a.sendNext();
        network.drain();
        List<String> trace = traced();

        network.give(
                b.uuid, a, new Gap(b.uuid, 1, EvsMessage.RETRANS, 200, a.view().id(), 0, 0, a.uuid, 0, 0));

        assertThat(trace).isEmpty();
    }

    @Test
    void theOutputQueueHasALimit() {
        Peer a = pair(s -> s);
        network.split(1, false);
        Bytes large = new Bytes(new byte[EvsMessage.MAX_PAYLOAD]);
        int accepted = 0;
        while (a.evs.send(1, Order.SAFE, large) == SendResult.ACCEPTED) {
            accepted++;
            a.settle();
        }

        assertThat(accepted).isEqualTo(2 + 33);
        assertThat(a.evs.queuedBytes()).isGreaterThan(OutputQueue.MAX_BYTES);
        assertThat(a.evs.send(1, Order.SAFE, new Bytes(new byte[EvsMessage.MAX_PAYLOAD + 1])))
                .isEqualTo(SendResult.WRONG_SIZE);
        assertThat(a.evs.send(1, Order.SAFE, Bytes.EMPTY)).isEqualTo(SendResult.WRONG_SIZE);
    }

    @Test
    void nothingIsAcceptedOutsideOfAGroup() {
        Peer a = network.add(0);

        assertThat(a.send("x")).isEqualTo(SendResult.NOT_CONNECTED);

        network.start(a);
        a.call(evs -> evs.close(network.nowNs));
        assertThat(a.evs.state()).isEqualTo(EvsState.CLOSED);
        assertThat(a.view().isEmpty()).isTrue();
        assertThat(a.send("x")).isEqualTo(SendResult.NOT_CONNECTED);
        assertThat(a.evs.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void causalRequestsWaitForWhatIsKnown() {
        Peer a = pair(s -> s);
        Peer b = network.peers.get(1);
        b.send("first");
        b.settle();
        network.drain();

        a.evs.sendLocalCausal(7, new Bytes("mark".getBytes(java.nio.charset.StandardCharsets.UTF_8)), network.nowNs);
        assertThat(a.delivered).extracting(EvsNetwork.Delivered::body).containsExactly("first");
        network.drain();

        assertThat(a.delivered).extracting(EvsNetwork.Delivered::body).containsExactly("first", "mark");
        assertThat(b.delivered).extracting(EvsNetwork.Delivered::body).containsExactly("first");
        assertThat(a.delivered.get(1).userType()).isEqualTo(7);
    }

    @Test
    void aProposalThatNobodyCommitsToIsRepeatedAndThenMadeAnew() {
        Peer a = network.add(0);
        a.recordOutbox = true;
        network.start(a);
        UUID b = EvsNetwork.uuid(1);
        ViewId fresh = new ViewId(ViewId.Type.TRANS, b, 0);
        NodeRecord own = new NodeRecord(b, 1, 0, -1, fresh, -1, 0, -1);
        network.give(b, a, new Join(b, 1, 0, 0, fresh, -1, -1, List.of(own)));
        Join answer = (Join) a.takeOutbox().stream().reduce((x, y) -> y).orElseThrow();
        network.give(
                b,
                a,
                new Join(b, 1, 0, 1, fresh, -1, -1, List.of(answer.records().get(0), own)));
        Install first = (Install) a.takeOutbox().get(0);

        List<Install> later = new ArrayList<>();
        long start = network.nowNs;
        while (network.nowNs - start < Duration.ofMillis(7600).toNanos()) {
            network.nowNs += 50 * EvsNetwork.MILLI;
            a.call(evs -> evs.tick(network.nowNs));
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
        NodeRecord own = new NodeRecord(b, 1, 0, -1, old, -1, 0, -1);
        network.give(b, a, new Join(b, 1, 0, 0, old, -1, -1, List.of(own)));
        Join answer = (Join) a.takeOutbox().stream().reduce((x, y) -> y).orElseThrow();
        network.give(
                b, a, new Join(b, 1, 0, 1, old, -1, -1, List.of(answer.records().get(0), own)));
        Install install = (Install) a.takeOutbox().get(0);
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
        Peer a = pair(s -> s);
        Peer b = network.peers.get(1);
        network.crash(b);
        Peer again = network.add(Uuids.nextIncarnation(b.uuid), s -> s, Optional.empty());
        network.start(again);
        List<String> trace = traced();

        network.run(1500);
        assertThat(trace).noneMatch(line -> line.equals("A JOIN"));
        network.await("the new one is in", 30, () -> a.isIn(a, again) && again.isIn(a, again));
    }

    /** It was left out while this node installed the view, and has formed one of its own with the same seq. */
    @Test
    void aMemberThatHasFormedAnotherViewOfThisSeqIsGivenUp() {
        Peer a = pair(s -> s);
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
        Peer a = pair(s -> s);
        Peer b = network.peers.get(1);

        b.call(evs -> evs.close(network.nowNs));
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
        b.call(evs -> evs.open(network.nowNs));
        b.call(evs -> evs.announce(network.nowNs));
        network.await("b gathers", 5, () -> b.evs.state() == EvsState.GATHER);

        b.call(evs -> evs.close(network.nowNs));
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

        old.call(evs -> evs.close(network.nowNs));
        network.await("a is alone", 20, () -> a.isIn(a));
        assertThat(a.view().version()).isEqualTo(1);
    }

    @Test
    void aNewVersionAtRunTimeMakesANewView() {
        Peer a = pair(s -> withVersion(s, 0));
        Peer b = network.peers.get(1);
        assertThat(a.view().version()).isZero();

        for (Peer peer : network.peers) {
            peer.call(evs -> evs.configure(EvsNetwork.settings(), network.nowNs));
        }
        network.await("version 1", 30, () -> a.isIn(a, b) && a.view().version() == 1);
    }

    @Test
    void anEvictedNodeIsOutAndStaysOut() {
        Peer a = pair(s -> s);
        Peer b = network.peers.get(1);

        a.call(evs -> evs.evict(b.uuid, network.nowNs));
        assertThat(a.evs.evicted()).containsExactly(b.uuid);
        network.await("a is alone", 30, () -> a.isIn(a));
        network.run(10_000);
        assertThat(a.isIn(a)).isTrue();

        a.call(evs -> evs.clearEvicted(network.nowNs));
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
    void completesManySeqsInSeveralRanges() {
        Peer a = pair(s -> with(s, 1024, 512, false));
        Peer b = network.peers.get(1);
        network.connect(a, b, false);
        for (int i = 0; i < 600; i++) {
            a.sendNext();
            network.run(1);
        }
        network.connect(a, b, true);
        network.await("everything arrives", 30, () -> a.delivered.size() == 600);
        network.run(100);

        assertThat(a.delivered).isEqualTo(b.delivered);
    }

    @Test
    void isolatesItselfAfterTooManyInstallTimeouts() {
        Peer a = network.add(1);
        a.recordOutbox = true;
        network.start(a);
        UUID smaller = EvsNetwork.uuid(0);
        ViewId fresh = new ViewId(ViewId.Type.TRANS, smaller, 0);
        long fifo = 0;
        long start = network.nowNs;

        // A representative that agrees to everything and proposes nothing.
        while (network.nowNs - start < Duration.ofSeconds(31).toNanos()) {
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
            network.nowNs += 50 * EvsNetwork.MILLI;
            a.call(evs -> evs.tick(network.nowNs));
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
                network.nowNs += 50 * EvsNetwork.MILLI;
                a.call(evs -> evs.tick(network.nowNs));
                a.settle();
            }
            alone = second > 0 && a.isIn(a);
        }

        assertThat(alone).isTrue();
    }

    // Set-up

    private List<String> traced() {
        List<String> trace = new ArrayList<>();
        network.trace = trace;
        return trace;
    }

    /** Two nodes in one view; returns the first. */
    private Peer pair(UnaryOperator<EvsSettings> change) {
        Peer a = network.add(0, change);
        Peer b = network.add(1, change);
        network.start(a);
        b.call(evs -> evs.open(network.nowNs));
        b.call(evs -> evs.announce(network.nowNs));
        network.drain();
        assertThat(a.isIn(a, b) && b.isIn(a, b)).isTrue();
        return a;
    }

    private static User user(UUID source, int flags, long fifoSeq, ViewId view, long seq) {
        Bytes body = new Bytes(("hand-made " + seq).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return new User(source, 1, flags, fifoSeq, view, Order.SAFE, 1, 0, seq, -1, body);
    }

    private static EvsSettings with(EvsSettings s, int window, int userWindow, boolean aggregate) {
        return new EvsSettings(
                s.version(),
                s.viewForgetTimeoutNs(),
                s.suspectTimeoutNs(),
                s.inactiveTimeoutNs(),
                s.inactiveCheckPeriodNs(),
                s.installTimeoutNs(),
                s.keepalivePeriodNs(),
                s.joinRetransPeriodNs(),
                window,
                userWindow,
                aggregate,
                s.causalKeepalivePeriodNs(),
                s.maxInstallTimeouts(),
                s.delayMarginNs(),
                s.delayedKeepPeriodNs(),
                s.autoEvict());
    }

    private static EvsSettings withHastyKeepalives(EvsSettings s) {
        return new EvsSettings(
                s.version(),
                s.viewForgetTimeoutNs(),
                s.suspectTimeoutNs(),
                s.inactiveTimeoutNs(),
                s.inactiveCheckPeriodNs(),
                s.installTimeoutNs(),
                100 * EvsNetwork.MILLI,
                s.joinRetransPeriodNs(),
                s.sendWindow(),
                s.userSendWindow(),
                false,
                s.causalKeepalivePeriodNs(),
                s.maxInstallTimeouts(),
                s.delayMarginNs(),
                s.delayedKeepPeriodNs(),
                s.autoEvict());
    }

    private static EvsSettings withVersion(EvsSettings s, int version) {
        return copy(s, version, s.autoEvict());
    }

    private static EvsSettings withAutoEvict(EvsSettings s, int autoEvict) {
        return copy(s, s.version(), autoEvict);
    }

    private static EvsSettings copy(EvsSettings s, int version, int autoEvict) {
        return new EvsSettings(
                version,
                s.viewForgetTimeoutNs(),
                s.suspectTimeoutNs(),
                s.inactiveTimeoutNs(),
                s.inactiveCheckPeriodNs(),
                s.installTimeoutNs(),
                s.keepalivePeriodNs(),
                s.joinRetransPeriodNs(),
                s.sendWindow(),
                s.userSendWindow(),
                s.useAggregate(),
                s.causalKeepalivePeriodNs(),
                s.maxInstallTimeouts(),
                s.delayMarginNs(),
                s.delayedKeepPeriodNs(),
                autoEvict);
    }
}
