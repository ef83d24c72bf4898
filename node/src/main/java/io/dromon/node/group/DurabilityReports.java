package io.dromon.node.group;

import io.dromon.transport.GroupSender;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.TransportNews;
import io.dromon.transport.wire.Uuids;
import java.util.UUID;
import java.util.function.ToIntFunction;

/**
 * How much of the order members have synced that hold more than half of the weight, this node among them: what Dromon's
 * nodes tell each other in LASTs with codes of their own, which other members ignore (chapter 04 section 3.3).
 *
 * <pre>
 *  code REPORT   seqno: the sender's application has synced all up to it; -1: it cannot sync
 *  code ASK      all members report for the next {@link #LEASE_NS}
 * </pre>
 *
 * <p>A part of {@link GroupCore}, with the same duties of its caller.
 *
 * <p>Nobody reports unless somebody asks. One report of a node is on its way at a time, so that a slow group gathers what
 * happens meanwhile in the next one. Of a member that has gone nothing is counted.
 */
public final class DurabilityReports {
    /** "DROMON" and a number: no negative errno, which other codes are. */
    static final long REPORT = 0x44_52_4f_4d_4f_4e_00_01L;

    static final long ASK = 0x44_52_4f_4d_4f_4e_00_02L;
    /** How long a member reports that was asked. */
    static final long LEASE_NS = 5_000_000_000L;
    /** When a node that waits asks again. */
    static final long RENEWAL_NS = 2_000_000_000L;
    /** A member has told nothing of this history. */
    static final long UNKNOWN = -2;
    /** A member has told that it cannot sync. */
    static final long UNABLE = -1;

    private static final long JUDGEMENT_NS = 100_000_000L;
    private static final long NEVER = Long.MIN_VALUE;

    private final Configuration configuration;
    private final ToIntFunction<UUID> weights;
    private final GroupSender below;
    private final GroupOutbox outbox;
    private final TransportNews news;
    private final boolean stateless;

    /** What the own application has synced. */
    private Position synced = Position.NONE;

    private boolean unable;
    /** The history that all numbers below are of. */
    private UUID history = Uuids.NIL;
    /** What was told last, in this configuration. */
    private long reported = UNKNOWN;

    private boolean reportIsOnItsWay;
    /** The end of the lease that members have asked for. */
    private long leaseEndNs = NEVER;

    /** Own write-sets are on their way, until then at least. */
    private long askUntilNs = NEVER;
    /** The last own write-set that waits. */
    private long awaited = UNKNOWN;

    private long askedAtNs = NEVER;
    private boolean askIsOnItsWay;
    private boolean possible = true;
    /** Whether own write-sets may wait for it. */
    private boolean offered = true;

    private long judgedAtNs = NEVER;
    /** What was told to the outbox. */
    private long told = UNKNOWN;

    /** @param weights of the members, as quorum counts them */
    DurabilityReports(
            GroupSettings settings,
            Configuration configuration,
            ToIntFunction<UUID> weights,
            GroupSender below,
            GroupOutbox outbox,
            TransportNews news) {
        this.stateless = settings.stateless();
        this.configuration = configuration;
        this.weights = weights;
        this.below = below;
        this.outbox = outbox;
        this.news = news;
    }

    // ---- the own node

    /** The application cannot sync, and never will: the members are told so when one of them asks. */
    public void cannotSync() {
        unable = true;
    }

    /** The application has synced all up to {@code position}: the members are told as long as one of them asks. */
    public void onSynced(Position position) {
        synced = position;
        recount();
    }

    /** An own write-set is queued that is to be synced by a majority: the members are asked to report. */
    public void expect(long nowNs) {
        if (offered) {
            askUntilNs = nowNs + LEASE_NS;
        }
    }

    /** This own write-set is to be synced by a majority: answered by {@link GroupDeliveries#onMajoritySynced}. */
    public void await(long seqno) {
        if (offered) {
            awaited = Math.max(awaited, seqno);
        }
    }

    /**
     * The caller has seen {@link #isMajorityPossible} change. Where it is not possible any more, the caller fails all that waits,
     * and what comes until it is possible again; members are not asked to sync for that.
     */
    public void offer(boolean possibleNow) {
        offered = possibleNow;
        if (!possibleNow) {
            awaited = UNKNOWN;
            askUntilNs = NEVER;
        }
    }

    /** Whether a member waits for what this node syncs. */
    public boolean isAsked(long nowNs) {
        return configuration.isPrimary() && (isBefore(nowNs, leaseEndNs) || asks(nowNs));
    }

    /** Whether members that can sync hold more than half of the weight; true outside of a primary configuration. */
    public boolean isMajorityPossible() {
        return possible;
    }

    private boolean isPossible() {
        long able = 0;
        long all = 0;
        for (Member member : configuration.table.all()) {
            int weight = weights.applyAsInt(member.uuid);
            all += weight;
            able += isAble(member) ? weight : 0;
        }
        return 2 * able > all;
    }

    private boolean isAble(Member member) {
        return !member.arbitrator && (member == configuration.self ? !unable : member.synced != UNABLE);
    }

    // ---- the order

    /** A primary configuration begins: what was on its way before is lost, who has gone does not count. */
    void onPrimaryConfiguration() {
        reportIsOnItsWay = false;
        askIsOnItsWay = false;
        reported = UNKNOWN;
        askedAtNs = NEVER; // a member that has come was not asked
        if (!history.equals(configuration.groupUuid)) {
            history = configuration.groupUuid;
            awaited = UNKNOWN;
            told = UNKNOWN;
            for (Member member : configuration.table.all()) {
                member.synced = UNKNOWN;
            }
        }
        possible = isPossible();
        recount();
    }

    /** Whoever waited was told that the component is lost. */
    void onNonPrimaryConfiguration() {
        awaited = UNKNOWN;
        askUntilNs = NEVER;
        possible = true;
    }

    /** A LAST with another code than 0, of this history. */
    void onMessage(Member member, CodeMessage message, long nowNs) {
        boolean own = member == configuration.self;
        if (message.code() == ASK) {
            leaseEndNs = nowNs + LEASE_NS;
            askIsOnItsWay &= !own;
        } else if (message.code() == REPORT) {
            reportIsOnItsWay &= !own;
            if (!own) {
                onReport(member, message.seqno());
            }
        } // else of a version to come
    }

    private void onReport(Member member, long seqno) {
        if (seqno > configuration.actId || seqno < UNABLE || member.arbitrator) {
            if (!member.toldNonsense) {
                member.toldNonsense = true;
                news.onAnomaly(
                        member.uuid,
                        "it says that it has synced " + seqno + ", where the order ends at " + configuration.actId
                                + "; such reports of it are ignored");
            }
            return;
        }
        member.synced = seqno == UNABLE ? UNABLE : Math.max(member.synced, seqno);
        possible = isPossible();
        recount();
    }

    /** Of another history nothing counts; the order of the members does not matter. */
    private long syncedHere() {
        return synced.history().equals(history) ? Math.min(synced.seqno(), configuration.actId) : UNKNOWN;
    }

    private void recount() {
        long own = configuration.isPrimary() ? syncedHere() : UNKNOWN;
        if (own <= told || stateless || unable) {
            return;
        }
        long reached = UNKNOWN;
        for (Member member : configuration.table.all()) {
            long candidate = member == configuration.self ? own : Math.min(own, member.synced);
            if (candidate > reached && isMajority(candidate, own)) {
                reached = candidate;
            }
        }
        if (reached > told) {
            told = reached;
            outbox.majoritySynced(new Position(history, reached));
        }
    }

    private boolean isMajority(long seqno, long own) {
        long have = 0;
        long all = 0;
        for (Member member : configuration.table.all()) {
            int weight = weights.applyAsInt(member.uuid);
            all += weight;
            have += (member == configuration.self ? own : member.synced) >= seqno ? weight : 0;
        }
        return 2 * have > all;
    }

    // ---- sending

    /** In a primary configuration; returns false if the layer below takes no more. */
    boolean send(long nowNs) {
        if (judgedAtNs == NEVER || nowNs - judgedAtNs >= JUDGEMENT_NS) { // weights may have changed
            judgedAtNs = nowNs;
            possible = isPossible();
            recount();
        }
        return sendAsk(nowNs) && sendReport(nowNs);
    }

    private boolean asks(long nowNs) {
        return isBefore(nowNs, askUntilNs) || awaited > told;
    }

    private boolean sendAsk(long nowNs) {
        boolean due = askedAtNs == NEVER || nowNs - askedAtNs >= RENEWAL_NS;
        if (!due || askIsOnItsWay || !asks(nowNs)) {
            return true;
        }
        if (!send(configuration.actId, ASK)) {
            return false;
        }
        askIsOnItsWay = true;
        askedAtNs = nowNs;
        return true;
    }

    private boolean sendReport(long nowNs) {
        if (stateless || reportIsOnItsWay || !isBefore(nowNs, leaseEndNs)) {
            return true;
        }
        long seqno = unable ? UNABLE : syncedHere();
        if (seqno <= reported || (seqno < 0 && !unable)) {
            return true;
        }
        if (!send(seqno, REPORT)) {
            return false;
        }
        reportIsOnItsWay = true;
        reported = seqno;
        return true;
    }

    private boolean send(long seqno, long code) {
        return below.send(MessageType.LAST, new CodeMessage(configuration.groupUuid, seqno, code))
                == SendResult.ACCEPTED;
    }

    /** When {@link #send} is due though nothing happens; {@link Long#MAX_VALUE} if it is not. */
    long nextDeadlineNs() {
        if (!configuration.isPrimary() || awaited <= told || judgedAtNs == NEVER) {
            return Long.MAX_VALUE;
        }
        long judgement = judgedAtNs + JUDGEMENT_NS;
        return askIsOnItsWay || askedAtNs == NEVER ? judgement : Math.min(judgement, askedAtNs + RENEWAL_NS);
    }

    private static boolean isBefore(long nowNs, long endNs) {
        return endNs != NEVER && nowNs - endNs < 0;
    }
}
