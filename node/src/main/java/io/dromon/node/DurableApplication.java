package io.dromon.node;

import java.io.IOException;

/**
 * An application that can say when its state would survive a loss of power: what {@link Durability#LOCAL} and {@link
 * Durability#MAJORITY} need.
 *
 * <p>Its position ({@link #position}) and its data must be durable together: after a loss of power it may have less than it had
 * applied, never a gap.
 */
public interface DurableApplication extends StatefulApplication {
    /**
     * Makes durable (fsync) all that {@link #deliver}, or the commit of a {@link ParallelApplication}, had returned for
     * before this call, and a state that {@link #restore} had taken.
     *
     * <p>Called on a thread of its own, the durability thread, while the delivery thread goes on with {@link #deliver} and all
     * other methods; one call at a time, and none begins after {@link #onStopped}. One call answers for all who wait. While
     * none waits, it is not called. When the node ends, a call that has not returned is waited for, five seconds at most;
     * the data directory stays taken until it returns. A restart waits without a limit. Calls of the node that are not done
     * cannot be waited for here, nor can it be restarted.
     *
     * @throws IOException if it cannot be sure: the node ends with this cause, since to sync again would prove nothing
     */
    void persist() throws IOException;
}
