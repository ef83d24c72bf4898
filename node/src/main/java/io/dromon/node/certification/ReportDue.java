package io.dromon.node.certification;

import io.dromon.node.writeset.ReceivedWriteSet;

/** Counts until this node tells the group again what it has completed (chapter 05 section 7.9). */
final class ReportDue {
    private static final int WRITE_SETS = 127;
    private static final int KEYS = 1024;
    private static final long BYTES = 128L << 20;

    private int writeSets;
    private long keys;
    private long bytes;

    void count(ReceivedWriteSet writeSet) {
        writeSets++;
        keys += writeSet.keys().count();
        bytes += writeSet.bytes().length();
    }

    /** One that cannot be read. */
    void countOne() {
        writeSets++;
    }

    /** Whether it is time; counting starts again then. */
    boolean take() {
        boolean due = writeSets > WRITE_SETS || keys > KEYS || bytes > BYTES;
        if (due) {
            writeSets = 0;
            keys = 0;
            bytes = 0;
        }
        return due;
    }
}
