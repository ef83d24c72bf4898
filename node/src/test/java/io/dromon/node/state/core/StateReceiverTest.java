package io.dromon.node.state.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.group.MemberStatus;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.state.core.Attempt.Way;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class StateReceiverTest {
    private static final UUID HISTORY = new UUID(1, 1);
    private static final UUID OTHER = new UUID(2, 2);
    private static final long SECOND = 1_000_000_000;

    private StateReceiver<String> receiver = new StateReceiver<>(new Position(HISTORY, 10), true);

    /** What came up since the last call, in words. */
    private List<String> news() {
        List<String> all = new ArrayList<>();
        receiver.drain(output -> all.add(words(output)));
        return all;
    }

    private static String words(StateOutput<String> output) {
        if (output instanceof StateOutput.Step<String> step) {
            return words(step.step());
        } else if (output instanceof StateOutput.Ask<String> ask) {
            return "ask " + ask.have().seqno();
        } else if (output instanceof StateOutput.Join<String> join) {
            return "join " + join.seqno() + (join.code() == 0 ? "" : " failed");
        } else if (output instanceof StateOutput.Transferred<String> transferred) {
            return "transferred " + transferred.event().seqno();
        } else if (output instanceof StateOutput.Pass<String> pass) {
            return "pass " + pass.event();
        } else if (output instanceof StateOutput.Drop<String> drop) {
            return "drop " + drop.event();
        } else if (output instanceof StateOutput.Impossible<String> why) {
            return "impossible: " + why.reason();
        }
        throw new AssertionError(output);
    }

    private static String words(TransferStep step) {
        List<String> words = new ArrayList<>();
        step.accept(new TransferStep.Handler() {
            @Override
            public void onPrepare(Attempt attempt) {
                words.add("prepare " + attempt.way() + " " + attempt.have().seqno() + "-" + attempt.needed());
            }

            @Override
            public void onReceive(Attempt attempt) {
                words.add("receive");
            }

            @Override
            public void onCancel(Attempt attempt) {
                words.add("cancel");
            }

            @Override
            public void onRestore(Attempt attempt) {
                words.add("restore");
            }

            @Override
            public void onCompleted(Attempt attempt) {
                words.add("completed");
            }

            @Override
            public void onFailed(TransferStep.Failed failed) {
                words.add("failed, next " + failed.next() + " in "
                        + failed.pause().toSeconds());
            }
        });
        return words.get(0);
    }

    private int attempt() {
        Attempt current = receiver.attempt();
        assertThat(current).isNotNull();
        return current == null ? 0 : current.number();
    }

    private void configuration(long seqno, MemberStatus own) {
        configuration(HISTORY, seqno, own, 5);
    }

    private void configuration(UUID history, long seqno, MemberStatus own, long firstCached) {
        configuration(history, seqno, own, true, firstCached);
    }

    private void configuration(UUID history, long seqno, MemberStatus own, boolean continues, long firstCached) {
        receiver.onConfiguration(history, seqno, own, continues, firstCached, 0);
        if (receiver.isHolding()) {
            receiver.hold("view " + seqno, -1, 1);
        } else {
            receiver.passed(seqno);
        }
    }

    private void writeSet(long seqno) {
        assertThat(receiver.isHolding()).isTrue();
        receiver.hold("write-set " + seqno, seqno, 100);
    }

    private void bring(int number, long seqno) {
        receiver.received(number, new IstEvent.Skipped(seqno, false), 0);
    }

    /** Up to the donor that is to send 11 to 13. */
    private void receiving() {
        configuration(14, MemberStatus.PRIM);
        receiver.prepared(attempt(), Bytes.EMPTY);
        receiver.onRequestResult(0, 0);
        assertThat(news()).containsExactly("prepare INCREMENTAL 10-14", "ask 10", "receive");
    }

    @Test
    void letsEverythingPassWhereNothingIsMissing() {
        configuration(11, MemberStatus.JOINED);

        assertThat(receiver.isHolding()).isFalse();
        assertThat(news()).isEmpty();
    }

    @Test
    void holdsBackUntilTheGroupHasCountedTheEnd() {
        received();

        configuration(15, MemberStatus.JOINER);
        assertThat(news()).isEmpty();
        receiver.onJoined(MemberStatus.JOINED, 0);
        assertThat(news()).containsExactly("pass view 14", "pass view 15");
        assertThat(receiver.isHolding()).isFalse();

        configuration(16, MemberStatus.SYNCED);
        assertThat(news()).isEmpty();
    }

    @Test
    void letsPassWhereAConfigurationTellsThatTheGroupHasCountedTheEnd() {
        received();
        configuration(15, MemberStatus.JOINED);

        assertThat(news()).containsExactly("pass view 14");
        assertThat(receiver.isHolding()).isFalse();
    }

    @Test
    void forgetsWhatWasOrderedWhereTheGroupGoesOnWithoutHavingCountedTheEnd() {
        received();
        writeSet(15);
        configuration(30, MemberStatus.PRIM);

        assertThat(news()).containsExactly("drop view 14", "drop write-set 15", "prepare INCREMENTAL 13-30");
    }

    @Test
    void asksAgainWhereTheGroupHasForgottenTheTransfer() {
        received();
        configuration(15, MemberStatus.PRIM);

        assertThat(news()).containsExactly("prepare INCREMENTAL 13-14");
    }

    /** All that is missing is there, behind the view. */
    private void received() {
        receiving();
        for (long seqno = 11; seqno <= 13; seqno++) {
            bring(attempt(), seqno);
        }
        receiver.ended(attempt(), 0);
        assertThat(news()).endsWith("join 13", "completed");
    }

    @Test
    void givesWhatIsHeldBackBehindWhatADonorBrings() {
        receiving();
        writeSet(15);
        for (long seqno = 9; seqno <= 15; seqno++) {
            bring(attempt(), seqno);
        }
        receiver.ended(attempt(), 0);
        receiver.onJoined(MemberStatus.JOINED, 0);

        assertThat(news())
                .containsExactly(
                        "transferred 11",
                        "transferred 12",
                        "transferred 13",
                        "join 13",
                        "completed",
                        "pass view 14",
                        "pass write-set 15");
        assertThat(receiver.isHolding()).isFalse();
        assertThat(receiver.heldBytes()).isZero();
        configuration(16, MemberStatus.SYNCED);
        assertThat(news()).isEmpty();
    }

    @Test
    void goesOnFromWhereABrokenTransferEnded() {
        receiving();
        bring(attempt(), 11);
        receiver.failed(attempt(), "cut", false, 0);
        receiver.onJoined(MemberStatus.PRIM, 0);
        assertThat(receiver.nextDeadlineNs()).isEqualTo(SECOND);
        receiver.tick(SECOND);

        assertThat(news())
                .containsExactly(
                        "transferred 11",
                        "cancel",
                        "failed, next INCREMENTAL in 1",
                        "join 11 failed",
                        "prepare INCREMENTAL 11-14");
    }

    @Test
    void takesNoEventBehindAGap() {
        receiving();
        bring(attempt(), 11);
        bring(attempt(), 13);

        assertThat(news()).containsExactly("transferred 11", "cancel", "failed, next SNAPSHOT in 1", "join 11 failed");
    }

    @Test
    void takesNoStreamThatEndsEarlyForWhole() {
        receiving();
        bring(attempt(), 11);
        receiver.ended(attempt(), 0);

        assertThat(news()).contains("failed, next SNAPSHOT in 1").doesNotContain("completed");
        assertThat(receiver.isHolding()).isTrue();
    }

    @Test
    void asksForASnapshotWhereTheDonorHasForgottenTheEvents() {
        receiving();
        receiver.onTransferLost("not cached", true, 0);
        receiver.onJoined(MemberStatus.PRIM, 0);
        receiver.tick(SECOND);
        receiver.prepared(attempt(), Bytes.EMPTY);

        assertThat(news())
                .containsExactly(
                        "cancel", "failed, next SNAPSHOT in 1", "join 10 failed", "prepare SNAPSHOT 10-14", "ask -1");
    }

    @Test
    void isOverWhereTheDonorHasAnotherBranchOfTheHistory() {
        receiving();
        writeSet(15);
        receiver.onAnotherBranch();
        writeSet(16);

        assertThat(news())
                .satisfiesExactly(
                        cancel -> assertThat(cancel).isEqualTo("cancel"),
                        view -> assertThat(view).startsWith("drop"),
                        held -> assertThat(held).startsWith("drop"),
                        end -> assertThat(end).contains("another branch of that history"),
                        late -> assertThat(late).startsWith("drop"));
        assertThat(receiver.isHolding()).isTrue();
    }

    @Test
    void standsBehindASnapshotAndDropsWhatItContains() {
        receiver = new StateReceiver<>(Position.NONE, true);
        configuration(14, MemberStatus.PRIM);
        receiver.prepared(attempt(), Bytes.EMPTY);
        writeSet(15);
        receiver.onRequestResult(0, 0);
        writeSet(16);
        receiver.snapshotArrived(attempt());
        receiver.restored(attempt(), new Position(HISTORY, 15), 0);
        receiver.onJoined(MemberStatus.JOINED, 0);

        assertThat(news())
                .containsExactly(
                        "prepare SNAPSHOT -1-14",
                        "ask -1",
                        "receive",
                        "restore",
                        "join 15",
                        "completed",
                        "pass view 14",
                        "drop write-set 15",
                        "pass write-set 16");
    }

    @Test
    void aNodeWithoutStateTakesAYoungHistoryFromItsBeginning() {
        receiver = new StateReceiver<>(Position.NONE, false);
        assertThat(receiver.onConfiguration(HISTORY, 3, MemberStatus.PRIM, false, 1, 0))
                .isTrue();

        assertThat(news()).containsExactly("prepare INCREMENTAL 0-3");
    }

    @Test
    void aNodeThatTakesNoSnapshotLeavesWhereItNeedsOne() {
        receiver = new StateReceiver<>(Position.NONE, false);
        configuration(HISTORY, 300, MemberStatus.PRIM, 200);
        writeSet(301);

        assertThat(news().get(0)).startsWith("impossible: a snapshot");
        assertThat(news()).isEmpty();
        assertThat(receiver.isHolding()).as("nothing passes behind the gap").isTrue();
    }

    @Test
    void refusesASnapshotOfAnotherHistory() {
        receiver = new StateReceiver<>(new Position(OTHER, 10), true);
        configuration(14, MemberStatus.PRIM);
        receiver.prepared(attempt(), Bytes.EMPTY);
        receiver.onRequestResult(0, 0);
        receiver.snapshotArrived(attempt());
        receiver.restored(attempt(), new Position(OTHER, 14), 0);

        assertThat(news()).anyMatch(text -> text.startsWith("impossible: the donor's snapshot is of"));
    }

    @Test
    void neverGoesOnWhereTheGroupTakesItForCompleteAndItIsNot() {
        configuration(14, MemberStatus.JOINED);

        assertThat(news()).first().asString().startsWith("impossible: the group takes this node for complete");
        assertThat(receiver.isHolding()).isTrue();
    }

    @Test
    void holdsBackOverConfigurationsThatFollowWithoutAGap() {
        receiving();
        configuration(15, MemberStatus.JOINER);
        writeSet(16);
        for (long seqno = 11; seqno <= 13; seqno++) {
            bring(attempt(), seqno);
        }
        receiver.ended(attempt(), 0);
        receiver.onJoined(MemberStatus.JOINED, 0);

        assertThat(news())
                .containsSubsequence("transferred 13", "join 13", "pass view 14", "pass view 15", "pass write-set 16");
    }

    @Test
    void beginsAnewWhereAnotherGapComes() {
        receiving();
        int first = attempt();
        writeSet(15);
        bring(first, 11);
        configuration(30, MemberStatus.PRIM);
        bring(first, 12);
        receiver.ended(first, 0);

        assertThat(news())
                .containsExactly(
                        "transferred 11", "drop view 14", "drop write-set 15", "cancel", "prepare INCREMENTAL 11-30");
    }

    /** An exchange of states that ended here and not at the others: they give its number again. */
    @Test
    void dropsAConfigurationThatTheGroupDoesNotGoOnFrom() {
        receiving();
        bring(attempt(), 11);
        configuration(HISTORY, 15, MemberStatus.PRIM, false, 5);

        assertThat(news()).containsExactly("transferred 11", "drop view 14", "cancel", "prepare INCREMENTAL 11-15");
    }

    /** The group still waits for the end of the transfer before, and takes the node for complete if it is told one. */
    @Test
    void leavesATransferThatTheGroupDoesNotGoOnFrom() {
        receiving();
        for (long seqno = 11; seqno <= 13; seqno++) {
            bring(attempt(), seqno);
        }
        receiver.ended(attempt(), 0);
        assertThat(news()).contains("join 13");
        configuration(HISTORY, 15, MemberStatus.JOINER, false, 5);
        assertThat(news()).containsExactly("drop view 14", "join 13 failed");

        receiver.onJoined(MemberStatus.PRIM, 0);
        receiver.tick(0);

        assertThat(news()).containsExactly("prepare INCREMENTAL 13-15");
    }

    @Test
    void anotherGapDoesNotInterruptTheApplicationThatTakesASnapshot() {
        receiver = new StateReceiver<>(new Position(OTHER, 10), true);
        configuration(14, MemberStatus.PRIM);
        receiver.prepared(attempt(), Bytes.EMPTY);
        receiver.onRequestResult(0, 0);
        receiver.snapshotArrived(attempt());
        configuration(30, MemberStatus.PRIM);
        receiver.restored(attempt(), new Position(HISTORY, 14), 0);
        receiver.tick(0);

        assertThat(news()).endsWith("drop view 14", "prepare INCREMENTAL 14-30");
    }

    /** Its numbers may be right, and stand for something else. */
    @Test
    void takesNoSnapshotForCompleteThatWasGivenBeforeTheGroupGaveItsNumbersAgain() {
        receiver = new StateReceiver<>(new Position(OTHER, 10), true);
        configuration(14, MemberStatus.PRIM);
        receiver.prepared(attempt(), Bytes.EMPTY);
        receiver.onRequestResult(0, 0);
        receiver.snapshotArrived(attempt());
        configuration(HISTORY, 15, MemberStatus.JOINER, false, 5);
        receiver.restored(attempt(), new Position(HISTORY, 14), 0);
        assertThat(news()).endsWith("restore", "drop view 14", "join 14 failed");

        receiver.onJoined(MemberStatus.PRIM, 0);
        receiver.tick(0);

        assertThat(news()).containsExactly("prepare SNAPSHOT 14-15");
    }

    @Test
    void asksAgainWhereTheGroupForgotTheTransferWhileTheApplicationTookTheSnapshot() {
        receiver = new StateReceiver<>(new Position(OTHER, 10), true);
        configuration(14, MemberStatus.PRIM);
        receiver.prepared(attempt(), Bytes.EMPTY);
        receiver.onRequestResult(0, 0);
        receiver.snapshotArrived(attempt());
        configuration(15, MemberStatus.PRIM);
        receiver.restored(attempt(), new Position(HISTORY, 14), 0);

        assertThat(news()).endsWith("restore", "prepare INCREMENTAL 14-14");
    }

    /** The answer to a request that was given up finds no listener. */
    @Test
    void sendsADonorAwayThatComesForAnOldRequest() {
        configuration(14, MemberStatus.PRIM);
        receiver.onRequestResult(0, 0);

        assertThat(news()).containsExactly("prepare INCREMENTAL 10-14", "cancel", "join 10 failed");
    }

    @Test
    void waitsLongerAfterEachFailure() {
        receiver = new StateReceiver<>(new Position(OTHER, 10), true);
        configuration(14, MemberStatus.PRIM);
        List<Long> pauses = new ArrayList<>();
        long now = 0;
        for (int i = 0; i < 7; i++) {
            receiver.failed(attempt(), "no listener", false, now);
            pauses.add(Duration.ofNanos(receiver.nextDeadlineNs() - now).toSeconds());
            now = receiver.nextDeadlineNs();
            receiver.tick(now);
        }

        assertThat(pauses).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 32L);
        assertThat(receiver.attempt()).isNotNull().extracting(Attempt::way).isEqualTo(Way.SNAPSHOT);
    }

    @Test
    void dropsWhatItHoldsWhenTheNodeLeaves() {
        receiving();
        writeSet(15);
        receiver.end();

        assertThat(news()).containsExactly("cancel", "drop view 14", "drop write-set 15");
        assertThat(receiver.isHolding()).isFalse();
    }
}
