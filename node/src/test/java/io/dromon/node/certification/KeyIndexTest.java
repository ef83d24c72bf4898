package io.dromon.node.certification;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The table, against a map; keys that agree in their first word (chapter 05 section 6.4). */
@Tag("unit")
final class KeyIndexTest {
    @Test
    void holdsWhatAMapHolds() {
        SplittableRandom random = new SplittableRandom(3);
        KeyIndex index = new KeyIndex(5);
        Map<Long, Long> map = new HashMap<>();
        for (int i = 1; i < 200_000; i++) {
            // The pool grows and shrinks, so that the table has runs and gaps.
            long first = random.nextLong(1, 50 + i / 100 % 3_000) << 5;
            int entry = index.find(first, 0, false);
            assertThat(entry == KeyIndex.NONE ? null : Long.valueOf(index.slot(entry, 2)))
                    .isEqualTo(map.get(first));
            if (entry != KeyIndex.NONE && random.nextInt(3) > 0) {
                index.forget(entry, 2, index.slot(entry, 2));
                map.remove(first);
            } else {
                index.set(index.put(first, 0, false), 2, i);
                map.put(first, (long) i);
            }
            assertThat(index.size()).isEqualTo(map.size());
        }
        map.forEach((first, seqno) ->
                assertThat(index.slot(index.find(first, 0, false), 2)).isEqualTo(seqno));
        index.clear();
        assertThat(index.size()).isZero();
    }

    @Test
    void aShortKeyIsEqualToLongOnesAndTheNewestCounts() {
        KeyIndex index = new KeyIndex(5);
        int one = index.put(64, 1, true);
        int two = index.put(64, 2, true);
        assertThat(two).isNotEqualTo(one);
        index.set(one, 0, 10);
        index.set(two, 3, 9);

        assertThat(index.find(64, 1, true)).isEqualTo(one);
        assertThat(index.find(64, 2, true)).isEqualTo(two);
        assertThat(index.find(64, 3, true)).isEqualTo(KeyIndex.NONE);
        assertThat(index.find(64, 0, false)).isEqualTo(one);
        index.set(two, 3, 10);
        assertThat(index.find(64, 0, false)).isEqualTo(two); // as new: the greater hash counts

        // An entry becomes the key that was put last.
        assertThat(index.put(64, 0, false)).isEqualTo(two);
        assertThat(index.find(64, 3, true)).isEqualTo(two);
    }

    @Test
    void anEntryGoesWithItsLastSlot() {
        KeyIndex index = new KeyIndex(5);
        int entry = index.put(32, 0, false);
        index.set(entry, 1, 7);
        index.set(entry, 2, 8);

        index.forget(entry, 1, 6);
        index.forget(entry, 2, 8);
        assertThat(index.find(32, 0, false)).isEqualTo(entry);
        index.forget(entry, 1, 7);
        assertThat(index.find(32, 0, false)).isEqualTo(KeyIndex.NONE);
        index.forget(entry, 1, 7);
        assertThat(index.size()).isZero();
    }
}
