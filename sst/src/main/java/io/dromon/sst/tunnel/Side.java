package io.dromon.sst.tunnel;

import io.netty.buffer.ByteBuf;

/**
 * One end of a relayed connection. Called on the event loop of the connection; tells the {@link Relay} there what
 * happens.
 */
interface Side {
    /** Sends; takes the buffer over. */
    void write(ByteBuf data);

    /** Lets what was written go. */
    void flush();

    /** Whether more should be written before {@link Relay#writable}. */
    boolean isWritable();

    /** Asks for one portion of input. */
    void requestRead();

    /** Ends the direction towards this side after what was written; input goes on. */
    void finish();

    /** Ends both directions after what was written. */
    void close();

    /** Ends both directions at once, by a reset where there is one. */
    void abort();

    /** Whether it ends only after this end has: a parent process that waits for this one. */
    default boolean waitsForTheEnd() {
        return false;
    }

    /** Whether something came that is not read yet, as far as this is known. */
    default boolean hasInput() {
        return false;
    }

    /** Whether the other end cannot miss anything any more: a program that has ended well. */
    default boolean isGone() {
        return false;
    }
}
