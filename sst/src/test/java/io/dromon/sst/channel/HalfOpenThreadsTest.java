package io.dromon.sst.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class HalfOpenThreadsTest {
    private static final InetAddress ADDRESS = InetAddress.getLoopbackAddress();
    private final HalfOpenThreads halfOpen = new HalfOpenThreads(2);

    @AfterEach
    void clear() {
        boolean unused = Thread.interrupted();
    }

    /** Threads may begin in any order: it is the order of accepting that decides who is old. */
    @Test
    void theOneThatCameLastKeepsItsPlaceWhoeverBeginsFirst() {
        List<HalfOpenThreads.Place> strangers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            strangers.add(halfOpen.enter(ADDRESS));
        }
        HalfOpenThreads.Place donor = halfOpen.enter(ADDRESS);

        donor.begin();
        assertThat(Thread.interrupted()).as("the last one").isFalse();

        long evicted = strangers.stream()
                .filter(place -> {
                    place.begin();
                    return Thread.interrupted();
                })
                .count();
        assertThat(evicted).as("of five that were before it").isEqualTo(4);
    }

    @Test
    void aPlaceThatWasGivenBackIsNotEvicted() {
        HalfOpenThreads.Place done = halfOpen.enter(ADDRESS);
        done.begin();
        done.close();
        for (int i = 0; i < 5; i++) {
            halfOpen.enter(ADDRESS);
        }
        assertThat(Thread.interrupted()).isFalse();
    }
}
