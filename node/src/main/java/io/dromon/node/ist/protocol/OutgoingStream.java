package io.dromon.node.ist.protocol;

import io.dromon.node.ist.protocol.IstException.Reason;
import io.dromon.node.writeset.WriteSetFlags;
import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The donor's end of a transfer (chapter 06 section 7): a core without I/O.
 *
 * <pre>
 *  AWAITS_HANDSHAKE ──HANDSHAKE──▶ AWAITS_OK ──CTRL OK──▶ OPEN ──end──▶ ENDED
 * </pre>
 *
 * The caller gives what it received to {@link #answer} until {@link #isOpen}, sends what that returns, and calls {@link
 * #begin}. Then it sends, for each event of the range, {@link #header} and behind it the event's bytes, and at last {@link
 * #end}. After an {@link IstException} it closes the connection: without the message of the end a joiner takes nothing for
 * complete.
 */
public final class OutgoingStream {
    private static final int FLAGS = 4;
    private static final int HEADER = 64;

    private enum State {
        AWAITS_HANDSHAKE,
        AWAITS_OK,
        OPEN,
        ENDED
    }

    private final int version;
    private final HeaderReader headers;
    private State state = State.AWAITS_HANDSHAKE;
    private @Nullable IstRange range;
    private long next;

    /** @param version the replication protocol that the group agreed on, 10 or 11 */
    public OutgoingStream(int version) {
        IncomingStream.checkSupported(version);
        this.version = version;
        this.headers = new HeaderReader(version);
    }

    /**
     * Takes at most one message of the joiner.
     *
     * @return what is to be sent at once, empty for nothing
     * @throws IstException if the joiner says something else, or that it failed
     */
    public Bytes answer(ByteBuffer in) throws IstException {
        MessageHeader message;
        try {
            message = headers.next(in);
        } catch (MalformedMessageException e) {
            throw new IstException(Reason.MALFORMED, "the joiner's handshake: " + e.getMessage());
        }
        if (message == null) {
            return Bytes.EMPTY;
        }
        switch (state) {
            case AWAITS_HANDSHAKE -> {
                onHandshake(message);
                state = State.AWAITS_OK;
                return MessageHeader.of(version, MessageType.HANDSHAKE_RESPONSE, 0)
                        .encode();
            }
            case AWAITS_OK -> {
                onControl(message);
                state = State.OPEN;
                return Bytes.EMPTY;
            }
            default -> throw new IllegalStateException("a joiner is not listened to in state " + state);
        }
    }

    private static void onHandshake(MessageHeader message) throws IstException {
        if (message.type() == MessageType.CTRL && message.control() == MessageHeader.CONTROL_EOF) {
            throw new IstException(Reason.PEER_FAILED, "the joiner needs no transfer any more");
        }
        if (message.type() != MessageType.HANDSHAKE) {
            throw new IstException(
                    Reason.MALFORMED, "the joiner's first message is " + message.type() + ", expected HANDSHAKE");
        }
    }

    private static void onControl(MessageHeader message) throws IstException {
        if (message.type() != MessageType.CTRL) {
            throw new IstException(
                    Reason.MALFORMED, "the joiner's second message is " + message.type() + ", expected CTRL");
        }
        if (message.control() < 0) {
            throw new IstException(Reason.PEER_FAILED, "the joiner reports error " + message.control());
        }
    }

    /** Whether the joiner is ready for events. */
    public boolean isOpen() {
        return state == State.OPEN;
    }

    /** Says what is to be sent; once, when it is open. */
    public void begin(IstRange toSend) {
        if (state != State.OPEN || range != null) {
            throw new IllegalStateException("begun in state " + state);
        }
        range = toSend;
        next = toSend.first();
    }

    /** Whether an event is still to be sent before the end. */
    public boolean hasNext() {
        return state == State.OPEN && next <= begun().last();
    }

    /** Seqno of the event that is to be sent next. */
    public long next() {
        return next;
    }

    /**
     * The header of the next event; its bytes follow it.
     *
     * @throws IstException if it is not the next one of the range, or a write-set as it was before certification
     */
    public Bytes header(StoredEvent event) throws IstException {
        IstRange sent = begun();
        if (!hasNext() || event.seqno() != next) {
            throw new IstException(
                    Reason.SOURCE_FAILED,
                    "the cache gave event " + event.seqno() + " where " + next + " of " + sent.first() + " to "
                            + sent.last() + " was to be sent");
        }
        if (event.kind() == StoredEvent.Kind.WRITE_SET) {
            checkCertified(event);
        }
        next++;
        boolean preload = sent.preloadFrom() > 0 && event.seqno() >= sent.preloadFrom();
        return new MessageHeader(
                        version, event.kind().type, preload, 0, event.bytes().length(), event.seqno())
                .encode();
    }

    /** A real joiner would fail on the form in which a write-set travels in the group. */
    private static void checkCertified(StoredEvent event) throws IstException {
        boolean certified = false;
        try {
            if (event.bytes().length() >= HEADER) {
                ByteReader in = new ByteReader(event.bytes().skip(FLAGS));
                int flags = in.u16();
                int unusedRange = in.u16();
                certified = (flags & WriteSetFlags.CERTIFIED) != 0 && in.i64() == event.seqno();
            }
        } catch (MalformedMessageException e) {
            certified = false;
        }
        if (!certified) {
            throw new IstException(
                    Reason.SOURCE_FAILED,
                    "the cache gave write-set " + event.seqno() + " without its header after certification");
        }
    }

    /** The message that ends the stream; once, after the last event. */
    public Bytes end() {
        if (state != State.OPEN || hasNext()) {
            throw new IllegalStateException("event " + next + " was not sent yet");
        }
        state = State.ENDED;
        return MessageHeader.of(version, MessageType.CTRL, MessageHeader.CONTROL_EOF)
                .encode();
    }

    private IstRange begun() {
        if (range == null) {
            throw new IllegalStateException("not begun");
        }
        return range;
    }
}
