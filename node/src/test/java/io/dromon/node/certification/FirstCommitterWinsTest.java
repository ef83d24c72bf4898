package io.dromon.node.certification;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.writeset.KeyCursor;
import io.dromon.node.writeset.KeyType;
import io.dromon.node.writeset.ReceivedWriteSet;
import io.dromon.transport.wire.MalformedMessageException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Nodes of a group, each at its own pace, over one order: equal verdicts and digests, and no two transactions that both
 * passed although one overwrote what the other had read or written. Replay a seed with {@code
 * -Dtest=FirstCommitterWinsTest -Dsim.seeds=1 -Dcertification.seed=N}.
 */
@Tag("unit")
final class FirstCommitterWinsTest {
    private static final int VERSION = 6;

    private int refused;
    private int failed;
    private int passed;

    /** What the group has ordered: one of the fields after {@code seqno} counts. */
    record Ordered(long seqno, int sender, ReceivedWriteSet writeSet, Kind kind) {}

    enum Kind {
        WRITE_SET,
        CUT,
        CHANGE
    }

    /** On its way: a write-set with its claim, or a report. */
    record Sent(ReceivedWriteSet writeSet, Claim claim, long report) {}

    private static final ReceivedWriteSet NO_WRITE_SET =
            TestWriteSet.of(TestWriteSet.node(0), 0).shared("none").received();

    /** A member with its application, which completes in order. */
    private static final class Member {
        final UUID uuid;
        final Certification certification;
        final KeysInFlight keys;
        final ArrayDeque<Sent> sending = new ArrayDeque<>();
        final ArrayDeque<Claim> awaited = new ArrayDeque<>();
        final ArrayDeque<Long> applying = new ArrayDeque<>();
        int processed;
        long applied;
        long reported = -1;

        Member(int number, SplittableRandom random) {
            uuid = TestWriteSet.node(number);
            certification = new Certification(new CertificationSettings(random.nextBoolean(), 5, random.nextLong()));
            keys = new KeysInFlight(certification, uuid, 40, random.nextLong());
        }
    }

    @Test
    void holdsOnEverySeed() throws MalformedMessageException {
        long first = Long.getLong("certification.seed", 1);
        for (long seed = first; seed < first + Integer.getInteger("sim.seeds", 200); seed++) {
            new Run(seed).run();
        }
        if (Integer.getInteger("sim.seeds", 200) > 1) {
            assertThat(refused).isPositive();
            assertThat(failed).isPositive();
            assertThat(passed).isGreaterThan(failed);
        }
    }

    /** One seed. */
    private final class Run {
        private final long seed;
        private final SplittableRandom random;
        private final List<Member> members = new ArrayList<>();
        private final List<Ordered> order = new ArrayList<>();
        private final Map<Long, Verdict> verdicts = new HashMap<>();
        private final Map<Long, Digest> digests = new HashMap<>();
        private long seqno = 1;
        private long cut;

        Run(long seed) {
            this.seed = seed;
            this.random = new SplittableRandom(seed);
        }

        void run() throws MalformedMessageException {
            for (int i = 0; i < 3; i++) {
                members.add(new Member(i, random));
            }
            order.add(new Ordered(seqno, -1, NO_WRITE_SET, Kind.CHANGE));
            for (int step = 0; step < 1500; step++) {
                Member member = members.get(random.nextInt(members.size()));
                switch (random.nextInt(100)) {
                    case 0 -> change();
                    case 1 -> join();
                    default -> {
                        send(member);
                        order(member);
                        process(member);
                        apply(member);
                    }
                }
            }
            for (Member member : members) {
                while (member.processed < order.size()) {
                    process(member);
                }
            }
            check();
        }

        private void send(Member member) {
            if (member.processed < lastChange()) {
                return; // what it sends now would be of the view before
            }
            long oldest = Math.max(member.certification.oldestSnapshot() - 1, member.applied - 6);
            long snapshot = random.nextLong(Math.max(0, oldest), member.applied + 1);
            TestWriteSet writeSet = TestWriteSet.of(member.uuid, snapshot);
            for (int i = random.nextInt(3); i >= 0; i--) {
                writeSet.key(KeyType.of(random.nextInt(4)), "t", "k" + random.nextInt(8));
            }
            ReceivedWriteSet received = writeSet.received();
            ClaimResult result = member.keys.claim(received.keys(), snapshot);
            if (result instanceof Claim claim) {
                member.sending.add(new Sent(received, claim, -1));
                member.awaited.add(claim);
            } else {
                refused++;
            }
        }

        private int lastChange() {
            for (int i = order.size() - 1; i >= 0; i--) {
                if (order.get(i).kind == Kind.CHANGE) {
                    return i + 1;
                }
            }
            return 0;
        }

        /** The group orders the next message of a member. */
        private void order(Member member) {
            Sent sent = member.sending.poll();
            if (sent == null) {
                return;
            }
            if (sent.report < 0) {
                order.add(new Ordered(++seqno, members.indexOf(member), sent.writeSet, Kind.WRITE_SET));
                return;
            }
            member.reported = sent.report;
            long lowest = members.stream().mapToLong(m -> m.reported).min().orElse(-1);
            if (lowest > cut) {
                cut = lowest;
                order.add(new Ordered(cut, -1, NO_WRITE_SET, Kind.CUT));
            }
        }

        private void process(Member member) throws MalformedMessageException {
            if (member.processed == order.size()) {
                return;
            }
            Ordered next = order.get(member.processed++);
            switch (next.kind) {
                case CHANGE -> {
                    member.certification.changeConfiguration(next.seqno, VERSION);
                    member.applied = Math.max(member.applied, next.seqno);
                    member.applying.clear();
                }
                case CUT -> member.certification.onCommitCut(next.seqno);
                case WRITE_SET -> {
                    Verdict verdict = member.certification.certify(next.seqno, next.writeSet);
                    if (members.indexOf(member) == next.sender) {
                        member.keys.release(member.awaited.remove());
                    }
                    member.applying.add(next.seqno);
                    same(member, verdict);
                }
            }
        }

        private void same(Member member, Verdict verdict) {
            Verdict before = verdicts.putIfAbsent(verdict.seqno(), verdict);
            assertThat(before == null ? verdict.outcome() : before.outcome())
                    .as("seed %d, verdict of %d", seed, verdict.seqno())
                    .isEqualTo(verdict.outcome());
            Digest digest = member.certification.digest().orElseThrow();
            Digest other = digests.putIfAbsent(digest.seqno(), digest);
            assertThat(other == null ? digest : other)
                    .as("seed %d, digest at %d", seed, verdict.seqno())
                    .isEqualTo(digest);
        }

        private void apply(Member member) {
            for (int i = random.nextInt(3); i > 0 && !member.applying.isEmpty(); i--) {
                member.applied = member.applying.remove();
                member.certification.complete(member.applied);
                if (random.nextInt(5) == 0) {
                    member.sending.add(new Sent(
                            NO_WRITE_SET, NO_CLAIM, member.certification.report(member.keys.oldestSnapshot())));
                }
            }
        }

        /** All process and apply what was ordered; what was on its way is lost. */
        private void change() throws MalformedMessageException {
            for (Member member : members) {
                while (member.processed < order.size()) {
                    process(member);
                }
                while (!member.applying.isEmpty()) {
                    member.applied = member.applying.remove();
                    member.certification.complete(member.applied);
                }
                member.sending.clear();
                member.awaited.clear();
                member.keys.releaseAll();
                assertThat(member.keys.keys()).isZero();
            }
            order.add(new Ordered(++seqno, -1, NO_WRITE_SET, Kind.CHANGE));
        }

        /** One more member, which takes the state of another one. */
        private void join() throws MalformedMessageException {
            if (members.size() == 5) {
                return;
            }
            change();
            Member donor = members.get(random.nextInt(members.size()));
            Member joiner = new Member(members.size(), random);
            joiner.certification.reset();
            long from = donor.certification.preloadFrom();
            for (Ordered event : order) {
                if (event.kind == Kind.CUT || event.seqno < from) {
                    continue;
                }
                if (event.kind == Kind.CHANGE) {
                    joiner.certification.transferredChange(event.seqno, VERSION);
                } else if (verdict(event.seqno).passed()) {
                    joiner.certification.transferred(
                            event.seqno, TestWriteSet.transferred(event.writeSet, verdict(event.seqno)));
                } else {
                    joiner.certification.skipped(event.seqno);
                }
            }
            joiner.processed = order.size();
            joiner.applied = seqno;
            members.add(joiner);
        }

        /** Snapshot isolation: nothing that passed was overwritten between its snapshot and its place. */
        private void check() {
            List<Ordered> committed = order.stream()
                    .filter(event -> event.kind == Kind.WRITE_SET)
                    .filter(event -> verdict(event.seqno).passed())
                    .toList();
            passed += committed.size();
            failed += verdicts.size() - committed.size();
            for (int i = 0; i < committed.size(); i++) {
                Ordered later = committed.get(i);
                for (int j = i - 1; j >= 0 && committed.get(j).seqno > later.writeSet.lastSeen(); j--) {
                    assertThat(goTogether(committed.get(j).writeSet, later.writeSet))
                            .as("seed %d: %d and %d passed", seed, committed.get(j).seqno, later.seqno)
                            .isTrue();
                }
            }
        }

        private Verdict verdict(long of) {
            return Objects.requireNonNull(verdicts.get(of));
        }

        private static boolean goTogether(ReceivedWriteSet earlier, ReceivedWriteSet later) {
            KeyCursor found = new KeyCursor().over(earlier.keys());
            while (found.next()) {
                KeyCursor own = new KeyCursor().over(later.keys());
                while (own.next()) {
                    if (found.first() == own.first() && Rules.isConflict(found.type(), own.type())) {
                        return false;
                    }
                }
            }
            return true;
        }
    }

    private static final Claim NO_CLAIM = new Claim(new HoldList(), 0);
}
