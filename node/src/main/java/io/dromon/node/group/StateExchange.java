package io.dromon.node.group;

import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/** The variables of the group and what an exchange of states makes of them (chapter 04 section 5). */
final class StateExchange {
    /** What an exchange ends in. */
    enum Result {
        PRIMARY,
        NON_PRIMARY,
        /** The group's history is shorter than the own one (section 5.8 step 1). */
        REVERSED,
        /** The group speaks a later version (section 5.8 step 6). */
        TOO_NEW,
        /** Members interpret write-sets, and this node's are opaque. */
        DATABASES
    }

    private final MemberTable table;
    private final Supplier<UUID> uuids;
    final CommitCut commitCut;

    private long actId;
    private long confId = -1;
    private UUID groupUuid;
    private UUID stateUuid = Uuids.NIL;
    private UUID primUuid = Uuids.NIL;
    private long primSeqno = -1;
    private int primJoined;
    private MemberStatus primState = MemberStatus.NON_PRIM;
    private int primGcs;
    private int primRepl;
    private int primAppl;
    private int votePolicy;
    private long quorumActId = -1;
    private GroupVersions versions = GroupVersions.NONE;
    private boolean sawPrimaryView;

    StateExchange(MemberTable table, Position initial, Supplier<UUID> uuids) {
        this.table = table;
        this.uuids = uuids;
        this.actId = initial.seqno();
        this.groupUuid = initial.history();
        this.commitCut = new CommitCut(initial.seqno());
    }

    long actId() {
        return actId;
    }

    long nextActId() {
        return ++actId;
    }

    long confId() {
        return confId;
    }

    UUID groupUuid() {
        return groupUuid;
    }

    GroupVersions versions() {
        return versions;
    }

    int votePolicy() {
        return votePolicy;
    }

    /** Last seqno of the group as the last exchange found it, before the configuration took its own. */
    long quorumActId() {
        return quorumActId;
    }

    /** Counts one that became JOINED outside of an exchange. */
    void onJoined() {
        primJoined++;
    }

    /**
     * Begins an exchange, and a history of its own if this node starts a new cluster (chapter 04 section 5.3, steps 1
     * to 5); the table is updated.
     */
    void onPrimaryView(PrimaryView view, boolean wasPrimary) {
        Member self = table.self();
        if (wasPrimary) {
            primState = self.status;
        } else {
            self.bootstrap = view.bootstrap();
        }
        boolean first = !sawPrimaryView || view.bootstrap();
        boolean continues = self.bootstrap && !groupUuid.equals(Uuids.NIL);
        if (view.members().size() == 1 && first && !wasPrimary && !continues) {
            primUuid = uuids.get();
            primSeqno = 0;
            primJoined = 1;
            if (actId < 0) {
                actId = 0;
                groupUuid = uuids.get();
            }
            commitCut.set(actId);
            self.status = MemberStatus.JOINED;
            self.lastApplied = actId;
        }
        sawPrimaryView = true;
        table.update(view);
        commitCut.forgetMember();
        for (Member member : table.all()) {
            member.channel.reset();
        }
        stateUuid = Uuids.NIL;
    }

    /** A non-primary view; the table is updated. */
    void onNonPrimaryView(PrimaryView view, boolean wasPrimary) {
        Member self = table.self();
        if (wasPrimary) {
            primState = self.status;
        }
        table.update(view);
        commitCut.forgetMember();
        self.status = MemberStatus.NON_PRIM;
        confId = -1;
        stateUuid = Uuids.NIL;
    }

    /** The exchange was named. */
    void onStateUuid(UUID uuid) {
        stateUuid = uuid;
    }

    /** The own message (section 3.5). */
    StateMessage ownMessage(GroupSettings settings, long cached) {
        Member self = table.self();
        int flags = 0;
        if (self.index == 0) {
            flags |= StateMessage.FLAG_REPRESENTATIVE;
        }
        if (self.countsLastApplied) {
            flags |= StateMessage.FLAG_COUNT_LAST_APPLIED;
        }
        if (self.bootstrap) {
            flags |= StateMessage.FLAG_BOOTSTRAP;
        }
        if (settings.stateless()) {
            flags |= StateMessage.FLAG_ARBITRATOR;
        }
        return new StateMessage(
                StateMessage.VERSION,
                flags,
                GroupSettings.GCS_VERSION,
                settings.format().replVersion(),
                settings.format().applVersion(),
                primState,
                self.status,
                primJoined,
                stateUuid,
                groupUuid,
                primUuid,
                actId,
                primSeqno,
                Member.raw(settings.name()),
                Member.raw(settings.address()),
                settings.stateless() ? -1 : cached,
                self.desyncCount,
                commitCut.seqno(),
                self.voteSeqno,
                self.voteValue,
                settings.votePolicy(),
                primGcs,
                primRepl,
                primAppl);
    }

    /**
     * A member's message (section 5.5).
     *
     * @return whether it was the last one that was missing: {@link #finish} must be called
     */
    boolean onStateMessage(Member member, StateMessage message) {
        if (!message.stateUuid().equals(stateUuid)) {
            return false;
        }
        member.stateMessage = message;
        member.status = message.currentState();
        member.voteSeqno = message.voteSeqno();
        member.voteValue = message.voteResult();
        member.name = message.name();
        member.address = message.address();
        member.cached = message.cached();
        for (Member other : table.all()) {
            if (other.stateMessage == null || !other.stateMessage.stateUuid().equals(stateUuid)) {
                return false;
            }
        }
        return true;
    }

    /**
     * All states are here: computes the quorum, gives every member its status and takes the result over, but for the
     * configuration's own seqno (chapter 04 sections 5.6 to 5.8).
     */
    Result finish(GroupSettings settings) {
        List<StateMessage> messages = new ArrayList<>();
        for (Member member : table.all()) {
            if (member.stateMessage != null) {
                messages.add(member.stateMessage);
            }
        }
        Quorum quorum = Quorum.compute(messages);
        if (!quorum.primary()) {
            for (Member member : table.all()) {
                member.status = MemberStatus.NON_PRIM;
            }
            confId = -1;
            stateUuid = Uuids.NIL;
            return Result.NON_PRIMARY;
        }
        for (Member member : table.all()) {
            if (member.stateMessage != null) {
                apply(quorum, member, member.stateMessage);
            }
        }
        if (groupUuid.equals(quorum.groupUuid()) && actId > quorum.actId()) {
            quorumActId = quorum.actId();
            return Result.REVERSED;
        }
        boolean continues = primUuid.equals(quorum.primUuid()) && groupUuid.equals(quorum.groupUuid());
        actId = quorum.actId();
        quorumActId = quorum.actId();
        confId = quorum.confId() + 1;
        groupUuid = quorum.groupUuid();
        primUuid = stateUuid;
        stateUuid = Uuids.NIL;
        primSeqno = confId;
        primJoined = table.joinedCount();
        versions = quorum.versions();
        votePolicy = quorum.votePolicy();
        primGcs = Math.max(primGcs, versions.gcs());
        primRepl = Math.max(primRepl, versions.repl());
        primAppl = Math.max(primAppl, versions.appl());
        recomputeCommitCut(continues, quorum);
        if (versions.gcs() > GroupSettings.GCS_VERSION || !settings.format().isReadable(versions)) {
            return Result.TOO_NEW;
        }
        return settings.isOpaqueDataNode() && !settings.format().isWritable(versions)
                ? Result.DATABASES
                : Result.PRIMARY;
    }

    /** Who said in the last exchange that they interpret write-sets: databases. */
    List<Member> interpreters() {
        List<Member> all = new ArrayList<>();
        for (Member member : table.all()) {
            if (member.stateMessage != null && WriteSetFormat.isInterpreted(member.stateMessage.repl())) {
                all.add(member);
            }
        }
        return all;
    }

    /**
     * Who was not in the representative's last primary configuration has no part in the group's cut: a cut of his own,
     * from another history or from a saved position, could be ahead of what the members have applied. He takes the one
     * that the counted members of that configuration tell.
     */
    private void recomputeCommitCut(boolean continues, Quorum quorum) {
        if (!continues) {
            long told = Long.MAX_VALUE;
            for (Member member : table.all()) {
                StateMessage m = member.stateMessage;
                if (m != null && member.isCounted() && m.primUuid().equals(quorum.primUuid())) {
                    told = Math.min(told, m.lastApplied());
                }
            }
            commitCut.set(told == Long.MAX_VALUE ? quorum.lastApplied() : told);
        }
        commitCut.recompute(table.all(), versions.gcs());
    }

    /**
     * Gives a member the status and the counters that follow from its state and the quorum (chapter 04 section 5.7).
     */
    private static void apply(Quorum quorum, Member member, StateMessage m) {
        boolean sameHistory = m.groupUuid().equals(quorum.groupUuid());
        if (!sameHistory || m.received() != quorum.actId()) {
            member.status = MemberStatus.PRIM;
        } else if (m.primState() == MemberStatus.NON_PRIM) {
            member.status = MemberStatus.JOINED;
        } else {
            member.status = m.primState();
        }
        if (sameHistory && quorum.versions().gcs() >= 2) {
            member.lastApplied = m.lastApplied();
            member.voteSeqno = m.voteSeqno();
            member.voteValue = m.voteResult();
        }
        member.desyncCount = 0;
        switch (member.status) {
            case DONOR -> {
                member.desyncCount = Math.max(0, m.desyncCount());
                member.countsLastApplied = true;
            }
            case SYNCED -> member.countsLastApplied = true;
            case JOINED -> member.countsLastApplied = m.has(StateMessage.FLAG_COUNT_LAST_APPLIED);
            case PRIM -> {
                member.lastApplied = 0;
                member.voteSeqno = -1;
                member.voteValue = 0;
                member.countsLastApplied = false;
            }
            case NON_PRIM, JOINER -> member.countsLastApplied = false;
        }
        if (member.status != MemberStatus.JOINER) {
            member.donor = Uuids.NIL;
        }
        if (member.status != MemberStatus.DONOR) {
            member.joiner = Uuids.NIL;
        }
        member.bootstrap = false;
        member.arbitrator = m.has(StateMessage.FLAG_ARBITRATOR);
    }
}
