package io.dromon.node.cli.bench.replication;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * The payloads that the writers write, one after the other and then from the beginning. A writer's payloads are more
 * than the window of the links' compression, so that it never sees one again.
 */
public enum Payloads {
    /** Nothing to compress. */
    RANDOM {
        @Override
        void fill(byte[] payload, SplittableRandom random) {
            random.nextBytes(payload);
        }
    },
    /** Rows as an application writes them: the same names, other values. */
    TEXT {
        @Override
        void fill(byte[] payload, SplittableRandom random) {
            StringBuilder text = new StringBuilder();
            while (text.length() < payload.length) {
                text.append(String.format(
                        Locale.ROOT,
                        "{\"id\":%d,\"account\":\"DE%016d\",\"name\":\"%s %s\",\"city\":\"%s\",\"amount\":%d.%02d,"
                                + "\"currency\":\"EUR\",\"booked\":\"2026-%02d-%02dT%02d:%02d:%02dZ\",\"reference\":\"%08x\"},",
                        random.nextInt(1_000_000),
                        random.nextLong(10_000_000_000_000_000L),
                        pick(FIRST, random),
                        pick(LAST, random),
                        pick(CITIES, random),
                        random.nextInt(10_000),
                        random.nextInt(100),
                        1 + random.nextInt(12),
                        1 + random.nextInt(28),
                        random.nextInt(24),
                        random.nextInt(60),
                        random.nextInt(60),
                        random.nextInt()));
            }
            System.arraycopy(text.toString().getBytes(StandardCharsets.US_ASCII), 0, payload, 0, payload.length);
        }
    };

    private static final int DISTINCT_BYTES = 512 * 1024;
    private static final String[] FIRST = {"Anna", "Ben", "Chiara", "David", "Elif", "Farid", "Greta", "Hugo"};
    private static final String[] LAST = {"Schmidt", "Rossi", "Dupont", "Novak", "Jansen", "Silva", "Kowalski"};
    private static final String[] CITIES = {"Berlin", "Genova", "Lyon", "Praha", "Utrecht", "Porto", "Gdansk", "Wien"};

    abstract void fill(byte[] payload, SplittableRandom random);

    private static String pick(String[] words, SplittableRandom random) {
        return words[random.nextInt(words.length)];
    }

    /** All payloads of a writer; the first four bytes of each are its number, big-endian. */
    byte[][] of(int writer, int sizeBytes, long seed) {
        byte[][] payloads = new byte[Math.max(8, DISTINCT_BYTES / sizeBytes)][sizeBytes];
        SplittableRandom random = new SplittableRandom(seed);
        for (byte[] payload : payloads) {
            fill(payload, random);
            ByteBuffer.wrap(payload).putInt(0, writer);
        }
        return payloads;
    }
}
