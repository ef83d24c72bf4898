package io.dromon.node.state.core;

import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;

/** What the driver of a transfer reports, each of them of the {@link Attempt} with this number. On the protocol thread. */
public interface TransferInputs {
    /** {@link StateReceiver#prepared}. */
    void prepared(int number, Bytes request);

    /** {@link StateReceiver#received}. */
    void received(int number, IstEvent event, long nowNs);

    /** {@link StateReceiver#ended}. */
    void ended(int number, long nowNs);

    /** {@link StateReceiver#snapshotArrived}. */
    void snapshotArrived(int number);

    /** {@link StateReceiver#restored}. */
    void restored(int number, Position position, long nowNs);

    /** {@link StateReceiver#failed}. */
    void failed(int number, String reason, boolean cannotServe, long nowNs);
}
