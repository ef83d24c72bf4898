package io.dromon.node.group;

import io.dromon.transport.GroupSender;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.wire.Bytes;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** What this node has to tell the group beside its actions: waits here until the layer below takes it. */
final class ControlMessages {
    /** Seqnos between two LASTs. */
    private static final int REPORT_INTERVAL = 128;

    private static final int MAX_VOTES = 64;

    @Nullable
    StateUuidMessage stateUuid;

    @Nullable
    StateMessage stateMessage;

    /** What the application has applied, -1 if nothing is known. */
    private long applied = -1;
    /** What of that need not be remembered any more. */
    private long safeToDiscard = -1;

    boolean syncOutstanding;

    /** JOINs that were not processed by the group yet, in the order of sending. */
    private final ArrayDeque<CodeMessage> joins = new ArrayDeque<>();
    /** How many of them are sent. */
    private int joinsSent;

    private final ArrayDeque<CodeMessage> votes = new ArrayDeque<>();
    private long reported = -1;
    private long votedSeqno = -1;
    private long wantedVote = -1;

    private final GroupSettings settings;
    private final Configuration configuration;
    private final FlowControl flow;
    private final GroupSender below;

    ControlMessages(GroupSettings settings, Configuration configuration, FlowControl flow, GroupSender below) {
        this.settings = settings;
        this.configuration = configuration;
        this.flow = flow;
        this.below = below;
    }

    void onView() {
        stateUuid = null;
        stateMessage = null;
    }

    /**
     * A primary configuration began: whatever was sent before and not processed is lost, and is sent again; but for the end of
     * an own state transfer that belongs to a configuration which the group does not go on from. Whoever takes states asks for
     * another one; a node that joins without a state has nothing that could be of another branch.
     */
    void onConfiguration(MemberStatus own, long ownLastApplied) {
        syncOutstanding = false;
        joinsSent = 0;
        if (own == MemberStatus.JOINER && !configuration.continues && !settings.joinsByItself()) {
            joins.clear();
        }
        reported = ownLastApplied;
        onStatus(own);
    }

    void onStatus(MemberStatus own) {
        if (own != MemberStatus.JOINER && own != MemberStatus.DONOR) {
            joins.clear();
            joinsSent = 0;
        }
    }

    void addJoin(CodeMessage join) {
        addJoin(join, Integer.MAX_VALUE);
    }

    /** Ignored if {@code limit} are on their way: a needless JOIN would end a desync. */
    void addJoin(CodeMessage join, int limit) {
        if (joins.size() < limit) {
            joins.addLast(join);
        }
    }

    /** The own JOIN was delivered. */
    void joinProcessed() {
        if (joinsSent > 0) {
            joinsSent--;
            joins.pollFirst();
        }
    }

    void addVote(CodeMessage vote) {
        if (vote.seqno() > votedSeqno && votes.size() < MAX_VOTES) {
            votes.addLast(vote);
            votedSeqno = vote.seqno();
        }
    }

    /** A member asks for this node's vote on {@code seqno}. */
    void voteWanted(long seqno) {
        wantedVote = Math.max(wantedVote, seqno);
    }

    /** During an exchange; returns false if the layer below takes no more. */
    boolean sendExchange() {
        if (stateUuid != null) {
            if (below.send(MessageType.STATE_UUID, stateUuid) != SendResult.ACCEPTED) {
                return false;
            }
            stateUuid = null;
        }
        if (stateMessage != null) {
            if (below.send(MessageType.STATE_MSG, stateMessage) != SendResult.ACCEPTED) {
                return false;
            }
            stateMessage = null;
        }
        return true;
    }

    /** In a primary configuration; returns false if the layer below takes no more. */
    boolean send() {
        return sendFlow() && sendJoins() && sendSync() && sendVotes() && sendLast();
    }

    private boolean sendFlow() {
        boolean stop = flow.isStopDue(configuration.self.status);
        if (!stop && !flow.isContDue(configuration.self.status)) {
            return true;
        }
        if (below.send(MessageType.FLOW, new FlowMessage((int) configuration.confId, stop)) != SendResult.ACCEPTED) {
            return false;
        }
        flow.sent(stop);
        return true;
    }

    private boolean sendJoins() {
        while (joinsSent < joins.size()) {
            CodeMessage join = joins.stream().skip(joinsSent).findFirst().orElseThrow();
            if (below.send(MessageType.JOIN, join) != SendResult.ACCEPTED) {
                return false;
            }
            joinsSent++;
        }
        return true;
    }

    void onApplied(long seqno, long safe) {
        applied = Math.max(applied, seqno);
        safeToDiscard = safe;
    }

    private boolean sendSync() {
        if (configuration.self.status != MemberStatus.JOINED || syncOutstanding || !flow.isQueueShort()) {
            return true;
        }
        CodeMessage sync = new CodeMessage(configuration.groupUuid, configuration.actId, 0);
        syncOutstanding = below.send(MessageType.SYNC, sync) == SendResult.ACCEPTED;
        return syncOutstanding;
    }

    private boolean sendVotes() {
        if (settings.stateless() || !configuration.self.status.isJoined()) {
            return true;
        }
        if (wantedVote > votedSeqno && applied >= wantedVote) {
            addVote(CodeMessage.vote(configuration.groupUuid, wantedVote, 0, Bytes.EMPTY));
        }
        while (!votes.isEmpty()) {
            if (below.send(MessageType.VOTE, votes.getFirst()) != SendResult.ACCEPTED) {
                return false;
            }
            votes.removeFirst();
        }
        return true;
    }

    private boolean sendLast() {
        long seqno = Math.min(Math.min(applied, safeToDiscard), configuration.actId);
        if (settings.stateless()
                || flow.isPaused()
                || !configuration.self.status.isJoined()
                || seqno - reported < REPORT_INTERVAL) {
            return true;
        }
        if (below.send(MessageType.LAST, new CodeMessage(configuration.groupUuid, seqno, 0)) != SendResult.ACCEPTED) {
            return false;
        }
        reported = seqno;
        return true;
    }
}
