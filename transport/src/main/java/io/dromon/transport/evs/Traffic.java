package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.Gap;
import io.dromon.transport.evs.EvsMessage.User;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.Uuids;

/**
 * Messages within a view: sending, taking in, acknowledging (chapter 02 sections 5.1 to 5.7); {@link MissingMessages} has
 * section 5.5.
 *
 * <p>In state OPERATIONAL nothing is answered message by message. {@link #settle} does it once for all that arrived in a
 * turn: deliver, send what is queued, complete the own sequence, or acknowledge. Outside of that state the answers are
 * immediate, as the rules of the gather want them.
 */
final class Traffic {

    /** So much may be sent before somebody must be asked to answer (section 5.2). */
    private static final int FEEDBACK_BYTES = 131072;
    /** Messages without a window stop here; the others would not take them in. */
    private static final int MAX_UNCONFIRMED = InputMap.MAX_AHEAD / 2;
    /** Rounds of delivering and sending in one turn, when the layer above answers each delivery by a message. */
    private static final int MAX_ROUNDS = 64;

    private static final int NO_WINDOW = -1;
    private static final int MAX_WINDOW = 4096;

    private final GroupKnowledge group;
    private final Consensus consensus;
    private final EvsSender sender;
    final OrderedDelivery delivery;
    final MissingMessages missing;
    final OutputQueue queue = new OutputQueue();
    /** The highest aru that the members were told in this view. */
    private long announcedAru = -1;

    private int bytesSinceFeedback;
    /** Something of this view arrived in this turn. */
    private boolean heard;
    /** Something arrived that wants an answer at once. */
    private boolean answerDue;

    private final Agenda agenda;
    private final Runnable deliver = this::deliverOnce;
    private final Runnable answer = this::answerOnce;
    private int rounds;
    private boolean unfinished;

    Traffic(
            GroupKnowledge group,
            Consensus consensus,
            EvsSender sender,
            OrderedDelivery delivery,
            MissingMessages missing,
            Agenda agenda) {
        this.group = group;
        this.consensus = consensus;
        this.sender = sender;
        this.delivery = delivery;
        this.missing = missing;
        this.agenda = agenda;
    }

    /** A new view: all sequences start again. */
    void reset() {
        group.lastSent = -1;
        announcedAru = -1;
        bytesSinceFeedback = 0;
        heard = false;
        answerDue = false;
    }

    /** Whether {@link #settle} stopped before everything was done. */
    boolean isUnfinished() {
        return unfinished;
    }

    // The layer above

    SendResult enqueue(int userType, Order order, Encodable body) {
        int length = body.encodedLength();
        if (length <= 0 || length > EvsMessage.MAX_PAYLOAD) {
            return SendResult.WRONG_SIZE;
        }
        if (!acceptsSends()) {
            return refusal();
        }
        boolean aggregating = group.settings.useAggregate();
        if (queue.isFull(aggregating)) {
            flush(window());
            if (queue.isFull(aggregating)) {
                return SendResult.AGAIN;
            }
        }
        queue.add(userType, order, body, length);
        return SendResult.ACCEPTED;
    }

    /** Whether the layer above may send: in a view, and once it knows which one that is. */
    boolean acceptsSends() {
        return group.isOperational() && !delivery.awaitsView();
    }

    /** Why nothing can be sent now. */
    SendResult refusal() {
        boolean soon = group.isOperational() || group.state() == EvsState.GATHER || group.state() == EvsState.INSTALL;
        return soon ? SendResult.AGAIN : SendResult.NOT_CONNECTED;
    }

    // The turn

    /**
     * Does what the messages of a turn have made due, as the next steps: delivers what is safe, answers once the layer
     * above has taken it, and again as long as the answers make more deliverable.
     */
    void settle() {
        rounds = 0;
        unfinished = false;
        agenda.add(deliver);
    }

    private void deliverOnce() {
        if (rounds++ == MAX_ROUNDS) {
            unfinished = true;
            return;
        }
        delivery.deliverSafe();
        agenda.add(answer);
    }

    private void answerOnce() {
        if (group.isOperational() && answer()) {
            agenda.add(deliver);
        }
    }

    /** Returns whether something was sent that may make messages deliverable. */
    private boolean answer() {
        boolean sent = flush(window());
        if (answerDue && queue.isEmpty() && group.lastSent < group.input.maxHs()) {
            sent |= complete(group.input.maxHs());
        }
        heard = false;
        answerDue = false;
        acknowledgeIfNews();
        return sent;
    }

    private int window() {
        return Math.min(heard ? group.settings.sendWindow() : group.settings.userSendWindow(), MAX_WINDOW);
    }

    private void acknowledgeIfNews() {
        if (group.input.aru() > announcedAru) {
            acknowledge();
        }
    }

    /** Tells everybody what has arrived here. */
    void acknowledge() {
        long aru = group.input.aru();
        announcedAru = aru;
        sender.broadcast(sender.gap(0, group.lastSent, aru, Uuids.NIL, -1, -1));
    }

    // Sending (section 5.2)

    /** Sends the whole queue, before this node leaves the state OPERATIONAL. */
    void flushAll() {
        flush(NO_WINDOW);
    }

    /** For what the layer above sends while a view is delivered: it goes out before anything else. */
    void flushQueue() {
        flush(window());
    }

    private boolean flush(int window) {
        boolean sent = false;
        InputMap input = group.input;
        while (!queue.isEmpty()) {
            long seq = group.lastSent + 1;
            if (window != NO_WINDOW && seq > input.safe() + window) {
                break;
            }
            int count = nextCount();
            int length = queue.payloadLength(count);
            boolean more = queue.size() > count
                    && (window == NO_WINDOW
                            || (seq + 1 <= input.safe() + window && bytesSinceFeedback + length < FEEDBACK_BYTES));
            sendQueued(count, length, more);
            sent = true;
        }
        return sent;
    }

    private int nextCount() {
        return group.settings.useAggregate() ? queue.fitting() : 1;
    }

    private void sendQueued(int count, int length, boolean more) {
        Order order = queue.headOrder();
        int userType = count == 1 ? queue.headUserType() : EvsMessage.NO_USER_TYPE;
        int flags = (more ? EvsMessage.MSG_MORE : 0) | (count == 1 ? 0 : EvsMessage.AGGREGATE);
        long range = more ? 0 : Math.max(0, Math.min(group.input.maxHs() - (group.lastSent + 1), 255));
        bytesSinceFeedback = more ? bytesSinceFeedback + length : 0;
        sendUser(flags, order, userType, (int) range, queue.take(count));
    }

    /** Uses up seqs until {@code upTo}, so that the others' messages up to there can be ordered. */
    private boolean complete(long upTo) {
        return complete(upTo, MAX_UNCONFIRMED);
    }

    private boolean complete(long upTo, int mostAhead) {
        boolean sent = false;
        while (group.lastSent < upTo && completeOnce(upTo, mostAhead)) {
            sent = true;
        }
        return sent;
    }

    private boolean completeOnce(long upTo) {
        return completeOnce(upTo, MAX_UNCONFIRMED);
    }

    private boolean completeOnce(long upTo, int mostAhead) {
        long seq = group.lastSent + 1;
        int range = (int) Math.min(upTo - seq, 255);
        if (seq + range > group.input.safe() + mostAhead) {
            return false;
        }
        sendUser(0, Order.DROP, EvsMessage.NO_USER_TYPE, range, Bytes.EMPTY);
        return true;
    }

    /**
     * Shows that this node lives (section 5.6): by what waits to be sent, other than section 5.6 has it. An empty message
     * takes a seq as well and asks no window, and where acknowledgements take longer than the period of keepalives they
     * alone would keep the window shut.
     */
    void keepalive() {
        if (queue.isEmpty()) {
            emptyMessage();
        } else if (group.lastSent + 1 <= group.input.safe() + MAX_UNCONFIRMED) {
            int count = nextCount();
            sendQueued(count, queue.payloadLength(count), false);
        }
    }

    /** Takes one seq. */
    void emptyMessage() {
        completeOnce(group.lastSent + 1);
    }

    private void sendUser(int flags, Order order, int userType, int range, Encodable payload) {
        long seq = group.lastSent + 1;
        long aru = group.input.aruWithOwn(seq + range);
        User message = new User(
                group.self,
                group.settings.version(),
                flags,
                sender.nextFifoSeq(),
                group.view,
                order,
                userType,
                range,
                seq,
                aru,
                payload);
        group.input.insertOwn(message);
        group.lastSent = seq + range;
        announcedAru = aru;
        sender.broadcast(message);
    }

    // Receiving (sections 5.3 and 5.4)

    /**
     * A USER of the current view; returns whether a JOIN is due because of it.
     *
     * <p>One that another node has passed on is no sign of life of its origin, other than section 4 has it: those who
     * had to ask for the last messages of a dead node would wait for it for another suspect timeout.
     */
    boolean onUser(KnownNode source, User message) {
        InputMap input = group.input;
        int index = source.index;
        long aruBefore = input.aru();
        long ackBefore = input.ss(index);
        if (input.insert(index, message) && !message.isRecovered() && !source.isGivenUp()) {
            source.progressNs = group.nowNs;
        }
        input.raiseOwnSafe();
        input.raiseSafe(index, message.aruSeq());
        if (input.hs(index) > input.lu(index) && !message.isRetransmitted()) {
            missing.request(source, index, input.lu(index), input.hs(index));
        }
        if (group.isOperational()) {
            heard = true;
            answerDue |= !message.hasMore();
            return false;
        }
        boolean news = input.aru() != aruBefore;
        if (group.isGathering() && !message.hasMore() && group.lastSent < input.maxHs()) {
            complete(input.maxHs());
        } else if (news) {
            acknowledge();
        }
        delivery.deliverSafe();
        return group.isGathering()
                && !message.isRetransmitted()
                && (input.aru() != aruBefore || ackBefore != input.safe())
                && isJoinDue();
    }

    /**
     * A GAP of the current view that is no commit; returns whether a JOIN is due because of it.
     *
     * <p>Once a proposal is accepted it acknowledges nothing any more: a late acknowledgement of a leaver would make
     * messages safe here that the others deliver in the transitional view.
     */
    boolean onGap(KnownNode source, Gap message) {
        InputMap input = group.input;
        long ackBefore = input.ss(source.index);
        if (group.install == null && input.raiseSafe(source.index, message.aruSeq()) && !source.isGivenUp()) {
            source.progressNs = group.nowNs;
        }
        if (message.rangeUuid().equals(group.self)) {
            boolean mayComplete = group.isOperational() || group.isGathering();
            if (mayComplete && message.rangeHs() > group.lastSent) {
                completeOnce(message.rangeHs());
            }
            missing.resend(source, message.rangeLu(), Math.min(message.rangeHs(), group.lastSent));
        } else if (message.isRetransmitted() && !message.source().equals(group.self)) {
            missing.recover(source, message);
        }
        if (group.isOperational()) {
            heard = true;
            answerDue = true;
            return false;
        }
        delivery.deliverSafe();
        return group.isGathering() && ackBefore != input.safe() && isJoinDue();
    }

    private boolean isJoinDue() {
        return group.install == null
                && consensus.highestReachableSafeSeq() == group.input.aru()
                && !consensus.isReached();
    }

    /**
     * Somebody in this view has sent up to {@code seq}: nothing new comes while the view is agreed on, so as much as can
     * be taken in is completed. With a narrower limit one member that ran ahead of it could hold up every next view.
     */
    void completeUpTo(long seq) {
        complete(seq, InputMap.MAX_AHEAD);
    }
}
