package io.dromon.node.group;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Murmur128;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** Inconsistency votes (chapter 04 section 11). */
final class Votes {
    /** Decisions made without this node that are remembered. */
    private static final int HISTORY = 256;

    private long resultSeqno = -1;
    private long resultValue;
    private long requestSeqno = -1;
    private final Map<Long, Long> decidedWithoutSelf = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
            return size() > HISTORY;
        }
    };

    long resultSeqno() {
        return resultSeqno;
    }

    long resultValue() {
        return resultValue;
    }

    /** Value of the vote of a node that failed with {@code error}. */
    static long value(UUID groupUuid, long seqno, Bytes error) {
        ByteBuffer input = ByteBuffer.allocate(32 + error.length());
        input.putLong(groupUuid.getMostSignificantBits()).putLong(groupUuid.getLeastSignificantBits());
        input.order(ByteOrder.LITTLE_ENDIAN).putLong(seqno).putLong(-1);
        input.put(error.array(), error.offset(), error.length());
        return Murmur128.first(new Bytes(input.array())) | Long.MIN_VALUE;
    }

    /** Result of a vote that was decided before this node voted; success if unknown. */
    long decided(long seqno) {
        return decidedWithoutSelf.getOrDefault(seqno, 0L);
    }

    /** Whether votes of {@code seqno} still count. */
    boolean isOpen(long seqno, long commitCut, int gcs) {
        return seqno > (gcs >= 4 ? Math.max(resultSeqno, commitCut) : resultSeqno);
    }

    static void record(Member member, long seqno, long value, int gcs) {
        if (seqno > member.voteSeqno && (gcs >= 4 || seqno > member.lastApplied)) {
            member.voteSeqno = seqno;
            member.voteValue = value;
        }
    }

    /** Whether this is the first that is heard of a vote on {@code seqno}; then it is asked for. */
    boolean request(long seqno) {
        if (seqno <= requestSeqno) {
            return false;
        }
        requestSeqno = seqno;
        return true;
    }

    /** Counts; returns whether a vote was decided, see {@link #resultSeqno}. */
    boolean recount(Member[] members, Member self, int policy, long actId) {
        long seqno = Long.MAX_VALUE;
        for (Member m : members) {
            if (m.isCounted() && m.voteSeqno > resultSeqno) {
                seqno = Math.min(seqno, m.voteSeqno);
            }
        }
        if (seqno == Long.MAX_VALUE) {
            return false;
        }
        seqno = Math.min(seqno, actId);
        if (seqno <= resultSeqno) {
            return false;
        }
        int missing = 0;
        int cast = 0;
        long[] values = new long[members.length];
        for (Member m : members) {
            if ((m.voteSeqno >= seqno && m.isCounted()) || m.lastApplied >= seqno) {
                values[cast++] = m.voteSeqno == seqno ? m.voteValue : 0;
            } else if (m.isCounted()) {
                missing++;
            }
        }
        Tally tally = Tally.of(values, cast);
        if (!tally.isDecided(policy, missing)) {
            return false;
        }
        resultSeqno = seqno;
        resultValue = tally.decision(policy);
        if (self.voteSeqno < seqno) {
            decidedWithoutSelf.put(seqno, resultValue);
        }
        return true;
    }

    private record Tally(int zero, int max, int second, long winner) {
        static Tally of(long[] values, int count) {
            // Ascending unsigned: flip the sign, sort, flip back.
            for (int i = 0; i < count; i++) {
                values[i] ^= Long.MIN_VALUE;
            }
            Arrays.sort(values, 0, count);
            int zero = 0;
            int max = 0;
            int second = 0;
            long winner = 0;
            for (int i = 0; i < count; ) {
                long value = values[i] ^ Long.MIN_VALUE;
                int from = i;
                while (i < count && (values[i] ^ Long.MIN_VALUE) == value) {
                    i++;
                }
                int votes = i - from;
                if (value == 0) {
                    zero = votes;
                }
                if (votes >= max) {
                    second = max;
                    max = votes;
                    winner = value;
                }
            }
            return new Tally(zero, max, second, winner);
        }

        private boolean isSuccessByPolicy(int policy) {
            return policy > 0 && zero >= policy;
        }

        boolean isDecided(int policy, int missing) {
            if (isSuccessByPolicy(policy)) {
                return true;
            }
            return (policy == 0 || zero + missing < policy)
                    && (zero >= second + missing || max >= second + missing + (zero == second ? 1 : 0));
        }

        long decision(int policy) {
            return isSuccessByPolicy(policy) || zero >= max ? 0 : winner;
        }
    }
}
