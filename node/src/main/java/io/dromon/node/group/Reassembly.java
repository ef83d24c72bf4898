package io.dromon.node.group;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Puts the fragments of one foreign member together (chapter 04 section 4.4).
 *
 * <p>Where a real node aborts on a broken sequence, the action is dropped here and everything of that member up to its
 * next fragment 0 is ignored. All channels are in the same state at all members of a configuration (each primary view
 * empties them) and see the same fragments, so all of them drop the same action: the seqnos stay equal.
 */
final class Reassembly {
    private static final int FIRST_CAPACITY = 64 * 1024;
    /** Some virtual machines cannot make larger arrays. */
    private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

    /** Counts what all channels hold. */
    static final class Budget {
        private final long limit;
        private final int maxAction;
        private long used;

        Budget(long limit, int maxAction) {
            this.limit = limit;
            this.maxAction = Math.min(maxAction, MAX_ARRAY);
        }

        long used() {
            return used;
        }
    }

    /** The member's action does not fit this node's memory, though others take it. */
    static final class TooLargeException extends Exception {
        private static final long serialVersionUID = 1L;

        TooLargeException(String message) {
            super(message, null, false, false);
        }
    }

    private final Budget budget;
    private boolean active;
    /** The head of an action was lost by a view change, or was broken: its tail is ignored. */
    private boolean reset;

    private long id;
    private int size;
    private long next;
    private int received;
    private boolean keeping;
    private byte @Nullable [] collected;

    Reassembly(Budget budget) {
        this.budget = budget;
    }

    /** Empties the channel: for a new primary view (section 4.5), or when a message is no fragment at all. */
    void reset() {
        clear();
        reset = true;
    }

    /** Gives the memory back. */
    void clear() {
        active = false;
        if (collected != null) {
            budget.used -= collected.length;
            collected = null;
        }
    }

    /**
     * The next fragment.
     *
     * @param keep whether the data is wanted, asked for fragment 0; otherwise a complete action is {@link Bytes#EMPTY}
     * @return the action if it is complete, else null
     * @throws MalformedMessageException the action was dropped
     */
    @Nullable
    Bytes accept(FragmentHeader header, Bytes data, boolean keep) throws MalformedMessageException, TooLargeException {
        if (!active) {
            if (header.number() != 0) {
                if (reset) {
                    return null;
                }
                throw broken("an action starts with fragment " + header.number());
            }
            if (header.size() == 0 || data.length() > header.size()) {
                throw broken("fragment of " + data.length() + " bytes of an action of " + header.size());
            }
            reset = false;
            if (data.length() == header.size()) {
                return keep ? data : Bytes.EMPTY;
            }
            active = true;
            keeping = keep;
            id = header.actionId();
            size = header.size();
            next = 0;
            received = 0;
        } else if (header.actionId() != id || header.number() > next) {
            throw broken("fragment " + header.number() + " of action " + header.actionId() + ", expected " + next
                    + " of " + id);
        } else if (header.number() < next) {
            return null;
        } else if (data.length() > size - received) {
            throw broken("action larger than announced");
        }
        next++;
        if (keeping && data.length() > 0) {
            collect(data);
        }
        received += data.length();
        if (received < size) {
            return null;
        }
        Bytes whole = collected == null ? Bytes.EMPTY : new Bytes(collected, 0, size);
        clear();
        return whole;
    }

    private MalformedMessageException broken(String what) {
        reset();
        return new MalformedMessageException(what);
    }

    private void collect(Bytes data) throws TooLargeException {
        int needed = received + data.length();
        int capacity = collected == null ? 0 : collected.length;
        if (needed > capacity) {
            int grown = (int) Math.min(size, Math.max(FIRST_CAPACITY, Math.max(needed, capacity * 2L)));
            // Both arrays are there while one is copied into the other.
            if (grown > budget.maxAction || budget.used + grown > budget.limit) {
                throw new TooLargeException("an action of " + size + " bytes; " + budget.used
                        + " bytes of unfinished actions are held already, all members' together, and " + budget.limit
                        + " may be; give the JVM a larger heap (-Xmx), or limit what the others send"
                        + " (repl.max_ws_size)");
            }
            collected = collected == null ? new byte[grown] : Arrays.copyOf(collected, grown);
            budget.used += grown - capacity;
        }
        System.arraycopy(data.array(), data.offset(), Objects.requireNonNull(collected), received, data.length());
    }
}
