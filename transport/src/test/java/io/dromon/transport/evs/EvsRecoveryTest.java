package io.dromon.transport.evs;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.evs.EvsMessage.Leave;
import io.dromon.transport.evs.EvsMessage.User;
import io.dromon.transport.evs.EvsNetwork.Peer;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of the messages and the name of a node that is gone (chapter 02 sections 5.5, 7.7 and 12). */
@Tag("unit")
class EvsRecoveryTest {
    private final EvsNetwork network = new EvsNetwork(3);

    @Test
    void theLastMessagesOfADeadNodeAreRecoveredFromWhoHasThem() {
        Peer a = network.add(0);
        Peer b = network.add(1);
        Peer dead = network.add(2);
        startAll(a, b, dead);
        network.connect(dead, a, false);
        dead.send("last words");
        network.run(20);
        a.recordOutbox = true;
        b.recordOutbox = true;
        network.crash(dead);

        network.await("two go on", 30, () -> a.isIn(a, b) && b.isIn(a, b));

        assertThat(a.delivered).isEqualTo(b.delivered);
        assertThat(a.delivered).extracting(EvsNetwork.Delivered::body).containsExactly("last words");
        assertThat(a.takeOutbox())
                .anySatisfy(m -> assertThat(EvsNetwork.kind(m)).isEqualTo("REQUEST [0,0]"));
        assertThat(b.takeOutbox()).anySatisfy(m -> assertThat(m).isInstanceOf(EvsMessage.Delegate.class));
        EvsChecks.check(network, true);
    }

    @Test
    void aMessageThatLeaksInAfterTheAgreementIsNotDelivered() {
        Peer a = network.add(0);
        Peer b = network.add(1);
        Peer dead = network.add(2);
        startAll(a, b, dead);
        ViewId view = a.view().id();
        network.crash(dead);
        network.await(
                "a has accepted",
                30,
                () -> a.evs.state() == EvsState.INSTALL || a.evs.describe().contains("installing"));

        Bytes body = new Bytes("leaked".getBytes(StandardCharsets.UTF_8));
        network.give(
                dead.uuid, a, new User(dead.uuid, 1, EvsMessage.RETRANS, 999, view, Order.SAFE, 1, 0, 0, -1, body));
        network.await("two go on", 30, () -> a.isIn(a, b) && b.isIn(a, b));

        assertThat(a.delivered).isEmpty();
        EvsChecks.check(network, true);
    }

    @Test
    void whatADeadNodeHasDeliveredIsKeptThoughANewcomerProposesTheNextView() {
        Peer b = network.add(1);
        Peer c = network.add(2);
        Peer dead = network.add(3);
        startAll(b, c, dead);
        b.recordOutbox = true;
        c.recordOutbox = true;
        dead.send("last words");
        network.await("b has it", 1, () -> !b.takeOutbox().isEmpty());
        network.await("c has it", 1, () -> !c.takeOutbox().isEmpty());
        network.connect(dead, b, false);
        network.connect(dead, c, false);
        network.await("it is safe where it was sent", 1, () -> !dead.delivered.isEmpty());
        assertThat(b.delivered).isEmpty();
        assertThat(c.delivered).isEmpty();

        network.crash(dead);
        Peer newcomer = network.add(0);
        network.start(newcomer);
        network.await("three again", 60, () -> List.of(newcomer, b, c).stream().allMatch(p -> p.isIn(newcomer, b, c)));

        assertThat(b.view().id().uuid()).isEqualTo(newcomer.uuid);
        assertThat(b.delivered).extracting(EvsNetwork.Delivered::body).containsExactly("last words");
        assertThat(c.delivered).isEqualTo(b.delivered);
        EvsChecks.check(network, true);
    }

    @Test
    void whereAllHaveCommittedTheInstallTimerDoesNotLeadBack() {
        Peer a = network.add(0);
        Peer b = network.add(1);
        startAll(a);
        network.start(b);
        network.await(
                "b waits for a's gap",
                30,
                () -> b.evs.state() == EvsState.INSTALL && !b.view().members().contains(a.uuid));
        network.connect(a, b, false);
        network.await("a has entered", 1, () -> a.isIn(a, b));
        ViewId both = a.view().id();
        assertThat(b.evs.state()).isEqualTo(EvsState.INSTALL);

        network.run(10_000);

        assertThat(b.epochs).anySatisfy(epoch -> assertThat(epoch.view.id()).isEqualTo(both));
        network.connect(a, b, true);
        network.await("both", 60, () -> a.isIn(a, b) && b.isIn(a, b));
        EvsChecks.check(network, true);
    }

    @Test
    void whoHearsThatTheViewIsInUseEntersIt() {
        Peer a = network.add(0);
        Peer b = network.add(1);
        Peer c = network.add(2);
        startAll(a, c);
        network.start(b);
        network.await(
                "b installs",
                30,
                () -> b.evs.state() == EvsState.INSTALL && !b.view().members().contains(c.uuid));
        network.connect(c, b, false);
        network.await("a has entered", 1, () -> a.isIn(a, b, c));
        assertThat(b.evs.state()).isEqualTo(EvsState.INSTALL);

        a.send("from the new view");
        network.run(100);

        assertThat(b.isIn(a, b, c)).isTrue();
    }

    @Test
    void whatALeaverSentAndNobodyHoldsHoldsNobodyUp() {
        Peer a = network.add(0);
        Peer leaver = network.add(1);
        startAll(a, leaver);
        network.connect(leaver, a, false);
        leaver.send("lost");
        network.run(20);
        network.connect(leaver, a, true);
        leaver.call(evs -> evs.close(network.nowNs()));
        leaver.settle();
        network.await("a knows", 1, () -> a.evs.state() == EvsState.GATHER);
        network.crash(leaver);

        network.await("a goes on", 30, () -> a.isIn(a));

        assertThat(a.delivered).isEmpty();
        EvsChecks.check(network, true);
    }

    @Test
    void aDeadNodeThatHadMoreToSayLeavesNobodyWithoutAView() {
        Peer a = network.add(0);
        Peer dead = network.add(1);
        startAll(a, dead);
        ViewId view = a.view().id();
        network.crash(dead);

        // More than the keepalives until its death is noticed could complete.
        for (int seq = 0; seq < 20; seq++) {
            Bytes body = new Bytes(("part " + seq).getBytes(StandardCharsets.UTF_8));
            User part = new User(dead.uuid, 1, EvsMessage.MSG_MORE, 999 + seq, view, Order.SAFE, 1, 0, seq, -1, body);
            network.give(dead.uuid, a, part);
        }
        network.await("a goes on", 12, () -> a.isIn(a));

        EvsChecks.check(network, true);
    }

    @Test
    void aMemberThatRanFarAheadLeavesNobodyWithoutAView() {
        Peer a = network.add(0);
        Peer dead = network.add(1);
        startAll(a, dead);
        ViewId view = a.view().id();
        network.crash(dead);

        for (int fifo = 0, seq = 0; seq + 256 <= InputMap.MAX_AHEAD; fifo++, seq += 256) {
            network.giveInTurn(
                    dead.uuid,
                    a,
                    new User(
                            dead.uuid,
                            1,
                            EvsMessage.MSG_MORE,
                            1000 + fifo,
                            view,
                            Order.DROP,
                            EvsMessage.NO_USER_TYPE,
                            255,
                            seq,
                            -1,
                            Bytes.EMPTY));
        }
        network.await("a goes on", 12, () -> a.isIn(a));

        EvsChecks.check(network, true);
    }

    @Test
    void noNumberOfInstallTimeoutsEndsANode() {
        Peer a = network.add(0);
        Peer leaver = network.add(1);
        startAll(a, leaver);
        a.call(evs -> evs.configure(withHastyInstallTimer(EvsSettings.defaults()), network.nowNs()));
        network.connect(leaver, a, false);
        leaver.send("lost");
        network.run(20);
        network.connect(leaver, a, true);
        leaver.call(evs -> evs.close(network.nowNs()));
        leaver.settle();
        network.await("a knows", 1, () -> a.evs.state() == EvsState.GATHER);
        network.crash(leaver);

        network.await("a goes on", 12, () -> a.isIn(a));
        a.call(evs -> evs.configure(EvsSettings.defaults(), network.nowNs()));
        Peer later = network.add(2);
        network.start(later);

        network.await("the isolation is over", 60, () -> a.isIn(a, later) && later.isIn(a, later));
    }

    /** Several install timeouts before the first check for silence: no member may be given up in between. */
    private static EvsSettings withHastyInstallTimer(EvsSettings s) {
        return new EvsSettings(
                s.version(),
                s.viewForgetTimeoutNs(),
                s.suspectTimeoutNs(),
                s.inactiveTimeoutNs(),
                s.inactiveCheckPeriodNs(),
                s.inactiveCheckPeriodNs() / 5,
                s.keepalivePeriodNs(),
                s.joinRetransPeriodNs(),
                s.sendWindow(),
                s.userSendWindow(),
                s.useAggregate(),
                s.causalKeepalivePeriodNs(),
                0,
                s.delayMarginNs(),
                s.delayedKeepPeriodNs(),
                s.autoEvict());
    }

    @Test
    void aLeaveOfAnUnknownNodeDisturbsNoMember() {
        Peer a = network.add(0);
        Peer b = network.add(1);
        startAll(a, b);
        ViewId elsewhere = new ViewId(ViewId.Type.REG, EvsNetwork.uuid(7), 9);

        network.give(EvsNetwork.uuid(7), a, new Leave(EvsNetwork.uuid(7), 1, 0, 50, elsewhere, 3, 3));
        network.run(100);

        assertThat(a.isIn(a, b)).isTrue();
        assertThat(a.evs.state()).isEqualTo(EvsState.OPERATIONAL);
    }

    @Test
    void anOldIncarnationIsOutBeforeTheNextOneIsIn() {
        Peer first = network.add(0);
        Peer b = network.add(1);
        Peer c = network.add(2);
        startAll(first, b, c);
        network.connect(first, c, false);
        first.send("last words");
        network.run(20);
        network.crash(first);
        Peer again = network.add(Uuids.nextIncarnation(first.uuid), s -> s, Optional.empty());
        network.start(again);

        network.await("three again", 60, () -> List.of(b, c, again).stream().allMatch(p -> p.isIn(b, c, again)));

        assertThat(b.delivered).isEqualTo(c.delivered).hasSize(1);
        assertThat(b.epochs.stream().filter(e -> e.view.partitioned().contains(first.uuid)))
                .isNotEmpty();
        EvsChecks.check(network, true);
    }

    @Test
    void malformedInputIsRefusedAndChangesNothing() {
        Peer a = network.add(0);
        startAll(a);

        assertThat(org.assertj.core.api.Assertions.catchThrowable(
                        () -> a.evs.receive(EvsNetwork.uuid(1), new Bytes(new byte[31]), network.nowNs())))
                .isInstanceOf(io.dromon.transport.wire.MalformedMessageException.class);
        assertThat(a.evs.knowsOthers()).isFalse();
    }

    private void startAll(Peer... all) {
        for (Peer peer : all) {
            network.start(peer);
        }
        network.await("one view", 60, () -> List.of(all).stream().allMatch(p -> p.isIn(all)));
    }
}
