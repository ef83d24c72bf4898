package io.dromon.sst;

/** Told what a transfer does, on threads of the transfer; must return at once. */
public interface TransferListener {
    /** Hears nothing. */
    TransferListener SILENT = new TransferListener() {};

    /** One line worth knowing: a connection that was refused, one that broke, a file that was passed over. */
    default void note(String line) {}

    /** The donor was let in, or the joiner has let us in; counters are live from now on. */
    default void started(Progress progress) {}
}
