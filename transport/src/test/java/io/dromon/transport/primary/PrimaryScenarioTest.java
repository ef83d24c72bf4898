package io.dromon.transport.primary;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.evs.SendResult;
import io.dromon.transport.primary.SimulatedEvs.Node;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scenarios of chapter 03 section 10; the fixture checks the invariants. */
@Tag("unit")
class PrimaryScenarioTest {
    private final SimulatedEvs evs = new SimulatedEvs();

    @Test
    void s1NodeThatStartsThePrimaryIsPrimaryAlone() {
        Node node = evs.bootstrap(1, PrimarySettings.defaults());

        evs.regroup(node);

        UUID uuid = node.uuid;
        ViewId first = new ViewId(ViewId.Type.PRIM, uuid, 0);
        NodeEntry own = new NodeEntry(uuid, true, false, false, 0, 1, NodeEntry.NEVER, first, -1);
        assertThat(node.sent)
                .containsExactly(
                        new PcMessage.State(1, List.of(own)),
                        new PcMessage.Install(1, PcMessage.Purpose.PLAIN, List.of(own)));
        assertPrimary(node);
        assertThat(node.views())
                .containsExactly(new PrimaryView(
                        new ViewId(ViewId.Type.PRIM, uuid, 1),
                        false,
                        1,
                        List.of(new PrimaryView.Member(uuid, 0)),
                        List.of()));
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "2, 1"})
    void s2TheLowestUuidSendsInstallEvenIfItJoins(int old, int joining) {
        Node primary = evs.bootstrap(old, PrimarySettings.defaults());
        evs.regroup(primary);
        send(primary, "a", "b", "c");
        Node joiner = evs.add(joining);

        evs.regroup(primary, joiner);

        assertPrimary(primary, joiner);
        Node representative = old < joining ? primary : joiner;
        assertThat(representative.sent).last().isInstanceOf(PcMessage.Install.class);
        assertThat(joiner.views()).hasSize(1);
        send(joiner, "d");
        assertThat(primary.messages()).extracting(SimulatedEvs.Delivered::toSeq).containsExactly(0L, 1L, 2L, 3L);
        assertThat(joiner.messages()).extracting(SimulatedEvs.Delivered::toSeq).containsExactly(3L);
    }

    @Test
    void s3InstallInTransitionStartsTheExchangeAnew() {
        Node first = evs.bootstrap(1, PrimarySettings.defaults());
        evs.regroup(first);
        Node second = evs.add(2);
        exchangeStates(first, second);

        evs.regroup(first, second);

        assertPrimary(first, second);
    }

    @Test
    void s4StatesInTransitionAreDropped() {
        Node first = evs.bootstrap(1, PrimarySettings.defaults());
        evs.regroup(first);
        Node second = evs.add(2);
        evs.transition(first, second);
        evs.install(first, second);

        evs.transition(first, second);
        assertThat(first.primary.state()).isEqualTo(PrimaryState.TRANS);
        evs.install(first, second);
        evs.run();

        assertPrimary(first, second);
        assertThat(first.violations).isEmpty();
    }

    @Test
    void s5TwoHalvesMeetAgain() {
        List<Node> nodes = evs.primaryOf(1, 1);

        evs.regroup(nodes.get(0));
        evs.regroup(nodes.get(1));
        assertNonPrimary(nodes.get(0), nodes.get(1));
        evs.regroup(nodes.get(0), nodes.get(1));

        assertPrimary(nodes.get(0), nodes.get(1));
        assertThat(nodes.get(0).lastView().bootstrap()).isFalse();
    }

    @Test
    void s6WhoSawTheOtherLeaveGoesOn() {
        List<Node> nodes = evs.primaryOf(1, 1);

        evs.transition(List.of(nodes.get(1)), Set.of(nodes.get(0)), true);
        evs.install(nodes.get(1));
        evs.regroup(nodes.get(0));

        assertNonPrimary(nodes.get(0));
        assertPrimary(nodes.get(1));
        assertThat(nodes.get(1).lastView().partitioned())
                .as("who left counts as partitioned")
                .containsExactly(new PrimaryView.Member(nodes.get(0).uuid, 0));
    }

    @Test
    void aMemberThatKeptQuorumIsAheadOfThoseWhoLostIt() {
        List<Node> nodes = evs.primaryOf(1, 1, 1);
        Node first = nodes.get(0);
        Node second = nodes.get(1);
        Node lost = nodes.get(2);
        evs.regroup(lost);
        evs.regroup(first, second);
        send(first, "a");
        Node joiner = evs.add(4);

        evs.regroup(first, second, lost, joiner);

        assertThat(first.lastView().ahead()).isEmpty();
        assertThat(second.lastView().ahead()).isEmpty();
        assertThat(lost.lastView().ahead()).containsExactly(first.uuid, second.uuid);
        assertThat(joiner.lastView().ahead()).containsExactly(first.uuid, second.uuid);
    }

    /** Two of three have counted a message in the transitional view, and lost quorum after it. */
    @Test
    void ofOneLastPrimaryViewWhoHasCountedMoreIsAhead() {
        List<Node> nodes = evs.primaryOf(1, 1, 1);
        Node first = nodes.get(0);
        Node second = nodes.get(1);
        Node lost = nodes.get(2);
        assertThat(first.send("a")).isEqualTo(SendResult.ACCEPTED);
        evs.transition(lost);
        evs.install(lost);
        evs.transition(first, second);
        evs.install(first, second);
        evs.regroup(first);
        evs.regroup(second);
        assertNonPrimary(first, second, lost);

        evs.regroup(first, second, lost);

        assertPrimary(first, second, lost);
        assertThat(first.lastView().ahead()).isEmpty();
        assertThat(second.lastView().ahead()).isEmpty();
        assertThat(lost.lastView().ahead()).containsExactly(first.uuid, second.uuid);
    }

    @Test
    void nobodyIsAheadOfMembersThatLostQuorumTogether() {
        List<Node> nodes = evs.primaryOf(1, 1);
        evs.regroup(nodes.get(0));
        evs.regroup(nodes.get(1));

        evs.regroup(nodes.get(0), nodes.get(1));

        assertThat(nodes.get(0).lastView().ahead()).isEmpty();
        assertThat(nodes.get(1).lastView().ahead()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void s7s8OneOfTwoPrimariesSurvives(boolean npvo) {
        evs.forked = true;
        PrimarySettings settings = new PrimarySettings(1, 0, npvo, false, false, false);
        Node older = evs.bootstrap(1, settings);
        Node younger = evs.bootstrap(2, settings);
        evs.regroup(older);
        evs.regroup(younger);

        evs.regroup(older, younger);

        Node survivor = npvo ? younger : older;
        Node loser = npvo ? older : younger;
        assertThat(loser.fatals).singleElement().asString().contains("conflicting primary components");
        assertThat(survivor.fatals).isEmpty();
        assertThat(survivor.primary.state()).isEqualTo(PrimaryState.STATES_EXCHANGE);
        evs.crash(loser);
        evs.regroup(survivor);
        assertPrimary(survivor);
    }

    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "3, false", "4, false", "1, true", "2, true", "3, true", "4, true"})
    void s9FiveNodesSplitAndMerge(int size, boolean traffic) {
        List<Node> nodes = evs.primaryOf(1, 1, 1, 1, 1);
        List<Node> left = nodes.subList(0, size);
        List<Node> right = nodes.subList(size, 5);
        for (int round = 0; round < 3; round++) {
            if (traffic) {
                nodes.forEach(node -> assertThat(node.send("x" + node.uuid)).isEqualTo(SendResult.ACCEPTED));
                nodes.get(0).step();
                nodes.get(0).step();
            }

            evs.regroup(array(left));
            evs.regroup(array(right));
            assertPrimary(array(size > 2 ? left : right));
            assertNonPrimary(array(size > 2 ? right : left));
            if (traffic) {
                send((size > 2 ? left : right).get(0), "y", "z");
            }
            evs.regroup(array(nodes));

            assertPrimary(array(nodes));
        }
    }

    @Test
    void s10AllIsolatedAndMerged() {
        List<Node> nodes = evs.primaryOf(1, 1, 1, 1, 1);
        for (int round = 0; round < 4; round++) {
            nodes.forEach(node -> assertThat(node.send("x" + node.uuid)).isEqualTo(SendResult.ACCEPTED));
            for (int i = 0; i <= round; i++) {
                nodes.get(round).step();
            }

            nodes.forEach(evs::regroup);
            assertNonPrimary(array(nodes));
            evs.regroup(array(nodes));

            assertPrimary(array(nodes));
        }
    }

    @Test
    void s11QuorumIsCountedAgainstTheLastInstalledView() {
        List<Node> nodes = evs.primaryOf(1, 1, 1);
        evs.crash(nodes.get(0));
        exchangeStates(nodes.get(1), nodes.get(2));

        evs.crash(nodes.get(1));
        evs.transition(List.of(nodes.get(2)), Set.of(), false);

        assertThat(nodes.get(2).lastView().isPrimary()).isFalse();
        evs.install(nodes.get(2));
        evs.run();
        assertNonPrimary(nodes.get(2));
    }

    @Test
    void s12TheGreatestToSeqOfTheNonPrimariesGoesOn() {
        List<Node> nodes = evs.primaryOf(1, 1, 1);
        send(nodes.get(0), "a");
        evs.regroup(nodes.get(2));
        evs.regroup(nodes.get(0), nodes.get(1));
        assertPrimary(nodes.get(0), nodes.get(1));
        send(nodes.get(1), "b", "c");
        assertThat(nodes.get(0).send("d")).isEqualTo(SendResult.ACCEPTED);
        assertThat(nodes.get(0).step()).isTrue();

        evs.regroup(nodes.get(0));
        evs.regroup(nodes.get(1));
        assertNonPrimary(nodes.get(0), nodes.get(1));
        evs.regroup(nodes.get(0), nodes.get(1));
        assertPrimary(nodes.get(0), nodes.get(1));
        evs.regroup(array(nodes));

        assertPrimary(array(nodes));
        send(nodes.get(2), "e");
        for (Node node : nodes) {
            assertThat(node.messages())
                    .last()
                    .extracting(SimulatedEvs.Delivered::toSeq)
                    .isEqualTo(4L);
        }
    }

    @Test
    void s13OneHalfJoinsABootstrappedNode() {
        evs.forked = true;
        List<Node> nodes = evs.primaryOf(1, 1);
        Node third = evs.bootstrap(3, PrimarySettings.defaults());
        evs.regroup(third);

        evs.regroup(nodes.get(0));
        evs.regroup(nodes.get(1));
        evs.regroup(nodes.get(1), third);

        assertPrimary(nodes.get(1), third);
        assertNonPrimary(nodes.get(0));
    }

    @Test
    void s14ClusterWeightIsThatOfThePrimaryComponent() {
        List<Node> nodes = evs.primaryOf(0, 1, 2);
        assertThat(nodes).allMatch(node -> node.primary.clusterWeight() == 3);

        evs.regroup(nodes.get(2));
        evs.regroup(nodes.get(0), nodes.get(1));

        assertThat(nodes).extracting(node -> node.primary.clusterWeight()).containsExactly(0, 0, 2);
        assertThat(nodes).extracting(node -> node.primary.weight()).containsExactly(0, 1, 2);
    }

    @Test
    void s15InstallThatTheOtherSideMayHaveDeliveredLeadsToNonPrimary() {
        Node joiner = heavyJoinerWithInstallOnTheWay();
        List<Node> old = List.of(node(2), node(3));
        assertThat(joiner.step()).isTrue();
        assertPrimary(joiner);

        evs.regroup(array(old));
        evs.regroup(joiner);

        assertPrimary(joiner);
        assertNonPrimary(array(old));
        PcMessage.State state = lastState(old.get(0));
        assertThat(state.entry(joiner.uuid)).isNotNull().matches(NodeEntry::un);
        assertThat(old.get(0).notices).last().asString().contains("unknown state");
        evs.regroup(old.get(0), old.get(1), joiner);
        assertPrimary(joiner, old.get(0), old.get(1));
    }

    /** Beyond the scenarios: the reference stays primary on both sides here. */
    @Test
    void joinerThatIsNotKnownYetCountsWithTheWeightOfItsInstall() {
        Node second = evs.bootstrap(2, PrimarySettings.defaults());
        Node third = evs.add(3);
        evs.regroup(second);
        evs.regroup(second, third);
        Node joiner = evs.add(1, new PrimarySettings(3, 0, false, false, false, false));
        evs.transition(joiner, second, third);
        evs.install(joiner, second, third);
        for (int i = 0; i < 4; i++) {
            assertThat(joiner.step()).isTrue();
        }
        assertPrimary(joiner);

        evs.regroup(second, third);
        evs.regroup(joiner);

        assertPrimary(joiner);
        assertNonPrimary(second, third);
    }

    /** Beyond the scenarios: the reference ends here, by a gap in the sequence. */
    @Test
    void messagesOfALostJoinerAreCountedByThoseWhoKeepQuorum() {
        List<Node> nodes = evs.primaryOf(1, 1, 1);
        send(nodes.get(0), "a");
        Node joiner = evs.add(9);
        exchangeStates(nodes.get(0), nodes.get(1), nodes.get(2), joiner);
        assertThat(joiner.step()).isTrue();
        assertThat(joiner.send("b")).isEqualTo(SendResult.ACCEPTED);
        assertThat(joiner.send("c")).isEqualTo(SendResult.ACCEPTED);
        assertThat(joiner.step()).isTrue();
        assertThat(joiner.step()).isTrue();

        evs.regroup(array(nodes));
        evs.regroup(joiner);

        assertPrimary(array(nodes));
        assertNonPrimary(joiner);
        for (Node node : nodes) {
            assertThat(node.messages())
                    .extracting(SimulatedEvs.Delivered::toSeq)
                    .containsExactly(0L, 1L, 2L);
        }
        assertThat(joiner.messages()).extracting(SimulatedEvs.Delivered::toSeq).containsExactly(1L, 2L);
    }

    @Test
    void s16InstallInTransitionEverywhereLeadsToNonPrimaryEverywhere() {
        Node joiner = heavyJoinerWithInstallOnTheWay();

        evs.regroup(node(2), node(3));
        evs.regroup(joiner);

        assertNonPrimary(joiner, node(2), node(3));
    }

    @Test
    void s17RaisedWeightThatOnlyItsSourceDelivered() {
        List<Node> nodes = evs.primaryOf(1, 1, 1);
        assertThat(nodes.get(0).primary.changeWeight(3)).isEqualTo(SendResult.ACCEPTED);
        assertThat(nodes.get(0).step()).isTrue();
        assertThat(nodes.get(0).primary.weight()).isEqualTo(3);

        evs.regroup(nodes.get(1), nodes.get(2));
        evs.regroup(nodes.get(0));

        assertPrimary(nodes.get(0));
        assertNonPrimary(nodes.get(1), nodes.get(2));
    }

    @Test
    void s18LoweredWeightThatOnlyItsSourceDelivered() {
        List<Node> nodes = evs.primaryOf(3, 1, 1);
        assertThat(nodes.get(0).primary.changeWeight(1)).isEqualTo(SendResult.ACCEPTED);
        assertThat(nodes.get(0).step()).isTrue();

        evs.regroup(nodes.get(1), nodes.get(2));
        evs.regroup(nodes.get(0));

        assertNonPrimary(array(nodes));
    }

    @Test
    void s19WeightChangeWhileANodeJoins() {
        List<Node> nodes = evs.primaryOf(1, 1);
        Node joiner = evs.add(3);
        assertThat(nodes.get(0).primary.changeWeight(5)).isEqualTo(SendResult.ACCEPTED);

        evs.regroup(nodes.get(0), nodes.get(1), joiner);

        assertPrimary(nodes.get(0), nodes.get(1), joiner);
        assertThat(joiner.primary.clusterWeight()).isEqualTo(7);
    }

    @Test
    void s20WeightChangeWhileANodeLeaves() {
        List<Node> nodes = evs.primaryOf(1, 1, 1);
        assertThat(nodes.get(0).primary.changeWeight(5)).isEqualTo(SendResult.ACCEPTED);

        evs.leave(nodes.get(2));
        evs.transition(List.of(nodes.get(0), nodes.get(1)), Set.of(nodes.get(2)), true);
        evs.install(nodes.get(0), nodes.get(1));
        evs.run();

        assertPrimary(nodes.get(0), nodes.get(1));
        assertThat(nodes.get(1).primary.clusterWeight()).isEqualTo(6);
    }

    @Test
    void s21UnknownOnBothSidesIsSolvedByMeetingAgain() {
        List<Node> nodes = evs.primaryOf(1, 1, 1);
        nodes.forEach(evs::regroup);
        exchangeStates(array(nodes));

        evs.regroup(nodes.get(0), nodes.get(1));
        evs.regroup(nodes.get(2));
        assertNonPrimary(array(nodes));
        assertThat(lastState(nodes.get(0)).entry(nodes.get(2).uuid)).isNotNull().matches(NodeEntry::un);
        assertThat(lastState(nodes.get(2)).entry(nodes.get(0).uuid)).isNotNull().matches(NodeEntry::un);
        evs.regroup(array(nodes));

        assertPrimary(array(nodes));
        for (Node node : nodes) {
            assertThat(lastState(node).entry(node.uuid)).isNotNull().matches(entry -> !entry.un());
        }
    }

    @Test
    void s22EvictedNodeIsNotWaitedFor() {
        List<Node> nodes = evs.primaryOf(1, 1, 1);
        nodes.forEach(evs::regroup);
        nodes.get(0).primary.setEvicted(Set.of(nodes.get(2).uuid));

        evs.regroup(nodes.get(0), nodes.get(1));

        assertPrimary(nodes.get(0), nodes.get(1));
    }

    @Test
    void s23NonPrimaryNodeBringsNoVote() {
        List<Node> nodes = evs.primaryOf(1, 1, 1);
        evs.regroup(nodes.get(2));
        evs.regroup(nodes.get(0), nodes.get(1));
        exchangeStates(array(nodes));

        evs.transition(List.of(nodes.get(0), nodes.get(2)), Set.of(), false);
        assertThat(nodes.get(0).lastView().isPrimary()).isFalse();
        evs.install(nodes.get(0), nodes.get(2));
        evs.run();

        assertNonPrimary(nodes.get(0), nodes.get(2));
    }

    @Test
    void s24RestoredNodeThatMergesIsAnOrdinaryMember() {
        List<Node> nodes = evs.primaryOf(1, 1);
        Node restarted = restart(nodes.get(1));
        evs.regroup(nodes.get(0));
        assertNonPrimary(nodes.get(0));

        evs.regroup(nodes.get(0), restarted);

        assertPrimary(nodes.get(0), restarted);
        assertThat(restarted.lastView().bootstrap()).isFalse();
        evs.regroup(nodes.get(0));
        evs.regroup(restarted);
        assertNonPrimary(nodes.get(0), restarted);
        assertThat(restarted.notices).noneMatch(notice -> notice.contains("recovery"));
        evs.regroup(nodes.get(0), restarted);
        assertPrimary(nodes.get(0), restarted);
    }

    @Test
    void nobodyForgetsWhoWasInANewerPrimaryComponent() {
        List<Node> nodes = evs.primaryOf(1, 1, 1);
        Node old = nodes.get(0);
        Node newest = nodes.get(1);
        evs.regroup(newest, nodes.get(2));
        evs.regroup(old);
        evs.leave(nodes.get(2));
        evs.transition(List.of(newest), Set.of(nodes.get(2)), true);
        evs.install(newest);
        evs.run();
        Node joiner = evs.add(4);
        evs.regroup(newest, joiner);
        assertPrimary(newest, joiner);
        Node restarted = restart(joiner);
        evs.regroup(newest);
        evs.regroup(old, newest);
        assertNonPrimary(old, newest);

        evs.regroup(newest);
        evs.regroup(old, restarted);

        assertNonPrimary(old, restarted);
    }

    @Test
    void s25StaleEntriesOfANonPrimarySourceAreAccepted() {
        List<Node> nodes = evs.primaryOf(1, 1, 1);
        evs.regroup(nodes.get(2));
        evs.regroup(nodes.get(0), nodes.get(1));
        send(nodes.get(0), "a", "b");
        evs.leave(nodes.get(1));
        evs.transition(List.of(nodes.get(0)), Set.of(nodes.get(1)), true);
        evs.install(nodes.get(0));
        evs.run();

        evs.regroup(nodes.get(0), nodes.get(2));

        assertThat(lastState(nodes.get(2)).entry(nodes.get(1).uuid))
                .isNotNull()
                .matches(entry -> entry.prim() && entry.toSeq() == -1);
        assertPrimary(nodes.get(0), nodes.get(2));
    }

    @Test
    void s26GapInTheSequenceIsFatal() {
        List<Node> nodes = evs.primaryOf(1, 1);
        nodes.get(0).onTheWire = bytes -> changed(bytes, 4, 3);

        assertThat(nodes.get(0).send("x")).isEqualTo(SendResult.ACCEPTED);
        evs.run();

        assertThat(nodes.get(1).fatals).singleElement().asString().contains("gap in message sequence");
        assertThat(nodes.get(1).primary.state()).isEqualTo(PrimaryState.CLOSED);
        assertThat(nodes.get(1).messages()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void s26WrongChecksumIsFatalWhereItIsChecked(boolean checks) {
        Node sender = evs.bootstrap(1, new PrimarySettings(1, 0, false, false, false, true));
        Node receiver = evs.add(2, new PrimarySettings(1, 0, false, false, false, checks));
        evs.regroup(sender);
        evs.regroup(sender, receiver);
        send(sender, "right");
        sender.onTheWire = bytes -> changed(bytes, 2, bytes.array()[bytes.offset() + 2] ^ 1);

        assertThat(sender.send("wrong")).isEqualTo(SendResult.ACCEPTED);
        evs.run();

        assertThat(receiver.messages()).hasSize(checks ? 1 : 2);
        assertThat(receiver.fatals).hasSize(checks ? 1 : 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 1 2", "2 1 0", "1 0 2"})
    void s27GroupThatWentDownComesBack(String order) {
        List<Node> nodes = evs.primaryOf(1, 1, 1);
        send(nodes.get(0), "a");
        List<Node> back = new ArrayList<>();
        for (String index : order.split(" ", -1)) {
            assertNonPrimary(array(back));
            back.add(restart(nodes.get(Integer.parseInt(index))));
            evs.regroup(array(back));
        }

        assertPrimary(array(back));
        for (Node node : back) {
            assertThat(node.lastView().bootstrap()).isTrue();
            assertThat(node.disk.orElseThrow().view().bootstrap()).isTrue();
            assertThat(node.sent)
                    .filteredOn(PcMessage.Install.class::isInstance)
                    .hasSize(1);
            assertThat(node.notices)
                    .filteredOn(notice -> notice.contains("ignoring INSTALL"))
                    .hasSize(2);
        }
        send(back.get(0), "b");
    }

    private Node node(int id) {
        return evs.node(SimulatedEvs.uuid(id));
    }

    /** {2, 3} are primary with weight 1 each, 1 with weight 3 joins; all are in INSTALL. */
    private Node heavyJoinerWithInstallOnTheWay() {
        Node second = evs.bootstrap(2, PrimarySettings.defaults());
        Node third = evs.add(3);
        evs.regroup(second);
        evs.regroup(second, third);
        Node joiner = evs.add(1, new PrimarySettings(3, 0, false, false, false, false));
        exchangeStates(joiner, second, third);
        return joiner;
    }

    /** A view of these nodes, with all STATEs delivered and INSTALL not. */
    private void exchangeStates(Node... nodes) {
        evs.transition(nodes);
        evs.install(nodes);
        for (Node node : nodes) {
            for (int i = 0; i < nodes.length; i++) {
                assertThat(node.step()).isTrue();
            }
            assertThat(node.primary.state()).isEqualTo(PrimaryState.INSTALL);
        }
    }

    private Node restart(Node node) {
        evs.crash(node);
        SavedView saved = node.disk.orElseThrow();
        UUID next = Uuids.nextIncarnation(saved.self());
        return evs.add(next, PrimarySettings.defaults(), Optional.of(new SavedView(next, saved.view())));
    }

    private void send(Node node, String... texts) {
        for (String text : texts) {
            assertThat(node.send(text)).isEqualTo(SendResult.ACCEPTED);
        }
        evs.run();
    }

    private void assertPrimary(Node... nodes) {
        for (Node node : nodes) {
            assertThat(node.fatals).isEmpty();
            assertThat(node.violations).isEmpty();
            assertThat(node.primary.state()).as(node.toString()).isEqualTo(PrimaryState.PRIM);
            assertThat(node.lastView().isPrimary()).isTrue();
        }
        evs.checkQuiet();
    }

    private void assertNonPrimary(Node... nodes) {
        for (Node node : nodes) {
            assertThat(node.fatals).isEmpty();
            assertThat(node.violations).isEmpty();
            assertThat(node.primary.state()).as(node.toString()).isEqualTo(PrimaryState.NON_PRIM);
            assertThat(node.lastView().isPrimary()).isFalse();
            assertThat(node.primary.clusterWeight()).isZero();
            assertThat(node.send("x")).isEqualTo(SendResult.NOT_CONNECTED);
        }
        evs.checkQuiet();
    }

    private static PcMessage.State lastState(Node node) {
        return (PcMessage.State) node.sent.stream()
                .filter(PcMessage.State.class::isInstance)
                .reduce((a, b) -> b)
                .orElseThrow();
    }

    private static Node[] array(List<Node> nodes) {
        return nodes.toArray(Node[]::new);
    }

    private static Bytes changed(Bytes message, int at, int octet) {
        byte[] bytes = message.toArray();
        bytes[at] = (byte) octet;
        return new Bytes(bytes);
    }
}
