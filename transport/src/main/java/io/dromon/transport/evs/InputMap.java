package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.User;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one view (chapter 02 sections 1.4, 4 and 5.1): per member what was received, what is missing, and what
 * the member has acknowledged.
 *
 * <p>One ring holds all of them, seq by seq, within a seq in the order of the members: exactly the order of delivery.
 * Everything before the cursor {@code (deliverSeq, deliverIndex)} was delivered; of that, what is not safe yet stays
 * for members that missed it.
 *
 * <p>FIFO and AGREED messages are both delivered once seq is not above aru. For FIFO this is later than it could be; no
 * layer uses it.
 */
final class InputMap {
    /** A member whose seq runs further ahead of the safe seq is not listened to; it sends again later. */
    static final int MAX_AHEAD = 16384;
    /**
     * So many bytes of payload may wait; beyond, only what moves aru is taken. The windows of the members are far smaller:
     * more comes only from one that does not keep to its own, and must not fill a small heap.
     */
    static final int MAX_BYTES = 16 << 20;

    private static final int INITIAL_CAPACITY = 64;
    private static final int MAX_RUNS = 64;

    /** Stands for a seq that another message's range covers. */
    static final User PLACEHOLDER = new User(
            Uuids.NIL,
            EvsMessage.MAX_VERSION,
            0,
            -1,
            ViewId.NIL,
            Order.DROP,
            EvsMessage.NO_USER_TYPE,
            0,
            0,
            -1,
            Bytes.EMPTY);

    private final int size;
    private final int self;
    private final long[] lu;
    private final long[] hs;
    private final long[] ss;
    private @Nullable User[] slots;
    private int capacity = INITIAL_CAPACITY;
    private long floor;
    private long aru = -1;
    private long safe = -1;
    private long maxHs = -1;
    private long deliverSeq;
    private int deliverIndex;
    private long bytes;

    /**
     * @param size number of members
     * @param self own index
     */
    InputMap(int size, int self) {
        this.size = size;
        this.self = self;
        this.lu = new long[size];
        this.hs = new long[size];
        this.ss = new long[size];
        Arrays.fill(hs, -1);
        Arrays.fill(ss, -1);
        this.slots = new User[size * capacity];
    }

    int size() {
        return size;
    }

    long lu(int index) {
        return lu[index];
    }

    long hs(int index) {
        return hs[index];
    }

    long ss(int index) {
        return ss[index];
    }

    /** Everybody's messages up to here have arrived. */
    long aru() {
        return aru;
    }

    /** Everybody has told that everybody's messages up to here have arrived. */
    long safe() {
        return safe;
    }

    long maxHs() {
        return maxHs;
    }

    long bytes() {
        return bytes;
    }

    /** Takes a message of another member in; returns whether something in sequence came in with it. */
    boolean insert(int index, User message) {
        long first = message.seq();
        if (first < lu[index] || first + message.seqRange() - safe > MAX_AHEAD) {
            return false;
        }
        if (bytes + message.payload().encodedLength() > MAX_BYTES && first > aru + 1) {
            return false;
        }
        return put(index, message);
    }

    /** Takes a message of this node in; it continues the sequence. */
    void insertOwn(User message) {
        if (message.seq() != lu[self]) {
            throw new IllegalStateException("own seq " + message.seq() + " instead of " + lu[self]);
        }
        put(self, message);
        raiseOwnSafe();
    }

    private boolean put(int index, User message) {
        long first = message.seq();
        long last = first + message.seqRange();
        makeRoom(last);
        int slot = slot(first, index);
        if (slots[slot] == null) {
            slots[slot] = message;
            bytes += message.payload().encodedLength();
        }
        for (long seq = first + 1; seq <= last; seq++) {
            slot = slot(seq, index);
            if (slots[slot] == null) {
                slots[slot] = PLACEHOLDER;
            }
        }
        if (last > hs[index]) {
            hs[index] = last;
            maxHs = Math.max(maxHs, last);
        }
        long before = lu[index];
        long next = before;
        while (next <= hs[index] && slots[slot(next, index)] != null) {
            next++;
        }
        if (next == before) {
            return false;
        }
        lu[index] = next;
        if (before == aru + 1) {
            aru = min(lu) - 1;
        }
        return true;
    }

    /** What aru will be once this node has sent everything up to {@code ownSeq}. */
    long aruWithOwn(long ownSeq) {
        long min = ownSeq;
        for (int i = 0; i < size; i++) {
            if (i != self && lu[i] - 1 < min) {
                min = lu[i] - 1;
            }
        }
        return min;
    }

    /** Counts what member {@code index} has acknowledged; returns whether that is news. */
    boolean raiseSafe(int index, long seq) {
        if (index == self || seq <= ss[index]) {
            return false;
        }
        setSafe(index, seq);
        return true;
    }

    /** This node holds everything up to aru. */
    void raiseOwnSafe() {
        if (ss[self] != aru) {
            setSafe(self, aru);
        }
    }

    private void setSafe(int index, long seq) {
        long before = ss[index];
        ss[index] = seq;
        if (before == safe) {
            safe = min(ss);
        }
    }

    /** The next message to be delivered in the regular view (section 5.9), or null. */
    @Nullable
    User next() {
        while (deliverSeq <= aru) {
            int row = slot(deliverSeq, 0);
            while (deliverIndex < size) {
                User message = slots[row + deliverIndex];
                if (message == null) {
                    throw new IllegalStateException("seq " + deliverSeq + " is missing below aru " + aru);
                }
                Order order = message.order();
                if (order == Order.SAFE && deliverSeq > safe) {
                    return null;
                }
                deliverIndex++;
                if (order != Order.DROP) {
                    return message;
                }
            }
            deliverSeq++;
            deliverIndex = 0;
        }
        return null;
    }

    /**
     * The next message to be delivered in the transitional view (section 7.9 step 3), or null.
     *
     * @param limit per member the highest seq that may be delivered
     */
    @Nullable
    User nextTransitional(long[] limit) {
        while (deliverSeq <= maxHs) {
            while (deliverIndex < size) {
                int index = deliverIndex++;
                if (deliverSeq < lu[index] && deliverSeq <= limit[index]) {
                    User message = slots[slot(deliverSeq, index)];
                    if (message != null && message.order() != Order.DROP) {
                        return message;
                    }
                }
            }
            deliverSeq++;
            deliverIndex = 0;
        }
        return null;
    }

    /** The message of {@code index} that is kept at {@code seq}, {@link #PLACEHOLDER}, or null. */
    @Nullable
    User find(int index, long seq) {
        return seq < floor || seq > hs[index] ? null : slots[slot(seq, index)];
    }

    /**
     * Maximal runs of missing seqs within {@code [from, to]}, as pairs of first and last; not more than a request may
     * name at once.
     */
    long[] missing(int index, long from, long to) {
        long[] runs = new long[2 * MAX_RUNS];
        int count = 0;
        long end = Math.min(to, safe + MAX_AHEAD);
        long seq = Math.max(from, lu[index]);
        while (seq <= end && count < runs.length) {
            if (find(index, seq) != null) {
                seq++;
                continue;
            }
            long first = seq;
            if (seq > hs[index]) {
                seq = end + 1;
            } else {
                while (seq <= end && find(index, seq) == null) {
                    seq++;
                }
            }
            runs[count++] = first;
            runs[count++] = seq - 1;
        }
        return Arrays.copyOf(runs, count);
    }

    /** Forgets what is both delivered and safe. */
    void trim() {
        long target = Math.min(safe + 1, deliverSeq);
        while (floor < target) {
            int row = slot(floor, 0);
            for (int i = row; i < row + size; i++) {
                User message = slots[i];
                if (message != null) {
                    bytes -= message.payload().encodedLength();
                    slots[i] = null;
                }
            }
            floor++;
        }
    }

    private void makeRoom(long last) {
        if (last - floor < capacity) {
            return;
        }
        trim();
        int wanted = capacity;
        while (last - floor >= wanted) {
            wanted *= 2;
        }
        if (wanted == capacity) {
            return;
        }
        @Nullable User[] grown = new User[size * wanted];
        for (long seq = floor; seq <= maxHs; seq++) {
            System.arraycopy(slots, slot(seq, 0), grown, (int) (seq & (wanted - 1)) * size, size);
        }
        slots = grown;
        capacity = wanted;
    }

    private int slot(long seq, int index) {
        return (int) (seq & (capacity - 1)) * size + index;
    }

    private static long min(long[] values) {
        long min = values[0];
        for (int i = 1; i < values.length; i++) {
            min = Math.min(min, values[i]);
        }
        return min;
    }
}
