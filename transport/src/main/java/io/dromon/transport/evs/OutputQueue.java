package io.dromon.transport.evs;

import io.dromon.transport.wire.Encodable;
import org.jspecify.annotations.Nullable;

/** Messages of the layer above that are not sent yet. A ring of parallel arrays: nothing is allocated per message. */
final class OutputQueue {
    /** Nothing is taken in while so many bytes wait (section 5.2). */
    static final int MAX_BYTES = 1 << 20;
    /** Without aggregation each message needs a seq of its own; the group could not take more at once. */
    private static final int MAX_SINGLE = 4096;

    private @Nullable Encodable[] bodies = new Encodable[256];
    private int[] lengths = new int[256];
    private byte[] userTypes = new byte[256];
    private Order[] orders = new Order[256];
    private int head;
    private int size;
    private int bytes;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    int bytes() {
        return bytes;
    }

    boolean isFull(boolean aggregating) {
        return bytes >= MAX_BYTES || (!aggregating && size >= MAX_SINGLE);
    }

    void add(int userType, Order order, Encodable body, int length) {
        if (size == bodies.length) {
            grow();
        }
        int at = (head + size) & (bodies.length - 1);
        bodies[at] = body;
        lengths[at] = length;
        userTypes[at] = (byte) userType;
        orders[at] = order;
        size++;
        // The head counts, so that tiny messages cannot pile up without end.
        bytes += length + Aggregate.HEAD;
    }

    /** How many messages from the front, of one order, fit one aggregate. */
    int fitting() {
        int total = 0;
        int count = 0;
        int mask = bodies.length - 1;
        while (count < size && orders[(head + count) & mask] == orders[head]) {
            total += lengths[(head + count) & mask] + Aggregate.HEAD;
            if (total > EvsMessage.MAX_PAYLOAD) {
                break;
            }
            count++;
        }
        return Math.max(count, 1);
    }

    Order headOrder() {
        return orders[head];
    }

    int headUserType() {
        return userTypes[head] & 0xff;
    }

    /** Payload bytes of the first {@code count} messages sent as one. */
    int payloadLength(int count) {
        if (count == 1) {
            return lengths[head];
        }
        int total = 0;
        for (int i = 0; i < count; i++) {
            total += lengths[(head + i) & (bodies.length - 1)] + Aggregate.HEAD;
        }
        return total;
    }

    /** Removes the first {@code count} messages as the payload of one. */
    Encodable take(int count) {
        if (count == 1) {
            return removeHead();
        }
        int length = payloadLength(count);
        byte[] types = new byte[count];
        Encodable[] parts = new Encodable[count];
        for (int i = 0; i < count; i++) {
            types[i] = userTypes[head];
            parts[i] = removeHead();
        }
        return new Aggregate(types, parts, length);
    }

    void clear() {
        while (size > 0) {
            removeHead();
        }
    }

    private Encodable removeHead() {
        Encodable body = bodies[head];
        if (body == null) {
            throw new IllegalStateException("output queue is empty");
        }
        bodies[head] = null;
        bytes -= lengths[head] + Aggregate.HEAD;
        head = (head + 1) & (bodies.length - 1);
        size--;
        return body;
    }

    private void grow() {
        int old = bodies.length;
        bodies = (@Nullable Encodable[]) unrolled(bodies, new Encodable[old * 2], old);
        lengths = (int[]) unrolled(lengths, new int[old * 2], old);
        userTypes = (byte[]) unrolled(userTypes, new byte[old * 2], old);
        orders = (Order[]) unrolled(orders, new Order[old * 2], old);
        head = 0;
    }

    private Object unrolled(Object ring, Object target, int length) {
        System.arraycopy(ring, head, target, 0, length - head);
        System.arraycopy(ring, 0, target, length - head, head);
        return target;
    }
}
