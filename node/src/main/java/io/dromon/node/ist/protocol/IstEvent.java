package io.dromon.node.ist.protocol;

import io.dromon.node.group.CChange;
import io.dromon.node.writeset.ReceivedWriteSet;
import io.dromon.transport.wire.Bytes;

/** An event of the order as a joiner gets it: every checksum, length and seqno of it was checked. */
public sealed interface IstEvent {
    /** Its place in the order, above 0. */
    long seqno();

    /**
     * Whether it belongs into the certification index ({@code Certification.transferred}, {@code transferredChange},
     * {@code skipped}), be it below or above what is to be applied. Once true, true for all that follow.
     */
    boolean isPreload();

    /**
     * A write-set that passed certification: never certified again.
     *
     * @param content its {@code bytes} are what a cache keeps: the header is the one after certification, so that {@code
     *     lastSeen} is the seqno, and {@code seqno - paRange} what it depends on (chapter 06 section 7.5)
     */
    record WriteSet(long seqno, boolean isPreload, ReceivedWriteSet content) implements IstEvent {}

    /**
     * A primary configuration of the history that was asked for.
     *
     * @param bytes the stored form, for the cache
     */
    record Change(long seqno, boolean isPreload, CChange content, Bytes bytes) implements IstEvent {}

    /** A seqno without effect: its write-set failed on all members. */
    record Skipped(long seqno, boolean isPreload) implements IstEvent {}
}
