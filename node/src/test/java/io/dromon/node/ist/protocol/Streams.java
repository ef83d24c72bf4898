package io.dromon.node.ist.protocol;

import io.dromon.node.ist.protocol.StoredEvent.Kind;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Murmur128;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Feeds a joiner's end, and changes what a donor said. */
final class Streams {
    private Streams() {}

    /** All events of a donor's bytes, the handshake first, that come in pieces of a size. */
    static List<IstEvent> readAll(IncomingStream stream, long firstNeeded, Bytes donor, int piece) throws IstException {
        List<IstEvent> events = new ArrayList<>();
        boolean answered = false;
        for (int at = 0; at < donor.length(); at += piece) {
            int length = Math.min(piece, donor.length() - at);
            ByteBuffer in = ByteBuffer.wrap(donor.array(), donor.offset() + at, length);
            if (!answered && stream.isAnswered(in)) {
                answered = true;
                stream.begin(firstNeeded);
            }
            if (answered) {
                for (IstEvent event = stream.next(in); event != null; event = stream.next(in)) {
                    events.add(event);
                }
            }
        }
        return events;
    }

    /** The same event as a donor has it. */
    static StoredEvent stored(IstEvent event) {
        if (event instanceof IstEvent.WriteSet writeSet) {
            return new StoredEvent(
                    Kind.WRITE_SET, event.seqno(), writeSet.content().bytes());
        }
        return event instanceof IstEvent.Change change
                ? new StoredEvent(Kind.CHANGE, event.seqno(), change.bytes())
                : new StoredEvent(Kind.SKIPPED, event.seqno(), Bytes.EMPTY);
    }

    /** Sets the checksum of a message's header right. */
    static void repair(byte[] message) {
        ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).putLong(16, Murmur128.first(new Bytes(message, 0, 16)));
    }
}
