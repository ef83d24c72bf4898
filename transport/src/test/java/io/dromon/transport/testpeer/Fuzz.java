package io.dromon.transport.testpeer;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Runs a decoder over mutated samples and random bytes. A decoder may return or throw {@link
 * MalformedMessageException}; anything else, or an input that takes longer than a second, fails the test and prints the
 * line that replays this one input.
 *
 * <p>System properties: {@code fuzz.inputs} (number of inputs, default 10000) and {@code fuzz.seed} (seed of the first
 * input, default 1; input {@code i} uses seed + i, so each input can be replayed alone).
 *
 * <pre>{@code
 * @Test
 * void decoderThrowsOnlyItsDeclaredException() {
 *     Fuzz.run(EvsFuzzTest.class, samples, input -> EvsMessage.decode(input));
 * }
 * }</pre>
 */
public final class Fuzz {
    private static final long SLOW_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int[] EDGES = {
        0, 1, -1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0xff_ffff, Integer.MAX_VALUE, 0x8000_0000
    };

    private Fuzz() {}

    /** What is fuzzed: may return, or throw {@link MalformedMessageException}. */
    @FunctionalInterface
    public interface Target {
        void accept(Bytes input) throws MalformedMessageException;
    }

    /** Number of inputs to run. */
    public static int inputs() {
        return Integer.parseInt(property("fuzz.inputs", "10000"));
    }

    /** Seed of the first input. */
    public static long seed() {
        return Long.parseLong(property("fuzz.seed", "1"));
    }

    /**
     * Runs {@link #inputs} inputs.
     *
     * @param test the class that calls, for the replay line
     * @param samples valid messages, whole
     */
    public static void run(Class<?> test, List<Bytes> samples, Target target) {
        int inputs = inputs();
        long first = seed();
        for (int i = 0; i < inputs; i++) {
            long seed = first + i;
            Bytes input = next(random(seed), samples);
            long start = System.nanoTime();
            try {
                target.accept(input);
            } catch (MalformedMessageException expected) {
                if (String.valueOf(expected.getMessage()).isEmpty()) {
                    throw failure(test, seed, input, "an exception without a text", expected);
                }
            } catch (Throwable wrong) {
                throw failure(test, seed, input, wrong.toString(), wrong);
            }
            if (System.nanoTime() - start > SLOW_NS) {
                throw failure(test, seed, input, "longer than a second", null);
            }
        }
    }

    /** The generator of an input; also for tests that send sequences of inputs. */
    public static RandomGenerator random(long seed) {
        return new SplittableRandom(seed);
    }

    /** The line that replays one input. */
    public static String replay(Class<?> test, long seed) {
        return "replay: mvn -o -pl transport -am test -Dsurefire.failIfNoSpecifiedTests=false -Dtest="
                + test.getSimpleName() + " -Dfuzz.inputs=1 -Dfuzz.seed=" + seed;
    }

    /**
     * One input: mostly a sample with a few mutations, sometimes a valid sample or random bytes. The range lies inside
     * a larger array with other bytes around it, so that a decoder that leaves its range reads garbage.
     */
    public static Bytes next(RandomGenerator random, List<Bytes> samples) {
        int kind = random.nextInt(20);
        byte[] message;
        if (kind == 0) {
            message = noise(random, random.nextInt(200));
        } else {
            message = samples.get(random.nextInt(samples.size())).toArray();
            int mutations = kind == 1 ? 0 : 1 + random.nextInt(random.nextInt(4) == 0 ? 8 : 2);
            for (int i = 0; i < mutations; i++) {
                message = mutate(random, message, samples);
            }
        }
        int before = random.nextInt(3) * 20;
        byte[] around = noise(random, before + message.length + random.nextInt(9));
        System.arraycopy(message, 0, around, before, message.length);
        return new Bytes(around, before, message.length);
    }

    private static byte[] mutate(RandomGenerator random, byte[] message, List<Bytes> samples) {
        if (message.length == 0) {
            return noise(random, 1 + random.nextInt(40));
        }
        int at = random.nextInt(message.length);
        int length = message.length;
        return switch (random.nextInt(9)) {
            case 0 -> put(message, at, message[at] ^ (1 << random.nextInt(8)));
            case 1 -> put(message, at, random.nextInt());
            case 2 -> putEdge(random, message, at);
            case 3 -> Arrays.copyOf(message, at);
            case 4 -> splice(message, length, noise(random, 1 + random.nextInt(64)), length);
            case 5 -> splice(message, at, noise(random, 1 + random.nextInt(24)), at);
            case 6 -> splice(message, at, new byte[0], Math.min(length, at + 1 + random.nextInt(24)));
            case 7 ->
                splice(message, at, Arrays.copyOfRange(message, at, Math.min(length, at + 1 + random.nextInt(40))), at);
            default -> {
                byte[] other = samples.get(random.nextInt(samples.size())).toArray();
                int from = random.nextInt(other.length + 1);
                yield splice(message, at, Arrays.copyOfRange(other, from, other.length), length);
            }
        };
    }

    private static byte[] put(byte[] message, int at, int value) {
        message[at] = (byte) value;
        return message;
    }

    /** A count, length or range of 1 to 8 bytes at an edge. */
    private static byte[] putEdge(RandomGenerator random, byte[] message, int at) {
        int value = EDGES[random.nextInt(EDGES.length)] + random.nextInt(3) - 1;
        int width = 1 << random.nextInt(4);
        for (int i = 0; i < width && at + i < message.length; i++) {
            message[at + i] = (byte) (i < 4 ? value >> (8 * i) : value >> 31);
        }
        return message;
    }

    /** {@code message} up to {@code head}, then {@code middle}, then {@code message} from {@code tail} on. */
    private static byte[] splice(byte[] message, int head, byte[] middle, int tail) {
        int rest = message.length - tail;
        byte[] result = Arrays.copyOf(message, head + middle.length + rest);
        System.arraycopy(middle, 0, result, head, middle.length);
        System.arraycopy(message, message.length - rest, result, head + middle.length, rest);
        return result;
    }

    private static byte[] noise(RandomGenerator random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static AssertionError failure(
            Class<?> test, long seed, Bytes input, String what, @Nullable Throwable cause) {
        return new AssertionError(
                what + " on input " + HexFormat.of().formatHex(input.toArray()) + "; " + replay(test, seed), cause);
    }

    /** An unset Maven property arrives as an empty value or as its own placeholder. */
    private static String property(String name, String otherwise) {
        String value = System.getProperty(name, "");
        return value.isEmpty() || value.startsWith("${") ? otherwise : value;
    }
}
