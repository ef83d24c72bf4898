package io.dromon.transport.evs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.evs.EvsMessage.Gap;
import io.dromon.transport.evs.EvsMessage.User;
import io.dromon.transport.evs.EvsNetwork.Peer;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.ViewId;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The messages of a view and the way into it, by one or two nodes: the unit-level scenarios of chapter 02 section 12. */
@Tag("unit")
class EvsStepTest {
    private final EvsNetwork network = new EvsNetwork(1);

    @Test
    void aSingleNodeBootstrapsInOneGo() {
        Peer a = network.add(0);
        List<String> trace = network.traced();

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
        List<String> trace = network.traced();
        b.call(evs -> evs.open(network.nowNs()));

        b.call(evs -> evs.announce(network.nowNs()));
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
        a.call(evs -> evs.open(network.nowNs()));

        a.call(evs -> evs.announce(network.nowNs()));
        network.drain();

        assertThat(a.view().id()).isEqualTo(new ViewId(ViewId.Type.REG, a.uuid, 2));
        assertThat(b.view().id()).isEqualTo(a.view().id());
    }

    @Test
    void whatIsSentDuringTheViewGoesOutBeforeTheAcknowledgement() {
        Peer a = network.add(0);
        a.answers.add("state");
        List<String> trace = network.traced();

        network.start(a);

        assertThat(trace).endsWith("A GAP -1", "A USER 0", "A GAP 0");
        assertThat(a.delivered).extracting(EvsNetwork.Delivered::body).containsExactly("state");
    }

    /** The layer above is in no view then: what it sends belongs into neither. */
    @Test
    void whatIsSentBetweenTwoViewsIsRefused() {
        Peer a = network.pair(s -> s);
        a.sendsBetweenViews = true;

        network.crash(network.peers.get(1));
        network.await("alone", 10, () -> a.isIn(a));

        assertThat(a.sentBetweenViews).containsExactly(SendResult.AGAIN);
        assertThat(a.delivered).isEmpty();
    }

    @Test
    void aCallBeforeTheLastOneIsDoneIsRefused() {
        Peer a = network.add(0);
        a.evs.open(network.nowNs());

        assertThatThrownBy(() -> a.evs.gather(network.nowNs())).hasMessageContaining("the last call is not done");
    }

    @Test
    void aSafeMessageTakesOneAndAHalfRoundTrips() {
        Peer a = network.pair(s -> s);
        List<String> trace = network.traced();

        a.send("x");
        network.drain();

        assertThat(trace).containsExactly("A USER 0", "B DROP 0+0", "A GAP 0");
        assertThat(network.peers.get(1).delivered).hasSize(1);
        assertThat(a.delivered).hasSize(1);
    }

    @Test
    void aTurnIsAnsweredOnce() {
        Peer a = network.pair(s -> with(s, 8, 8, false));
        Peer b = network.peers.get(1);
        a.recordOutbox = true;
        for (int i = 0; i < 5; i++) {
            a.sendNext();
            a.settle();
        }
        List<String> trace = network.traced();

        for (EvsMessage message : a.takeOutbox()) {
            network.giveInTurn(a.uuid, b, message);
        }
        b.settle();

        assertThat(trace).containsExactly("B DROP 0+4");
    }

    @Test
    void keepsStillUntilTheLastOfSeveralMessages() {
        Peer a = network.pair(s -> s);
        Peer b = network.peers.get(1);
        List<String> trace = network.traced();
        ViewId view = a.view().id();

        network.give(a.uuid, b, user(a.uuid, EvsMessage.MSG_MORE, 100, view, 0));
        assertThat(trace).isEmpty();

        network.give(a.uuid, b, user(a.uuid, 0, 101, view, 1));
        assertThat(trace).containsExactly("B DROP 0+1");
    }

    @Test
    void crossingMessagesInNarrowWindowsAreAcknowledgedOnce() {
        Peer a = network.pair(s -> with(s, 1, 1, false));
        Peer b = network.peers.get(1);
        network.maxDelayNs = 0;
        List<String> trace = network.traced();
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
        Peer a = network.pair(EvsStepTest::withHastyKeepalives);
        network.maxDelayNs = 800 * EvsNetwork.MILLI;

        for (int i = 0; i < 40; i++) {
            a.sendNext();
        }

        network.await(
                "all are delivered", 60, () -> network.peers.get(1).delivered.size() == 40);
    }

    @Test
    void manyMessagesOfBothNodesTravelAsAggregates() {
        Peer a = network.pair(s -> s);
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
        Peer a = network.pair(s -> s);
        Peer b = network.peers.get(1);
        ViewId view = a.view().id();
        List<String> trace = network.traced();

        network.give(b.uuid, a, user(b.uuid, 0, 101, view, 1));
        assertThat(trace).containsExactly("A REQUEST [0,0]", "A DROP 0+1");
        trace.clear();

        network.give(b.uuid, a, user(b.uuid, 0, 102, view, 2));
        assertThat(trace).containsExactly("A DROP 2+0");
        trace.clear();

        network.skip(MissingMessages.REQUEST_PERIOD_NS);
        network.give(b.uuid, a, user(b.uuid, 0, 103, view, 3));
        assertThat(trace).containsExactly("A REQUEST [0,0]", "A DROP 3+0");
    }

    @Test
    void aRequestForMoreThanWasSentIsCompletedOnceAndServed() {
        Peer a = network.pair(s -> s);
        Peer b = network.peers.get(1);
        ViewId view = a.view().id();
        for (int i = 0; i < 3; i++) {
            a.sendNext();
            a.settle();
        }
        List<String> trace = network.traced();

        network.give(b.uuid, a, new Gap(b.uuid, 1, EvsMessage.RETRANS, 200, view, -1, -1, a.uuid, 1, 400));

        assertThat(trace).startsWith("A DROP 2+255", "A USER 1", "A DROP 2+255");
    }

    @Test
    void aRequestForWhatIsSafeIsRefused() {
        Peer a = network.pair(s -> s);
        Peer b = network.peers.get(1);
        a.sendNext();
        network.drain();
        List<String> trace = network.traced();

        network.give(
                b.uuid, a, new Gap(b.uuid, 1, EvsMessage.RETRANS, 200, a.view().id(), 0, 0, a.uuid, 0, 0));

        assertThat(trace).isEmpty();
    }

    @Test
    void theOutputQueueHasALimit() {
        Peer a = network.pair(s -> s);
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
        a.call(evs -> evs.close(network.nowNs()));
        assertThat(a.evs.state()).isEqualTo(EvsState.CLOSED);
        assertThat(a.view().isEmpty()).isTrue();
        assertThat(a.send("x")).isEqualTo(SendResult.NOT_CONNECTED);
        assertThat(a.evs.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void causalRequestsWaitForWhatIsKnown() {
        Peer a = network.pair(s -> s);
        Peer b = network.peers.get(1);
        b.send("first");
        b.settle();
        network.drain();

        a.evs.sendLocalCausal(7, new Bytes("mark".getBytes(java.nio.charset.StandardCharsets.UTF_8)), network.nowNs());
        assertThat(a.delivered).extracting(EvsNetwork.Delivered::body).containsExactly("first");
        network.drain();

        assertThat(a.delivered).extracting(EvsNetwork.Delivered::body).containsExactly("first", "mark");
        assertThat(b.delivered).extracting(EvsNetwork.Delivered::body).containsExactly("first");
        assertThat(a.delivered.get(1).userType()).isEqualTo(7);
    }

    /** A process that was stopped does not know that the others went on without it. */
    @Test
    void causalRequestsAfterASleepWaitForAnAnswerOfTheOthers() {
        Peer a = network.pair(s -> s);
        Peer b = network.peers.get(1);
        ask(a, "first", network.nowNs());
        network.drain();
        network.isolate(b, false);
        ask(a, "a moment later", network.nowNs());
        assertThat(a.delivered).extracting(EvsNetwork.Delivered::body).containsExactly("first", "a moment later");

        ask(a, "after a sleep", network.nowNs() + 12_000 * EvsNetwork.MILLI);
        network.drain();

        assertThat(a.delivered).extracting(EvsNetwork.Delivered::body).containsExactly("first", "a moment later");
    }

    /** Seen on real processes: stopped for less than the suspect timeout, it gave up whom it had not heard half a second later. */
    @Test
    void aProcessThatWasStoppedGivesTheOthersTheirTimeAnew() {
        Peer a = network.pair(s -> s);
        network.isolate(network.peers.get(1), false);
        ViewId ofBoth = a.view().id();
        long wokeNs = network.nowNs() + 4_800 * EvsNetwork.MILLI;

        tickUntil(a, wokeNs, 3_500);
        assertThat(a.evs.state()).isEqualTo(EvsState.OPERATIONAL);
        assertThat(a.view().id()).isEqualTo(ofBoth);

        tickUntil(a, wokeNs + 3_500 * EvsNetwork.MILLI, 2_500);
        assertThat(a.view().id()).as("but not for ever").isNotEqualTo(ofBoth);
    }

    private static void tickUntil(Peer peer, long fromNs, long millis) {
        for (long ms = 0; ms <= millis; ms += 100) {
            long nowNs = fromNs + ms * EvsNetwork.MILLI;
            peer.call(evs -> evs.tick(nowNs));
        }
    }

    private static void ask(Peer peer, String mark, long nowNs) {
        Bytes body = new Bytes(mark.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        peer.call(evs -> evs.sendLocalCausal(7, body, nowNs));
        peer.call(evs -> evs.endTurn(nowNs));
    }

    @Test
    void completesManySeqsInSeveralRanges() {
        Peer a = network.pair(s -> with(s, 1024, 512, false));
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

    // Set-up

    private static User user(UUID source, int flags, long fifoSeq, ViewId view, long seq) {
        Bytes body = new Bytes(("hand-made " + seq).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return new User(source, 1, flags, fifoSeq, view, Order.SAFE, 1, 0, seq, -1, body);
    }

    private static EvsSettings with(EvsSettings s, int window, int userWindow, boolean aggregate) {
        return EvsNetwork.settings(s, s.version(), s.keepalivePeriodNs(), window, userWindow, aggregate, s.autoEvict());
    }

    private static EvsSettings withHastyKeepalives(EvsSettings s) {
        return EvsNetwork.settings(
                s, s.version(), 100 * EvsNetwork.MILLI, s.sendWindow(), s.userSendWindow(), false, s.autoEvict());
    }
}
