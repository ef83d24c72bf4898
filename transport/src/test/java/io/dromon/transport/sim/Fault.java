package io.dromon.transport.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Something that goes wrong in a simulated run.
 *
 * @param atNs virtual time
 * @param kind what
 * @param first a host, or the hosts (as bits) on one side of a partition
 * @param second another host; the hosts on the other side; the rate of loss in permille
 * @param lastsNs how long, where it ends by itself
 */
public record Fault(long atNs, Kind kind, int first, int second, long lastsNs) {
    private static final long SECOND = 1_000_000_000L;

    /** Kinds of faults. */
    public enum Kind {
        /** All connections between two hosts break. */
        CUT,
        /** Nothing gets through between two sets of hosts. */
        PARTITION,
        /** Nothing gets through from one set of hosts to the other. */
        ONE_WAY,
        /** A process dies and comes back with what it had saved. */
        KILL,
        /** A process dies and comes back with nothing. */
        KILL_AND_FORGET,
        /** A machine vanishes without a sign, and comes back with what it had saved. */
        POWER_OFF,
        /** A process stands still. */
        STOP,
        /** A process takes its turns late. */
        SLOW,
        /** A process leaves gracefully and joins again. */
        LEAVE,
        /** Messages get lost, which TCP does not allow and EVS must endure. */
        LOSS
    }

    /** Which faults a family of runs has. */
    public enum Family {
        CALM,
        CONNECTIONS,
        CRASHES,
        PARTITIONS,
        CHURN,
        LOSSES,
        CHAOS;

        private List<Kind> kinds() {
            return switch (this) {
                case CALM -> List.of();
                case CONNECTIONS -> List.of(Kind.CUT, Kind.CUT, Kind.STOP, Kind.SLOW);
                case CRASHES -> List.of(Kind.KILL, Kind.KILL_AND_FORGET, Kind.POWER_OFF);
                case PARTITIONS -> List.of(Kind.PARTITION, Kind.PARTITION, Kind.ONE_WAY);
                case CHURN -> List.of(Kind.LEAVE, Kind.LEAVE, Kind.KILL);
                case LOSSES -> List.of(Kind.LOSS, Kind.LOSS, Kind.KILL, Kind.LEAVE);
                case CHAOS -> List.of(Kind.values());
            };
        }
    }

    /** Draws the faults of a run between two times. */
    static List<Fault> draw(Family family, int hosts, long fromNs, long untilNs, RandomGenerator random) {
        List<Fault> faults = new ArrayList<>();
        List<Kind> kinds = family.kinds();
        if (kinds.isEmpty()) {
            return faults;
        }
        int count = 1 + random.nextInt(10);
        for (int i = 0; i < count; i++) {
            long at = random.nextLong(fromNs, untilNs);
            // Trouble comes in bursts: a quarter of the faults hits right after another one.
            if (i > 0 && random.nextInt(4) == 0) {
                at = faults.get(i - 1).atNs + random.nextLong(20_000_000L);
            }
            faults.add(draw(kinds.get(random.nextInt(kinds.size())), hosts, at, random));
        }
        faults.sort(Comparator.comparingLong(Fault::atNs));
        return faults;
    }

    private static Fault draw(Kind kind, int hosts, long at, RandomGenerator random) {
        int one = random.nextInt(hosts);
        int other = (one + 1 + random.nextInt(hosts - 1)) % hosts;
        int all = (1 << hosts) - 1;
        int side = 1 + random.nextInt(all - 1);
        long brief = random.nextLong(SECOND / 10, 4 * SECOND);
        long lengthy = random.nextLong(SECOND, 25 * SECOND);
        boolean pair = random.nextInt(3) == 0;
        return switch (kind) {
            case CUT -> new Fault(at, kind, one, other, 0);
            case PARTITION, ONE_WAY ->
                pair
                        ? new Fault(at, kind, 1 << one, 1 << other, lengthy)
                        : new Fault(at, kind, side, all & ~side, lengthy);
            case KILL, KILL_AND_FORGET, LEAVE -> new Fault(at, kind, one, 0, random.nextBoolean() ? brief : lengthy);
            case POWER_OFF, STOP -> new Fault(at, kind, one, 0, random.nextBoolean() ? brief : lengthy);
            case SLOW -> new Fault(at, kind, one, random.nextInt(1, 400), lengthy);
            case LOSS -> new Fault(at, kind, random.nextInt(1, 150), 0, lengthy);
        };
    }
}
