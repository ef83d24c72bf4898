package io.dromon.node.certification;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.certification.DigestComparison.Finding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Members that tell each other their digests in one order; who of them leaves. */
@Tag("unit")
final class DigestComparisonTest {
    private static final long RIGHT = 7;
    private static final long WRONG = 8;

    private final List<UUID> members = new ArrayList<>();
    private final Map<UUID, DigestComparison> comparisons = new HashMap<>();
    private final Map<UUID, Long> values = new HashMap<>();
    private final List<UUID> left = new ArrayList<>();

    private DigestComparison of(UUID member) {
        return Objects.requireNonNull(comparisons.get(member));
    }

    private Digest digest(UUID member) {
        return new Digest(1024, Objects.requireNonNull(values.get(member)));
    }

    private UUID member(long value) {
        UUID uuid = new UUID(1, members.size());
        members.add(uuid);
        values.put(uuid, value);
        comparisons.put(uuid, new DigestComparison(uuid));
        return uuid;
    }

    private void form() {
        comparisons.values().forEach(each -> each.changeConfiguration(members));
    }

    /** All are told, in the same place of the order. */
    private void tell(UUID teller) {
        for (UUID member : members) {
            Finding finding = of(member).onDigest(teller, digest(teller), digest(member));
            if (finding == Finding.MINORITY && !left.contains(member)) {
                left.add(member);
            }
        }
    }

    /** Until nobody owes anything. */
    private void settle() {
        for (UUID member : members) {
            if (of(member).owesDigest()) {
                tell(member);
            }
        }
    }

    @Test
    void findsNothingWhereAllAgree() {
        member(RIGHT);
        member(RIGHT);
        form();

        tell(members.get(0));
        tell(members.get(1));

        assertThat(left).isEmpty();
        assertThat(comparisons.values()).noneMatch(DigestComparison::owesDigest);
    }

    @Test
    void sendsTheOneAwayThatDiffersFromTwo() {
        UUID wrong = member(WRONG);
        member(RIGHT);
        UUID writer = member(RIGHT);
        form();

        tell(writer);
        assertThat(of(wrong).owesDigest()).isTrue();
        settle();

        assertThat(left).containsExactly(wrong);
        assertThat(of(writer).text(UUID::toString))
                .startsWith("at number 1024 the verdicts of ")
                .contains("have the digest 0000000000000007", "have the digest 0000000000000008");
    }

    /** The others are right, though none of them writes. */
    @Test
    void sendsAWriterAwayThatDiffersFromTheRest() {
        UUID writer = member(WRONG);
        member(RIGHT);
        member(RIGHT);
        form();

        tell(writer);
        assertThat(left).isEmpty();
        settle();

        assertThat(left).containsExactly(writer);
    }

    @Test
    void keepsThoseWithTheFirstMemberWhereHalfDiffers() {
        member(RIGHT);
        member(RIGHT);
        UUID third = member(WRONG);
        UUID fourth = member(WRONG);
        form();

        tell(third);
        settle();

        assertThat(left).containsExactlyInAnyOrder(third, fourth);
    }

    @Test
    void forgetsWhatWasToldOfAnotherNumberAndInAnotherConfiguration() {
        member(RIGHT);
        UUID wrong = member(WRONG);
        form();
        DigestComparison first = of(members.get(0));

        assertThat(first.onDigest(wrong, new Digest(1024, WRONG), new Digest(2048, RIGHT)))
                .isEqualTo(Finding.NONE);
        assertThat(first.onDigest(wrong, new Digest(2048, WRONG), new Digest(2048, RIGHT)))
                .isEqualTo(Finding.DIVERGENCE);
        form();

        assertThat(first.owesDigest()).isFalse();
        assertThat(first.onDigest(new UUID(9, 9), new Digest(2048, WRONG), new Digest(2048, RIGHT)))
                .as("of nobody in the view")
                .isEqualTo(Finding.NONE);
    }
}
