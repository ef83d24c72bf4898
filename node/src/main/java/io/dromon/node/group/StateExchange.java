package io.dromon.node.group;

import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What an exchange of states makes of the configuration (chapter 04 section 5). */
final class StateExchange {
    /** What an exchange ends in. */
    enum Result {
        PRIMARY,
        NON_PRIMARY,
        /** The group's history is shorter than what this node has delivered of it (section 5.8 step 1). */
        REVERSED,
        /** The group speaks a later version (section 5.8 step 6). */
        TOO_NEW,
        /** Members interpret write-sets, and this node's are opaque. */
        DATABASES
    }

    private final GroupSettings settings;
    private final Configuration configuration;
    private final MemberTable table;
    private final Supplier<UUID> uuids;
    private final MissedHistory missed = new MissedHistory();

    private UUID stateUuid = Uuids.NIL;
    private UUID primUuid = Uuids.NIL;
    private long primSeqno = -1;
    private MemberStatus primState = MemberStatus.NON_PRIM;
    private int primGcs;
    private int primRepl;
    private int primAppl;
    private boolean sawPrimaryView;
    private long cached = -1;

    StateExchange(GroupSettings settings, Configuration configuration, Supplier<UUID> uuids) {
        this.settings = settings;
        this.configuration = configuration;
        this.table = configuration.table;
        this.uuids = uuids;
    }

    /**
     * Begins an exchange, and a history of its own if this node starts a new cluster (chapter 04 section 5.3, steps 1
     * to 5); the table is updated.
     */
    void onPrimaryView(PrimaryView view, boolean wasPrimary) {
        Member self = table.self();
        if (wasPrimary) {
            leavePrimaryConfiguration();
        } else {
            self.bootstrap = view.bootstrap();
        }
        boolean first = !sawPrimaryView || view.bootstrap();
        boolean continues = self.bootstrap && !configuration.groupUuid.equals(Uuids.NIL);
        if (view.members().size() == 1 && first && !wasPrimary && !continues) {
            primUuid = uuids.get();
            primSeqno = 0;
            configuration.primJoined = 1;
            if (configuration.actId < 0) {
                configuration.actId = 0;
                configuration.groupUuid = uuids.get();
            }
            configuration.commitCut.set(configuration.actId);
            missed.forget();
            self.status = MemberStatus.JOINED;
            self.lastApplied = configuration.actId;
        }
        sawPrimaryView = true;
        missed.onPrimaryView(view.ahead());
        table.update(view);
        configuration.commitCut.forgetMember();
        for (Member member : table.all()) {
            member.channel.reset();
        }
        configuration.fragReset = true;
        stateUuid = Uuids.NIL;
    }

    /** A non-primary view; the table is updated. */
    void onNonPrimaryView(PrimaryView view, boolean wasPrimary) {
        Member self = table.self();
        if (wasPrimary) {
            leavePrimaryConfiguration();
        }
        table.update(view);
        configuration.commitCut.forgetMember();
        self.status = MemberStatus.NON_PRIM;
        configuration.confId = -1;
        stateUuid = Uuids.NIL;
    }

    private void leavePrimaryConfiguration() {
        primState = table.self().status;
        if (!primState.isJoined()) {
            missed.onIncomplete(table);
        }
    }

    /** Lowest seqno that this node can give by IST, -1 if none; told from the next exchange on. */
    void setCached(long seqno) {
        cached = seqno;
    }

    /** A name for the exchange, as the representative gives it. */
    StateUuidMessage name() {
        return new StateUuidMessage(uuids.get());
    }

    /** The exchange was named. */
    void onStateUuid(UUID uuid) {
        stateUuid = uuid;
    }

    /**
     * The own message (section 3.5). While members are missing that have come further than this node, or may have, it has no
     * part in the last primary configuration and tells how many they are; in the first case it tells its position as a node
     * does that starts with one.
     */
    StateMessage ownMessage() {
        Member self = table.self();
        int missing = missingMembers().size();
        boolean behind = !missed.missingFurthest(table).isEmpty();
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
                behind && primState.isJoined() ? MemberStatus.NON_PRIM : primState,
                self.status,
                missing > 0 ? missing : configuration.primJoined,
                stateUuid,
                configuration.groupUuid,
                missing > 0 ? Uuids.NIL : primUuid,
                configuration.actId,
                behind ? -1 : primSeqno,
                Member.raw(settings.name()),
                Member.raw(settings.address()),
                settings.stateless() ? -1 : cached,
                self.desyncCount,
                configuration.commitCut.seqno(),
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
    Result finish() {
        List<StateMessage> messages = new ArrayList<>();
        for (Member member : table.all()) {
            if (member.stateMessage != null) {
                messages.add(member.stateMessage);
            }
        }
        Quorum found = Quorum.compute(messages);
        Quorum quorum = found.named(stateUuid, messages);
        boolean begins = !quorum.groupUuid().equals(found.groupUuid());
        boolean comparesReturned = Quorum.isOfLivingDataNodes(messages);
        if (!quorum.primary()) {
            for (Member member : table.all()) {
                member.status = MemberStatus.NON_PRIM;
            }
            configuration.confId = -1;
            stateUuid = Uuids.NIL;
            return Result.NON_PRIMARY;
        }
        for (Member member : table.all()) {
            if (member.stateMessage != null) {
                apply(quorum, begins, comparesReturned, member, member.stateMessage);
            }
        }
        boolean shorter = configuration.groupUuid.equals(quorum.groupUuid()) && configuration.actId > quorum.actId();
        if (shorter && !holdsBack()) {
            configuration.quorumActId = quorum.actId();
            return Result.REVERSED;
        }
        adopt(quorum);
        GroupVersions agreed = configuration.versions;
        if (agreed.gcs() > GroupSettings.GCS_VERSION || !settings.format().isReadable(agreed)) {
            return Result.TOO_NEW;
        }
        return settings.isOpaqueDataNode() && !settings.format().isWritable(agreed) ? Result.DATABASES : Result.PRIMARY;
    }

    /** Whether nothing of the last primary configuration has reached the application, which waits for a state transfer. */
    private boolean holdsBack() {
        return settings.servesState() && (primState == MemberStatus.PRIM || primState == MemberStatus.JOINER);
    }

    private void adopt(Quorum quorum) {
        configuration.continues =
                primUuid.equals(quorum.primUuid()) && configuration.groupUuid.equals(quorum.groupUuid());
        configuration.actId = quorum.actId();
        configuration.quorumActId = quorum.actId();
        configuration.confId = quorum.confId() + 1;
        configuration.groupUuid = quorum.groupUuid();
        missed.forget();
        primUuid = stateUuid;
        stateUuid = Uuids.NIL;
        primSeqno = configuration.confId;
        configuration.primJoined = table.joinedCount();
        configuration.versions = quorum.versions();
        configuration.votePolicy = quorum.votePolicy();
        primGcs = Math.max(primGcs, configuration.versions.gcs());
        primRepl = Math.max(primRepl, configuration.versions.repl());
        primAppl = Math.max(primAppl, configuration.versions.appl());
        recomputeCommitCut(quorum);
    }

    /** Why this node cannot be a member, for the last result of {@link #finish}. */
    String reason(Result result) {
        return switch (result) {
            case REVERSED ->
                "the group's history ends at " + configuration.quorumActId + ", before this node's seqno "
                        + configuration.actId;
            case TOO_NEW ->
                "the group speaks " + configuration.versions + ", later than this node's " + GroupSettings.GCS_VERSION
                        + ", " + settings.format().replVersion() + ", "
                        + settings.format().applVersion();
            case DATABASES ->
                names(interpreters())
                        + " of this group: a database takes a data node of Dromon for one of its own, asks"
                        + " it for a state that it does not have, and aborts. Use 'dromon arbitrator' to be a member among"
                        + " databases, or another group name (wsrep_cluster_name) for a cluster of Dromon nodes";
            case PRIMARY, NON_PRIMARY -> throw new IllegalArgumentException("a member: " + result);
        };
    }

    private List<UUID> missingMembers() {
        List<UUID> furthest = missed.missingFurthest(table);
        return furthest.isEmpty() ? missed.missingComplete(table) : furthest;
    }

    /** What a primary component waits for that has not become a primary configuration, if this node knows it. */
    Optional<String> awaited() {
        List<UUID> missing = missingMembers();
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "this component has quorum and does not go on: members that have come further are missing, "
                                + missing.stream().map(Uuids::brief).collect(Collectors.joining(", "))
                                + "; it waits for one of them. If all of them are lost for good, restart the node with the highest"
                                + " seqno as the first of the cluster");
    }

    /** What a database among opaque nodes has to expect, if one is a member. */
    Optional<String> misplacedDatabases() {
        List<Member> databases = settings.isOpaqueDataNode() ? interpreters() : List.of();
        return databases.isEmpty()
                ? Optional.empty()
                : Optional.of(names(databases) + " of this group of Dromon nodes: it cannot read their write-sets and"
                        + " ends by itself (its log says that the protocol version is not supported); start it in a group"
                        + " of databases");
    }

    private static String names(List<Member> members) {
        return (members.size() == 1 ? "a database is a member (" : members.size() + " databases are members (")
                + members.stream().map(member -> member.snapshot().name()).collect(Collectors.joining(", "))
                + ")";
    }

    /** The members that said in the last exchange that they interpret write-sets: databases. */
    private List<Member> interpreters() {
        List<Member> all = new ArrayList<>();
        for (Member member : table.all()) {
            if (member.stateMessage != null && WriteSetFormat.isInterpreted(member.stateMessage.repl())) {
                all.add(member);
            }
        }
        return all;
    }

    /**
     * A member that was not in the representative's last primary configuration has no part in the group's cut: a cut of
     * its own, from another history or from a saved position, could be ahead of what the members have applied. It takes
     * the cut that the counted members of that configuration tell.
     */
    private void recomputeCommitCut(Quorum quorum) {
        if (!configuration.continues) {
            long told = Long.MAX_VALUE;
            for (Member member : table.all()) {
                StateMessage m = member.stateMessage;
                if (m != null && member.isCounted() && m.primUuid().equals(quorum.primUuid())) {
                    told = Math.min(told, m.lastApplied());
                }
            }
            configuration.commitCut.set(told == Long.MAX_VALUE ? quorum.lastApplied() : told);
        }
        configuration.commitCut.recompute(table.all(), configuration.versions.gcs());
    }

    /**
     * Gives a member the status and the counters that follow from its state and the quorum (chapter 04 section 5.7).
     *
     * @param begins whether the history begins here, of which nobody has anything
     * @param comparesReturned whether one that comes with the group's own position, and was not in its last configuration, is
     *     not taken for complete by its number: it asks for the transfer of nothing, and the donor compares what both have
     */
    private static void apply(Quorum quorum, boolean begins, boolean comparesReturned, Member member, StateMessage m) {
        boolean sameHistory = begins || m.groupUuid().equals(quorum.groupUuid());
        boolean returns = comparesReturned && !begins && !m.currentState().isJoined();
        if (!sameHistory || (!begins && m.received() != quorum.actId())) {
            member.status = MemberStatus.PRIM;
        } else if (m.primState() == MemberStatus.NON_PRIM) {
            member.status = returns ? MemberStatus.PRIM : MemberStatus.JOINED;
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
