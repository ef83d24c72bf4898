package io.dromon.it.scenario;

import java.util.random.RandomGenerator;

/**
 * No randomness: always the smallest number, so that the simulated network takes the same 30 microseconds for each frame
 * and hosts take their turns at once.
 */
final class ShortestDelay implements RandomGenerator {
    @Override
    public long nextLong() {
        return 0;
    }
}
