package io.dromon.node.ist;

import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.ist.protocol.IstException;
import io.dromon.transport.wire.MalformedMessageException;
import java.io.IOException;

/**
 * Takes what an incremental state transfer brings. All calls come from one thread of the transfer, in the order of seqnos
 * without a gap; {@link #onEnd} or {@link #onFailure} is the last one, and comes once.
 *
 * <p>What to do with an event (chapter 06 section 7.8), where {@code first} is what was given to {@link IstJoiner#receive}:
 *
 * <pre>
 *   seqno          preload   write-set                    configuration change         skipped
 *   below first    no        cache                        cache                        cache
 *   below first    yes       cache, index                 cache, index, versions       cache, index
 *   first or more  no        cache, apply                 cache, index, view           cache, position
 *   first or more  yes       cache, index, apply          cache, index, view           cache, index, position
 * </pre>
 *
 * An event below {@code first} is contained in the local state and never applied. The stream may begin anywhere up to {@code
 * first}, and may end behind the configuration change for which the joiner asked.
 */
public interface IstRecipient {
    /**
     * The next event. It may take its time: as long as it does, nothing more is read, and the donor waits. When the
     * transfer is closed from outside, the thread is interrupted.
     *
     * @throws IOException if the event cannot be kept or applied, likewise the others: the transfer has failed
     */
    void onEvent(IstEvent event) throws IOException, MalformedMessageException, InterruptedException;

    /**
     * The donor has sent all; the connection is closed.
     *
     * @param lastSeqno of the last event
     */
    void onEnd(long lastSeqno);

    /**
     * The transfer has failed and will not go on. Events that were taken stay taken: the local state ends at {@code
     * lastGood}, or at {@code first - 1} if that is higher, and what is missing comes by another transfer.
     *
     * @param lastGood the last event that {@link #onEvent} took, {@link
     *     io.dromon.node.ist.protocol.IncomingStream#NONE} if none
     */
    void onFailure(IstException failure, long lastGood);
}
