package io.dromon.transport.sim;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * A message in the total order of a component, for layers that are tested on a perfect transport.
 *
 * @param onTheWire what becomes of its bytes on the way to others
 */
public record OrderedMessage(UUID source, int userType, Encodable body, UnaryOperator<Bytes> onTheWire) {
    public OrderedMessage(UUID source, int userType, Encodable body) {
        this(source, userType, body, UnaryOperator.identity());
    }

    /** The sender gets its own object back, as from EVS; others get what they read from the wire, in an array of their own. */
    public Encodable bodyFor(UUID receiver) {
        return receiver.equals(source)
                ? body
                : onTheWire.apply(new Bytes(Bytes.of(body).toArray()));
    }
}
