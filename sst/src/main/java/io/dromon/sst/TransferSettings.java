package io.dromon.sst;

import java.time.Duration;

/**
 * The settings of a transfer.
 *
 * @param streams TLS connections, 1 to 64
 * @param compression what the donor does
 * @param bytesPerSecond limit of what the donor sends, 0 for none
 * @param handshake time from the first byte of a connection until both sides are proven
 * @param first time that a joiner waits for its donor
 * @param idle time without anything moving after which the transfer is given up; a connection is replaced after half
 *     of it
 * @param total time for the whole transfer
 */
public record TransferSettings(
        int streams,
        Compression compression,
        long bytesPerSecond,
        Duration handshake,
        Duration first,
        Duration idle,
        Duration total) {
    /** TLS connections of one transfer. */
    public static final int MOST_STREAMS = 64;

    /**
     * Whether the donor compresses.
     *
     * @param adaptive tries from time to time whether compressing is faster at the moment
     * @param level of zstd, 0 for none
     */
    public record Compression(boolean adaptive, int level) {
        /** Nothing is compressed. */
        public static final Compression NONE = new Compression(false, 0);
        /** Whatever is faster. */
        public static final Compression ADAPTIVE = new Compression(true, 1);

        /** Always at this level of zstd. */
        public static Compression level(int level) {
            return new Compression(false, level);
        }
    }

    public TransferSettings {
        if (streams < 1 || streams > MOST_STREAMS || bytesPerSecond < 0) {
            throw new IllegalArgumentException("streams " + streams + ", bytes per second " + bytesPerSecond);
        }
    }

    /** A connection per core, at most 8; adaptive; ten minutes idle are too long, a day altogether. */
    public static TransferSettings defaults() {
        return new TransferSettings(
                Math.min(8, Runtime.getRuntime().availableProcessors()),
                Compression.ADAPTIVE,
                0,
                Duration.ofSeconds(10),
                Duration.ofSeconds(300),
                Duration.ofSeconds(60),
                Duration.ofDays(1));
    }

    /** How long a connection may be silent. */
    public Duration silence() {
        return idle.dividedBy(2);
    }

    /** With another number of connections. */
    public TransferSettings withStreams(int number) {
        return new TransferSettings(number, compression, bytesPerSecond, handshake, first, idle, total);
    }

    /** With other compression. */
    public TransferSettings withCompression(Compression other) {
        return new TransferSettings(streams, other, bytesPerSecond, handshake, first, idle, total);
    }

    /** With a limit of the rate, 0 for none. */
    public TransferSettings withBytesPerSecond(long limit) {
        return new TransferSettings(streams, compression, limit, handshake, first, idle, total);
    }

    /** With other times. */
    public TransferSettings withTimes(Duration newFirst, Duration newIdle, Duration newTotal) {
        return new TransferSettings(streams, compression, bytesPerSecond, handshake, newFirst, newIdle, newTotal);
    }
}
