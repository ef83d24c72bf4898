package io.dromon.sst.channel;

import java.time.Duration;

/** A duration as people write it: {@code 10 s}, {@code 200 ms}. */
public final class DurationText {
    private DurationText() {}

    /** Seconds where they are whole, else milliseconds. */
    public static String of(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }
}
