package io.dromon.node.state.core;

import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;

/**
 * What comes of the calls of {@link StateReceiver}, in order.
 *
 * @param <E> an event of the order
 */
public sealed interface StateOutput<E> {
    /** For the driver. */
    record Step<E>(TransferStep step) implements StateOutput<E> {}

    /** Ask the group for a donor. */
    record Ask<E>(Position have, Bytes request) implements StateOutput<E> {}

    /** Tell the group that the transfer is over. */
    record Join<E>(long seqno, long code) implements StateOutput<E> {}

    /** For the application: an event that a donor has sent. */
    record Transferred<E>(IstEvent event) implements StateOutput<E> {}

    /** For the application: an event that was held back. */
    record Pass<E>(E event) implements StateOutput<E> {}

    /** An event that was held back and will not reach the application: a transfer brings what it stands for. */
    record Drop<E>(E event) implements StateOutput<E> {}

    /** The node can never be complete: it must leave. */
    record Impossible<E>(String reason) implements StateOutput<E> {}
}
