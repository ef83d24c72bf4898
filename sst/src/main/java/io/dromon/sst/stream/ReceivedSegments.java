package io.dromon.sst.stream;

import io.dromon.sst.TransferException;
import io.dromon.sst.channel.Frame;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;

/** Which segments a joiner has; memory is bounded by how far a donor may run ahead. */
final class ReceivedSegments {
    private final BitSet done = new BitSet();
    private final Set<Long> underWay = new HashSet<>();
    private long base;

    /** Whether the caller is to apply the segment; waits while another thread is at the same one. */
    synchronized boolean claim(long id) throws TransferException, InterruptedException {
        if (id < 0 || id > base + 2L * SegmentQueue.AHEAD) {
            throw Frame.protocol("segment " + id + " while " + base + " has not come");
        }
        while (underWay.contains(id)) {
            wait();
        }
        if (isDone(id)) {
            return false;
        }
        underWay.add(id);
        return true;
    }

    private boolean isDone(long id) {
        return id < base || done.get((int) (id - base));
    }

    /** The segment is in the staging folder. */
    synchronized void applied(long id) {
        underWay.remove(id);
        done.set((int) (id - base));
        int next = done.nextClearBit(0);
        if (next >= 4096) {
            BitSet rest = done.get(next, done.length());
            done.clear();
            done.or(rest);
            base += next;
        }
        notifyAll();
    }

    /** The segment could not be applied: the transfer has failed. */
    synchronized void failed(long id) {
        underWay.remove(id);
        notifyAll();
    }
}
