package io.dromon.node.group;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the group layer hands to the application, in the total order (chapter 04 section 4.1). */
public sealed interface GroupEvent {
    /**
     * Takes the events of the group layer, one method a kind. None has a default: a handler says of each kind what
     * becomes of it, and a new kind does not compile until all handlers do.
     */
    interface Handler {
        /** A write-set of any member. */
        void onWriteSet(WriteSet event);

        /** The members changed, or the primary component was lost or formed. */
        void onConfigurationChange(ConfigurationChange event);

        /** This node is to give its state. */
        void onStateRequest(StateRequest event);

        /** Whether the own request for a state, or desync, was accepted. */
        void onStateRequestResult(StateRequestResult event);

        /** A snapshot that was asked for with {@link GroupCore#wantSnapshot} has ended. */
        void onSnapshotEnded(SnapshotEnded event);

        /** The own state transfer is over. */
        void onJoined(Joined event);

        /** The answer to a causal read. */
        void onCausalPoint(CausalPoint event);

        /** This node is current. */
        void onSynced(Synced event);

        /** All members have applied so much. */
        void onCommitCut(CommitCut event);

        /** A member failed to apply a write-set. */
        void onVoteRequest(VoteRequest event);

        /** How a vote ended. */
        void onVoteResult(VoteResult event);

        /** The own state transfer will never end. */
        void onStateTransferLost(StateTransferLost event);

        /** The last event. */
        void onLeft(Left event);
    }

    /** Calls the method of this kind. */
    void accept(Handler handler);

    /**
     * A write-set with its seqno.
     *
     * @param seqno its place in the history
     * @param origin the member that sent it
     * @param originIndex that member's index
     * @param data its content; for an own unfragmented one the very object given to {@link GroupCore#replicate}
     * @param ticket for an own one the ticket of {@link GroupCore#replicate}; null for others
     */
    record WriteSet(long seqno, UUID origin, int originIndex, Bytes data, Ticket.@Nullable OfWriteSet ticket)
            implements GroupEvent {
        @Override
        public void accept(Handler handler) {
            handler.onWriteSet(this);
        }
    }

    /**
     * The configuration changed (chapter 04 section 8). A primary one has a seqno of its own.
     *
     * @param seqno its seqno; in a non-primary one the last seqno received
     * @param confId its number, -1 if non-primary
     * @param groupUuid history of the group
     * @param continues whether it goes on from the primary configuration that this node was in last; the number alone does
     *     not tell, since an exchange of states may end at some members only, and what they numbered is given again
     * @param members all members in index order; empty: this node has left
     * @param ownIndex this node's place among them, -1 if it has left
     * @param versions negotiated versions; all -1 if non-primary
     * @param voteSeqno seqno of a vote that the change itself completed, else -1
     * @param voteResult its result
     */
    record ConfigurationChange(
            long seqno,
            long confId,
            UUID groupUuid,
            boolean continues,
            List<GroupMember> members,
            int ownIndex,
            GroupVersions versions,
            long voteSeqno,
            long voteResult)
            implements GroupEvent {
        public ConfigurationChange {
            members = List.copyOf(members);
        }

        /** Whether write-sets are ordered in it. */
        public boolean isPrimary() {
            return confId >= 0;
        }

        /** This node's state in it. */
        public MemberStatus ownStatus() {
            return ownIndex < 0 ? MemberStatus.NON_PRIM : members.get(ownIndex).status();
        }

        @Override
        public void accept(Handler handler) {
            handler.onConfigurationChange(this);
        }
    }

    /**
     * This node was chosen as donor. The application serves the request and then calls {@link GroupCore#join}, with a
     * negative code if it failed.
     *
     * @param position the group's position when the request was ordered
     * @param requester the member that wants the state
     * @param requesterIndex its index
     * @param wanted where the requester's history ends, {@link Position#NONE} if it has none
     * @param request the application's part of the request
     */
    record StateRequest(Position position, UUID requester, int requesterIndex, Position wanted, Bytes request)
            implements GroupEvent {
        @Override
        public void accept(Handler handler) {
            handler.onStateRequest(this);
        }
    }

    /**
     * What became of the own state request (or desync). Retries because no donor is free are made by the core and not
     * reported.
     *
     * @param donorIndex index of the donor, or a negative errno
     * @param donor the donor, nil if there is none
     */
    record StateRequestResult(int donorIndex, UUID donor) implements GroupEvent {
        public StateRequestResult {
            if (donorIndex < 0 != donor.equals(Uuids.NIL)) {
                throw new IllegalArgumentException("a donor without an index, or the reverse");
            }
        }

        @Override
        public void accept(Handler handler) {
            handler.onStateRequestResult(this);
        }
    }

    /**
     * The donor of an own {@link GroupCore#wantSnapshot} has ended.
     *
     * @param code 0 if it has given the snapshot, else a negative errno
     */
    record SnapshotEnded(UUID donor, long code) implements GroupEvent {
        @Override
        public void accept(Handler handler) {
            handler.onSnapshotEnded(this);
        }
    }

    /** The own JOIN was processed: this node is complete (or, after a failed transfer, PRIM again; see the status). */
    record Joined(MemberStatus status) implements GroupEvent {
        @Override
        public void accept(Handler handler) {
            handler.onJoined(this);
        }
    }

    /**
     * The answer to {@link GroupCore#sync}: all that the group had ordered when it was called came before.
     *
     * @param seqno last seqno received
     * @param ticket the one of the call
     */
    record CausalPoint(long seqno, Ticket.OfRead ticket) implements GroupEvent {
        @Override
        public void accept(Handler handler) {
            handler.onCausalPoint(this);
        }
    }

    /** The own SYNC was processed: this node is current. */
    record Synced() implements GroupEvent {
        @Override
        public void accept(Handler handler) {
            handler.onSynced(this);
        }
    }

    /** Every counted member has applied {@code seqno}: older certification entries and cache may go (section 9). */
    record CommitCut(long seqno) implements GroupEvent {
        @Override
        public void accept(Handler handler) {
            handler.onCommitCut(this);
        }
    }

    /**
     * A member failed to apply {@code seqno}. When this node has applied it without error it votes success; the core
     * does that by itself once {@link GroupCore#reportApplied} has passed it.
     */
    record VoteRequest(long seqno) implements GroupEvent {
        @Override
        public void accept(Handler handler) {
            handler.onVoteRequest(this);
        }
    }

    /** The members have decided about {@code seqno}: 0 is success. A node that voted otherwise must leave. */
    record VoteResult(long seqno, long value) implements GroupEvent {
        @Override
        public void accept(Handler handler) {
            handler.onVoteResult(this);
        }
    }

    /**
     * The donor is gone or has failed: the state transfer of this JOINER will never end (section 5.8 step 7, 7.7).
     *
     * @param code the negative errno that the donor told; 0 if it is gone
     */
    record StateTransferLost(String reason, long code) implements GroupEvent {
        @Override
        public void accept(Handler handler) {
            handler.onStateTransferLost(this);
        }
    }

    /** This node has left the group: the last event. An empty {@link ConfigurationChange} comes before it. */
    record Left(String reason) implements GroupEvent {
        @Override
        public void accept(Handler handler) {
            handler.onLeft(this);
        }
    }
}
