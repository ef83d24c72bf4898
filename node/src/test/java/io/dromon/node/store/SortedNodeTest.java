package io.dromon.node.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
final class SortedNodeTest {
    private static byte[] key(int number) {
        return new byte[] {(byte) (number >> 8), (byte) number};
    }

    private static List<Integer> keys(@Nullable SortedNode map) {
        List<Integer> found = new ArrayList<>();
        SortedNode.scan(map, new byte[0], null)
                .forEachRemaining(entry -> found.add((entry.key()[0] & 0xff) << 8 | (entry.key()[1] & 0xff)));
        return found;
    }

    @Test
    void isTheSameAsATreeMapAndItsOldVersionsStay() {
        SplittableRandom random = new SplittableRandom(5);
        SortedNode map = null;
        TreeMap<Integer, Integer> model = new TreeMap<>();
        SortedNode old = null;
        List<Integer> oldKeys = List.of();
        for (int round = 0; round < 20_000; round++) {
            int number = random.nextInt(1000);
            if (random.nextInt(5) < 2) {
                map = SortedNode.remove(map, key(number));
                model.remove(number);
            } else {
                map = SortedNode.put(map, new Entry(key(number), key(round)));
                model.put(number, round);
            }
            if (round == 10_000) {
                old = map;
                oldKeys = List.copyOf(model.keySet());
            }
        }

        assertThat(keys(map)).containsExactlyElementsOf(model.keySet());
        assertThat(keys(old)).containsExactlyElementsOf(oldKeys);
        for (int number = 0; number < 1000; number++) {
            Integer expected = model.get(number);
            assertThat(SortedNode.get(map, key(number))).isEqualTo(expected == null ? null : key(expected));
        }
    }

    @Test
    void staysFlatWhereKeysAscendAndAreRemovedAtOneEnd() {
        SortedNode map = null;
        for (int number = 0; number < 60_000; number++) {
            map = SortedNode.put(map, new Entry(key(number), new byte[0]));
        }
        assertThat(SortedNode.levels(map)).isLessThanOrEqualTo(22);

        for (int number = 0; number < 59_000; number++) {
            map = SortedNode.remove(map, key(number));
        }

        assertThat(keys(map)).hasSize(1000).startsWith(59_000);
        assertThat(SortedNode.levels(map)).isLessThanOrEqualTo(14);
    }

    @Test
    void isTheVerySameWhereThereIsNothingToRemove() {
        SortedNode map = SortedNode.put(SortedNode.put(null, new Entry(key(1), key(1))), new Entry(key(2), key(2)));

        assertThat(SortedNode.remove(map, key(3))).isSameAs(map);
        assertThat(SortedNode.remove(null, key(3))).isNull();
    }
}
