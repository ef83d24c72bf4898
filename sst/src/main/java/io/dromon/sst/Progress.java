package io.dromon.sst;

import java.util.Map;
import java.util.Optional;

/** Counters of one transfer at one end; safe for threads. */
public interface Progress {
    /** Where time goes; the sum over all connections. */
    enum Stage {
        READ,
        COMPRESS,
        TLS,
        NETWORK,
        DECOMPRESS,
        WRITE
    }

    /**
     * A moment of a transfer.
     *
     * @param bytes of content that are done
     * @param totalBytes of content altogether, 0 if unknown
     * @param wireBytes sent or received, as frames
     * @param seconds since the donor was let in
     * @param stageSeconds per stage, summed over the connections
     * @param reconnects connections that had to be made again
     */
    record Snapshot(
            long bytes,
            long totalBytes,
            long wireBytes,
            double seconds,
            Map<Stage, Double> stageSeconds,
            long reconnects) {
        /** Bytes of content per second since the start. */
        public double rate() {
            return seconds <= 0 ? 0 : bytes / seconds;
        }

        /** Seconds to go at the rate so far; nothing if the total is unknown. */
        public Optional<Double> remainingSeconds() {
            return totalBytes <= 0 || bytes <= 0
                    ? Optional.empty()
                    : Optional.of((totalBytes - bytes) / Math.max(rate(), 1));
        }
    }

    /** As it is now. */
    Snapshot snapshot();
}
