package io.dromon.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupMember;
import io.dromon.node.group.GroupVersions;
import io.dromon.node.group.MemberStatus;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the wait for a vote ends; a delivery thread that waits for ever would stop the whole group. */
@Tag("unit")
@Timeout(20)
final class FailureVoteTest {
    private static final long OWN = -17;

    private final FailureVote vote = new FailureVote();

    /** What the wait gives if the protocol thread does this right behind the vote. */
    private boolean resultOf(Consumer<FailureVote> next) {
        CompletableFuture<Runnable> posted = new CompletableFuture<>();
        CompletableFuture<Boolean> waits =
                vote.begin(7, new IllegalStateException("disk full on n1"), (seqno, error) -> OWN, posted::complete);
        posted.join().run();
        next.accept(vote);
        return waits.join();
    }

    private static GroupEvent.ConfigurationChange configuration(
            long confId, MemberStatus own, long voteSeqno, long voteResult) {
        return new GroupEvent.ConfigurationChange(
                9,
                confId,
                new UUID(1, 1),
                true,
                List.of(new GroupMember(new UUID(1, 2), "n1", "", 0, own, false, -1)),
                0,
                GroupVersions.NONE,
                voteSeqno,
                voteResult);
    }

    @Test
    void goesOnWhereTheOthersFailedAlike() {
        assertThat(resultOf(it -> it.onResult(new GroupEvent.VoteResult(7, OWN))))
                .isTrue();
    }

    @Test
    void stopsWhereTheyDidNot() {
        assertThat(resultOf(it -> it.onResult(new GroupEvent.VoteResult(7, 0)))).isFalse();
        assertThat(resultOf(it -> it.onResult(new GroupEvent.VoteResult(7, -18))))
                .isFalse();
    }

    /** A member died that had not voted: its end decides. */
    @Test
    void takesTheResultFromAConfiguration() {
        assertThat(resultOf(it -> it.onConfigurationChange(configuration(3, MemberStatus.SYNCED, 7, OWN))))
                .isTrue();
        assertThat(resultOf(it -> it.onConfigurationChange(configuration(3, MemberStatus.SYNCED, 7, 0))))
                .isFalse();
    }

    @Test
    void stopsWhereNoResultCanCome() {
        assertThat(resultOf(it -> it.onConfigurationChange(configuration(-1, MemberStatus.NON_PRIM, -1, 0))))
                .isFalse();
        assertThat(resultOf(it -> it.onConfigurationChange(configuration(3, MemberStatus.PRIM, -1, 0))))
                .isFalse();
        assertThat(resultOf(FailureVote::abandon)).isFalse();
        assertThat(resultOf(it -> {})).as("the node has ended before").isFalse();
    }

    /** Not its text: that has paths and hosts in it. */
    @Test
    void comparesTheKindsOfTheFailures() {
        assertThat(FailureVote.kind(new IllegalStateException("/var/n1", new IOException("disk full"))))
                .isEqualTo("java.lang.IllegalStateException < java.io.IOException");
    }
}
