package io.dromon.node.group;

import io.dromon.transport.GroupSender;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.primary.Primary;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Own actions: waiting, being sent, and sent but not back yet (chapter 04 sections 4.3 and 4.5); and the end of those that
 * come to nothing. An action whose sending a view change cut starts over with fragment 0 and the same id.
 */
final class SendQueue {
    private final ArrayDeque<OwnAction> writeSets = new ArrayDeque<>();
    private final ArrayDeque<OwnAction> requests = new ArrayDeque<>();
    private final ArrayDeque<OwnAction> sent = new ArrayDeque<>();
    /** Some of its fragments are sent, not all. It stands in no queue. */
    private @Nullable OwnAction current;

    private final int fragmentBytes;
    private final GroupOutbox outbox;
    private final GroupSender below;
    private long queuedBytes;
    private int sentWriteSets;
    /** Grows by one for each action that was sent completely. */
    private long actionId = 1;

    /** @param maxPacketSize {@code gcs.max_packet_size}, bytes */
    SendQueue(int maxPacketSize, GroupOutbox outbox, GroupSender below) {
        this.fragmentBytes = fragmentBytes(maxPacketSize, Primary.MAX_PAYLOAD);
        this.outbox = outbox;
        this.below = below;
    }

    /** Bytes of write-sets that are not sent completely. */
    long queuedBytes() {
        return queuedBytes;
    }

    /** Write-sets that are not back. */
    int inFlight() {
        boolean sending = current != null && current.type == ActionType.WRITESET;
        return writeSets.size() + sentWriteSets + (sending ? 1 : 0);
    }

    void add(OwnAction action) {
        if (action.type == ActionType.WRITESET) {
            writeSets.addLast(action);
            queuedBytes += action.data.length();
        } else {
            requests.addLast(action);
        }
    }

    /** An action that came to nothing goes again, before all others. */
    void addAgain(OwnAction action) {
        OwnAction again = action.again();
        if (again.type == ActionType.WRITESET) {
            writeSets.addFirst(again);
            queuedBytes += again.data.length();
        } else {
            requests.addFirst(again);
        }
    }

    /** Whether a fragment is to be sent. */
    boolean hasNext(boolean mayStart, boolean mayWrite) {
        return current != null || (mayStart && (!requests.isEmpty() || (mayWrite && !writeSets.isEmpty())));
    }

    /** Sends one fragment; {@link #hasNext} was true. */
    SendResult sendNext(int version) {
        OwnAction action = current;
        if (action == null) {
            action = requests.isEmpty() ? writeSets.removeFirst() : requests.removeFirst();
            current = action;
        }
        int from = action.sentBytes;
        int length = Math.min(fragmentBytes, action.data.length() - from);
        OwnFragment fragment = new OwnFragment(action, version, actionId, action.sentFragments, from, length);
        SendResult result = below.send(MessageType.ACTION, fragment);
        if (result == SendResult.ACCEPTED) {
            action.sentBytes += length;
            action.sentFragments++;
            if (action.isSent()) {
                moveToSent(action);
            }
        }
        return result;
    }

    private void moveToSent(OwnAction action) {
        current = null;
        sent.addLast(action);
        actionId++;
        if (action.type == ActionType.WRITESET) {
            queuedBytes -= action.data.length();
            sentWriteSets++;
        }
    }

    /** A sent action is back, or given up. */
    void forget(OwnAction action) {
        // In the order of sending: it is the first, or was given up before.
        if (sent.removeFirstOccurrence(action) && action.type == ActionType.WRITESET) {
            sentWriteSets--;
        }
    }

    /** A new configuration: what was cut off starts over. */
    void rewind() {
        OwnAction cut = current;
        if (cut != null) {
            current = null;
            cut.rewind();
            (cut.type == ActionType.WRITESET ? writeSets : requests).addFirst(cut);
        }
    }

    /** Takes out a request that was not sent, or null. Call {@link #rewind} before. */
    @Nullable
    OwnAction pollRequest() {
        return requests.pollFirst();
    }

    int requestCount() {
        return requests.size();
    }

    /** Ends the write-sets that were not sent. Call {@link #rewind} before. */
    void failUnsent(ReplicationFailure reason) {
        for (OwnAction action = writeSets.pollFirst(); action != null; action = writeSets.pollFirst()) {
            queuedBytes -= action.data.length();
            fail(action, reason);
        }
    }

    /** Ends the actions that were sent and are not back: the outcome of such a write-set is unknown. */
    void failSent() {
        for (OwnAction action = sent.pollFirst(); action != null; action = sent.pollFirst()) {
            if (action.type == ActionType.WRITESET) {
                sentWriteSets--;
                fail(action, ReplicationFailure.OUTCOME_UNKNOWN);
            } else {
                action.done = true;
                failDesync(action);
            }
        }
    }

    /** Ends the requests that were not sent. Call {@link #rewind} before. */
    void failRequests() {
        for (OwnAction request = requests.pollFirst(); request != null; request = requests.pollFirst()) {
            failDesync(request);
        }
    }

    private void failDesync(OwnAction request) {
        if (request.isDesync()) {
            outbox.deliver(new GroupEvent.StateRequestResult(-Errno.ENOTCONN, Uuids.NIL));
        }
    }

    /** Ends a write-set, unless that was reported. */
    void fail(OwnAction action, ReplicationFailure reason) {
        if (!action.done && action.ticket != null) {
            action.done = true;
            outbox.writeSetFailed(action.ticket, reason);
        }
    }

    /** Largest data of a fragment (section 4.3). */
    static int fragmentBytes(int maxPacketSize, int maxMessage) {
        return Math.min(maxMessage, Math.max(FragmentHeader.LENGTH + 1, maxPacketSize)) - FragmentHeader.LENGTH;
    }
}
