package io.dromon.node.ist.protocol;

import io.dromon.node.group.CChange;
import io.dromon.node.ist.protocol.IstException.Reason;
import io.dromon.node.writeset.ReceivedWriteSet;
import io.dromon.node.writeset.WriteSetFlags;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The joiner's end of a transfer (chapter 06 section 7): a core without I/O.
 *
 * <pre>
 *  AWAITS_RESPONSE ──HANDSHAKE_RESPONSE──▶ OPEN ──begin──▶ RECORDS ──CTRL EOF──▶ ENDED
 * </pre>
 *
 * The caller sends {@link #opening}, gives what it receives to {@link #isAnswered} until that is true, and sends {@link
 * #ok}. When it knows where its state ends it calls {@link #begin}, and then {@link #next} with what it receives, until
 * {@link #isEnded}. It reads no more than it gives away: that is what slows a donor down. After an {@link IstException}
 * nothing more is given to it.
 */
public final class IncomingStream {
    /** No event. */
    public static final long NONE = -1;

    private static final int LOWEST_VERSION = 10;
    private static final int HIGHEST_VERSION = 11;

    /**
     * What a joiner expects.
     *
     * @param version the replication protocol that the group agreed on, 10 or 11
     * @param history the group's
     * @param lastNeeded the configuration change for which it asked: a stream that ends below it is not complete
     * @param largestEventBytes the largest event that is taken
     */
    public record Expected(int version, UUID history, long lastNeeded, int largestEventBytes) {
        public Expected {
            checkSupported(version);
            if (lastNeeded < 0 || largestEventBytes < 1) {
                throw new IllegalArgumentException(
                        "events up to " + lastNeeded + ", of up to " + largestEventBytes + " bytes");
            }
        }
    }

    private enum State {
        AWAITS_RESPONSE,
        OPEN,
        RECORDS,
        ENDED
    }

    private final Expected expected;
    private final HeaderReader headers;
    private final PayloadReader payload = new PayloadReader();
    private State state = State.AWAITS_RESPONSE;
    /** The event whose payload is on its way. */
    private @Nullable MessageHeader current;

    private long firstNeeded;
    private long last = NONE;
    private boolean preloading;

    public IncomingStream(Expected expected) {
        this.expected = expected;
        this.headers = new HeaderReader(expected.version);
    }

    static void checkSupported(int version) {
        if (version < LOWEST_VERSION || version > HIGHEST_VERSION) {
            throw new IllegalArgumentException("replication protocol " + version + ", known are 10 and 11");
        }
    }

    /** What the joiner says first. */
    public Bytes opening() {
        return MessageHeader.of(expected.version, MessageType.HANDSHAKE, 0).encode();
    }

    /**
     * Takes the donor's answer; false as long as it is not whole.
     *
     * @throws IstException if it is something else: this is no donor, and another connection may be
     */
    public boolean isAnswered(ByteBuffer in) throws IstException {
        require(State.AWAITS_RESPONSE);
        MessageHeader message;
        try {
            message = headers.next(in);
        } catch (MalformedMessageException e) {
            throw new IstException(Reason.MALFORMED, "the donor's handshake: " + e.getMessage());
        }
        if (message == null) {
            return false;
        }
        if (message.type() == MessageType.CTRL) {
            throw message.control() == MessageHeader.CONTROL_EOF
                    ? new IstException(Reason.PEER_FAILED, "the donor gives up before it begins")
                    : new IstException(Reason.PEER_FAILED, "the donor reports error " + message.control());
        }
        if (message.type() != MessageType.HANDSHAKE_RESPONSE) {
            throw new IstException(
                    Reason.MALFORMED,
                    "the donor's first message is " + message.type() + ", expected HANDSHAKE_RESPONSE");
        }
        state = State.OPEN;
        return true;
    }

    /** What the joiner says to the donor's answer. */
    public Bytes ok() {
        require(State.OPEN);
        return MessageHeader.of(expected.version, MessageType.CTRL, MessageHeader.CONTROL_OK)
                .encode();
    }

    /**
     * The local state is known, and events may be taken.
     *
     * @param newFirstNeeded the seqno behind it; the stream may begin below (section 17, pitfall 2), not above
     */
    public void begin(long newFirstNeeded) {
        require(State.OPEN);
        firstNeeded = newFirstNeeded;
        state = State.RECORDS;
    }

    /**
     * Takes bytes up to the end of one event, and leaves the rest.
     *
     * @return null if the event is not whole yet and all bytes are taken, or if {@link #isEnded}
     * @throws IstException if the stream is not what was asked for
     */
    public @Nullable IstEvent next(ByteBuffer in) throws IstException {
        if (state == State.ENDED) {
            return null;
        }
        require(State.RECORDS);
        try {
            if (current == null) {
                current = headers.next(in);
                if (current == null) {
                    return null;
                }
                onHeader(current);
            }
            return state == State.ENDED || !payload.fill(in) ? null : event();
        } catch (MalformedMessageException e) {
            throw new IstException(Reason.MALFORMED, place() + ": " + e.getMessage());
        }
    }

    private String place() {
        if (current != null && current.type().isEvent()) {
            return current.type() + " " + current.seqno();
        }
        return last == NONE ? "the donor's first event" : "what follows event " + last;
    }

    private void onHeader(MessageHeader header) throws IstException, MalformedMessageException {
        if (header.type() == MessageType.CTRL) {
            onControl(header.control());
            return;
        }
        if (!header.type().isEvent()) {
            throw new MalformedMessageException("a message of type " + header.type() + " within the stream");
        }
        checkOrder(header.seqno());
        if (preloading && !header.isPreload()) {
            throw new MalformedMessageException("not flagged for the certification index, unlike the event before it");
        }
        if (header.length() > expected.largestEventBytes) {
            throw new MalformedMessageException(
                    header.length() + " bytes, this node takes " + expected.largestEventBytes);
        }
        preloading = header.isPreload();
        payload.begin(header.length());
    }

    private void onControl(int control) throws IstException, MalformedMessageException {
        if (control < 0) {
            throw new IstException(Reason.PEER_FAILED, "the donor reports error " + control + " after event " + last);
        }
        if (control != MessageHeader.CONTROL_EOF) {
            throw new MalformedMessageException("CTRL " + control + " within the stream");
        }
        if (last < expected.lastNeeded) {
            throw new IstException(
                    Reason.WRONG_RANGE,
                    "the donor ended the stream at " + (last == NONE ? "no event" : "event " + last)
                            + ", needed are all up to " + expected.lastNeeded);
        }
        state = State.ENDED;
    }

    private void checkOrder(long seqno) throws IstException {
        if (last == NONE && seqno > firstNeeded) {
            throw new IstException(
                    Reason.WRONG_RANGE,
                    "the donor's stream begins with event " + seqno + ", needed are all from " + firstNeeded);
        }
        if (last != NONE && seqno != last + 1) {
            throw new IstException(Reason.GAP, "event " + seqno + " came where " + (last + 1) + " was expected");
        }
    }

    private IstEvent event() throws MalformedMessageException {
        MessageHeader header = current;
        if (header == null) {
            throw new IllegalStateException("no event is on its way");
        }
        Bytes bytes = payload.take();
        IstEvent event = switch (header.type()) {
            case TRX -> writeSet(header, bytes);
            case CCHANGE -> change(header, bytes);
            default -> new IstEvent.Skipped(header.seqno(), header.isPreload());
        };
        last = header.seqno();
        current = null;
        return event;
    }

    private static IstEvent writeSet(MessageHeader header, Bytes bytes) throws MalformedMessageException {
        ReceivedWriteSet content = ReceivedWriteSet.decode(bytes);
        if (!content.has(WriteSetFlags.CERTIFIED) || content.lastSeen() != header.seqno()) {
            throw new MalformedMessageException("it was not certified, or as " + content.lastSeen());
        }
        return new IstEvent.WriteSet(header.seqno(), header.isPreload(), content);
    }

    private IstEvent change(MessageHeader header, Bytes bytes) throws MalformedMessageException {
        CChange content = CChange.decode(bytes);
        if (content.seqno() != header.seqno() || !content.groupUuid().equals(expected.history)) {
            throw new MalformedMessageException("configuration change " + content.groupUuid() + ":" + content.seqno()
                    + " in the history " + expected.history);
        }
        return new IstEvent.Change(header.seqno(), header.isPreload(), content, bytes);
    }

    /** Whether the donor has ended the stream, and nothing was missing in it. */
    public boolean isEnded() {
        return state == State.ENDED;
    }

    /** Seqno of the last event that {@link #next} returned, {@link #NONE} before the first. */
    public long last() {
        return last;
    }

    private void require(State wanted) {
        if (state != wanted) {
            throw new IllegalStateException("in state " + state + ", expected " + wanted);
        }
    }
}
