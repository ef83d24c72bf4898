package io.dromon.node.certification;

import java.util.Arrays;

/**
 * The holders of each key in each type: doubly linked lists, one for each key and type, in arrays whose places are
 * used again. One more link joins the holds of a claim.
 */
final class HoldList {
    static final int NONE = -1;
    private static final int TYPE_BITS = 2;
    private static final Claim NO_CLAIM = new Claim(new HoldList(0), 0);

    private Claim[] owners;
    /** Entry of the index and type. */
    private int[] places;

    private int[] next;
    private int[] previous;
    private int[] nextOfClaim;
    private int size;
    private int used;
    /** First free place; the others by {@link #next}. */
    private int free = NONE;

    HoldList() {
        this(64);
    }

    private HoldList(int length) {
        owners = new Claim[length];
        places = new int[length];
        next = new int[length];
        previous = new int[length];
        nextOfClaim = new int[length];
    }

    int size() {
        return size;
    }

    Claim owner(int hold) {
        return owners[hold];
    }

    int entry(int hold) {
        return places[hold] >>> TYPE_BITS;
    }

    int type(int hold) {
        return places[hold] & (1 << TYPE_BITS) - 1;
    }

    int nextOfClaim(int hold) {
        return nextOfClaim[hold];
    }

    /** Adds a hold in front of {@code head}, which may be {@link #NONE}; returns it. */
    int add(Claim claim, int entry, int type, int head) {
        int hold = free;
        if (hold == NONE) {
            hold = used++;
            if (hold == places.length) {
                grow();
            }
        } else {
            free = next[hold];
        }
        owners[hold] = claim;
        places[hold] = entry << TYPE_BITS | type;
        next[hold] = head;
        previous[hold] = NONE;
        if (head != NONE) {
            previous[head] = hold;
        }
        nextOfClaim[hold] = claim.first;
        claim.first = hold;
        size++;
        return hold;
    }

    /** Takes a hold out of its list; returns the one behind it. */
    int remove(int hold) {
        int behind = next[hold];
        if (behind != NONE) {
            previous[behind] = previous[hold];
        }
        if (previous[hold] != NONE) {
            next[previous[hold]] = behind;
        }
        owners[hold] = NO_CLAIM;
        next[hold] = free;
        free = hold;
        size--;
        return behind;
    }

    private void grow() {
        int length = 2 * places.length;
        owners = Arrays.copyOf(owners, length);
        places = Arrays.copyOf(places, length);
        next = Arrays.copyOf(next, length);
        previous = Arrays.copyOf(previous, length);
        nextOfClaim = Arrays.copyOf(nextOfClaim, length);
    }
}
