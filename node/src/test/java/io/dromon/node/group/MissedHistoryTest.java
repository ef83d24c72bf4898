package io.dromon.node.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.group.TestGroup.Peer;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Views that are torn before the states are exchanged: what is left of one must not give seqnos a second time (chapter 04
 * section 5.6).
 *
 * <p>Of five members three have gone on without two. All meet again, with two newcomers; the view falls apart.
 */
@Tag("unit")
final class MissedHistoryTest {
    private final TestGroup group = new TestGroup(1);
    private final Peer[] furthest = new Peer[3];
    private final Peer[] cutOff = new Peer[2];
    private final Peer[] newcomers = new Peer[2];
    private long seqno;

    @BeforeEach
    void threeOfFiveGoOn() {
        Peer[] all = new Peer[5];
        for (int i = 0; i < all.length; i++) {
            all[i] = dataNode("node" + i);
            Peer[] members = Arrays.copyOf(all, i + 1);
            group.primary(members);
            group.settle(members);
        }
        assertThat(all).allMatch(peer -> peer.status() == MemberStatus.SYNCED);
        System.arraycopy(all, 0, furthest, 0, 3);
        System.arraycopy(all, 3, cutOff, 0, 2);
        for (Peer peer : cutOff) {
            group.nonPrimary(peer);
        }
        group.primary(furthest);
        group.settle(furthest);
        furthest[0].replicate(new Bytes(new byte[10]));
        group.settle(furthest);
        seqno = furthest[0].seqno();
        assertThat(seqno).isGreaterThan(cutOff[0].seqno());
        newcomers[0] = dataNode("new0");
        newcomers[1] = dataNode("new1");
    }

    private Peer dataNode(String name) {
        return group.add(GroupSettings.member(name, "").withFormat(WriteSetFormat.OPAQUE), Position.NONE);
    }

    private static Peer[] together(Peer[]... groups) {
        return Arrays.stream(groups).flatMap(Arrays::stream).toArray(Peer[]::new);
    }

    /** All seven are in a primary view, which is torn before any of them has told its state. */
    private void tearTheViewOfAll() {
        group.meeting(List.of(furthest), together(furthest, cutOff, newcomers));
        for (Peer peer : furthest) {
            group.nonPrimary(peer);
        }
    }

    private GroupState primary(Peer... members) {
        group.primary(members);
        group.settle(members);
        return members[0].core.status().state();
    }

    @Test
    void whoWasCutOffDoesNotGoOnWithNewcomers() {
        tearTheViewOfAll();
        long last = cutOff[0].seqno();

        assertThat(primary(together(cutOff, newcomers))).isEqualTo(GroupState.NON_PRIMARY);

        assertThat(together(cutOff, newcomers))
                .allMatch(peer -> peer.core.status().state() == GroupState.NON_PRIMARY);
        assertThat(cutOff[0].seqno()).isEqualTo(last);
        assertThat(newcomers[0].notices).singleElement().asString().contains("have come further are missing");
    }

    @Test
    void oneOfThoseWhoHadComeFurtherIsEnough() {
        tearTheViewOfAll();
        primary(together(cutOff, newcomers));
        Peer back = furthest[2];
        Peer[] members = together(new Peer[] {back}, cutOff, newcomers);

        // The component of those without the history is the primary one: for the layer below they are ahead now.
        group.meeting(List.of(together(cutOff, newcomers)), members);
        group.settle(members);

        assertThat(members).allMatch(peer -> peer.core.status().state() == GroupState.PRIMARY);
        assertThat(members).allMatch(peer -> peer.seqno() == seqno + 1);
        assertThat(back.status()).isEqualTo(MemberStatus.SYNCED);
        assertThat(back.inconsistent).isFalse();
    }

    /** It knows nothing of the view of all: those who do tell it. */
    @Test
    void aMemberThatWasNotInTheTornViewDoesNotGoOnEither() {
        Peer late = cutOff[1];
        Peer[] others = {cutOff[0], newcomers[0], newcomers[1]};
        group.meeting(List.of(furthest), together(furthest, others));
        for (Peer peer : furthest) {
            group.nonPrimary(peer);
        }
        assertThat(primary(others)).isEqualTo(GroupState.NON_PRIMARY);

        group.meeting(List.of(others), together(others, new Peer[] {late}));
        group.settle(together(others, new Peer[] {late}));
        assertThat(late.core.status().state()).isEqualTo(GroupState.NON_PRIMARY);

        assertThat(primary(together(others, new Peer[] {late, furthest[0]}))).isEqualTo(GroupState.PRIMARY);
        assertThat(late.seqno()).isEqualTo(seqno + 1);
    }

    @Test
    void newcomersAloneKeepWhoWasCutOffFromGoingOn() {
        Peer third = dataNode("new2");
        Peer[] all = {newcomers[0], newcomers[1], third};
        group.meeting(List.of(furthest), together(furthest, all));
        for (Peer peer : furthest) {
            group.nonPrimary(peer);
        }
        Peer[] members = together(all, new Peer[] {cutOff[0]});

        assertThat(primary(members)).isEqualTo(GroupState.NON_PRIMARY);
    }

    /** A joiner has come as far as the members, and is not one of those that can go on: it waits for one that can. */
    @Test
    void anIncompleteMemberIsNoneOfThoseWhoCanGoOn() {
        Peer joiner = joinAsIncomplete();
        Peer[] rest = together(cutOff, newcomers, new Peer[] {joiner});
        group.meeting(List.of(together(furthest, new Peer[] {joiner})), together(furthest, rest));
        for (Peer peer : furthest) {
            group.nonPrimary(peer);
        }

        assertThat(primary(rest)).isEqualTo(GroupState.NON_PRIMARY);

        assertThat(rest).noneMatch(peer -> peer.inconsistent);
        assertThat(primary(together(rest, new Peer[] {furthest[1]}))).isEqualTo(GroupState.PRIMARY);
        assertThat(joiner.seqno()).isEqualTo(seqno + 2);
    }

    /** The joiner does not know which of them have the end of its last configuration, and needs none that has less. */
    @Test
    void anIncompleteMemberIsContentWithOneThatHasAsMuch() {
        Peer joiner = joinAsIncomplete();
        for (Peer peer : together(furthest, new Peer[] {joiner})) {
            group.nonPrimary(peer);
        }

        assertThat(primary(furthest[0], joiner)).isEqualTo(GroupState.PRIMARY);
        assertThat(joiner.seqno()).isEqualTo(seqno + 2);
    }

    private Peer joinAsIncomplete() {
        Peer joiner = group.add(
                TestGroup.withState("joiner", FlowSettings.DEFAULTS).withFormat(WriteSetFormat.OPAQUE), Position.NONE);
        assertThat(primary(together(furthest, new Peer[] {joiner}))).isEqualTo(GroupState.PRIMARY);
        assertThat(joiner.status()).isEqualTo(MemberStatus.PRIM);
        return joiner;
    }

    @Test
    void aNewClusterHasNothingToWaitFor() {
        tearTheViewOfAll();

        group.view(true, true, List.of(newcomers[0]));
        group.settle(newcomers[0]);

        assertThat(newcomers[0].status()).isEqualTo(MemberStatus.SYNCED);
        assertThat(newcomers[0].core.status().confId()).isEqualTo(1);
    }

    @Test
    void theOperatorMayLetThemGoOn() {
        tearTheViewOfAll();
        Peer[] members = together(cutOff, newcomers);
        primary(members);
        long last = cutOff[0].seqno();

        group.view(true, true, List.of(members));
        group.settle(members);

        assertThat(members).allMatch(peer -> peer.core.status().state() == GroupState.PRIMARY);
        assertThat(cutOff[0].seqno()).isEqualTo(last + 1);
        assertThat(cutOff[0].status()).isEqualTo(MemberStatus.SYNCED);
    }

    @Test
    void anExchangeThatEndsMakesAllEqual() {
        Peer[] all = together(furthest, cutOff, newcomers);
        group.meeting(List.of(furthest), all);
        group.settle(all);
        group.advance(3_000 * TestGroup.MS, all);
        assertThat(all).extracting(Peer::status).containsOnly(MemberStatus.SYNCED);
        for (Peer peer : all) {
            group.nonPrimary(peer);
        }

        assertThat(primary(together(cutOff, newcomers))).isEqualTo(GroupState.PRIMARY);
    }

    @Test
    void membersThatStayedPrimaryAllTheTimeGoOnHoweverOftenTheirViewsAreTorn() {
        group.primary(furthest);
        group.primary(furthest[0], furthest[1]);
        group.primary(furthest[0]);
        group.settle(furthest[0]);

        assertThat(furthest[0].core.status().state()).isEqualTo(GroupState.PRIMARY);
        assertThat(furthest[0].seqno()).isEqualTo(seqno + 1);
    }
}
