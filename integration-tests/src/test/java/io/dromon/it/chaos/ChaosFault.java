package io.dromon.it.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Something that is done to a cluster, and how it is undone.
 *
 * @param what with the members that it strikes
 * @param seconds between the two
 */
record ChaosFault(Kind kind, String what, double seconds, Runnable strike, Runnable mend) {
    /** The kinds of faults; a run draws them with equal chances. */
    enum Kind {
        KILL("SIGKILL, started again in its directory"),
        KILL_EMPTY("SIGKILL, started again with nothing"),
        LEAVE("leaves in order and returns"),
        GARBD_KILL("garbd: SIGKILL, started again"),
        STOP("SIGSTOP, SIGCONT"),
        UNPLUG("one host unplugged"),
        FLAP("a cable that flaps"),
        ONE_WAY("packets from one host to another lost"),
        PAIR("two hosts do not reach each other"),
        SPLIT("split 3 to 2"),
        SPLIT_EVEN("split 2 to 2 to 1: no majority"),
        CHOKE("one host at 256 kbit/s"),
        TWO("two of these at once");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /** The faults that may come two at once on different hosts: none of them loses what a quorum would wait for. */
    private static final List<Kind> COMBINED =
            List.of(Kind.KILL, Kind.STOP, Kind.UNPLUG, Kind.FLAP, Kind.ONE_WAY, Kind.PAIR, Kind.CHOKE);

    static ChaosFault draw(Kind kind, List<ChaosMember> members, Net net, Random random) {
        List<ChaosMember> shuffled = new ArrayList<>(members);
        Collections.shuffle(shuffled, random);
        ChaosMember garbd = members.get(members.size() - 1);
        ChaosMember any = shuffled.get(0);
        ChaosMember other = shuffled.get(1);
        ChaosMember node = any.isGarbd() ? other : any;
        double upTo20 = 0.5 + 19.5 * random.nextDouble();
        double upTo8 = 8 * random.nextDouble();
        return switch (kind) {
            case KILL -> new ChaosFault(kind, node.name(), upTo8, node::kill, () -> node.start(false));
            case KILL_EMPTY ->
                new ChaosFault(kind, node.name(), upTo8, node::kill, () -> {
                    node.empty();
                    node.start(false);
                });
            case LEAVE -> new ChaosFault(kind, node.name(), upTo8, node::leave, () -> node.start(false));
            case GARBD_KILL -> new ChaosFault(kind, garbd.name(), upTo8, garbd::kill, () -> garbd.start(false));
            case STOP ->
                new ChaosFault(
                        kind,
                        any.name(),
                        upTo20,
                        () -> any.process().signal("STOP"),
                        () -> any.process().signal("CONT"));
            case UNPLUG ->
                new ChaosFault(kind, any.name(), upTo20, () -> net.unplug(any.host()), () -> net.plug(any.host()));
            case FLAP -> {
                int times = 1 + random.nextInt(5);
                long downMs = 50L + random.nextInt(950);
                yield new ChaosFault(
                        kind,
                        any.name() + " " + times + " x " + downMs + " ms",
                        0,
                        () -> {
                            for (int i = 0; i < times; i++) {
                                net.unplug(any.host());
                                ChaosRun.sleep(downMs);
                                net.plug(any.host());
                                ChaosRun.sleep(300);
                            }
                        },
                        () -> {});
            }
            case ONE_WAY ->
                new ChaosFault(
                        kind,
                        any.name() + " to " + other.name(),
                        upTo20,
                        () -> net.lose(any.host(), other.host()),
                        net::joinAll);
            case PAIR -> split(kind, net, upTo20, List.of(List.of(any), List.of(other)));
            case SPLIT -> {
                shuffled.remove(garbd);
                shuffled.add(random.nextInt(3), garbd); // with the two or with the others
                yield split(kind, net, upTo20, List.of(shuffled.subList(0, 3), shuffled.subList(3, 5)));
            }
            case SPLIT_EVEN -> {
                shuffled.remove(garbd);
                yield split(kind, net, upTo20, List.of(shuffled.subList(0, 2), shuffled.subList(2, 4), List.of(garbd)));
            }
            case CHOKE ->
                new ChaosFault(
                        kind,
                        any.name(),
                        upTo20,
                        () -> net.choke(any.host(), "256kbit"),
                        () -> net.unchoke(any.host()));
            case TWO -> two(members, net, random);
        };
    }

    private static ChaosFault split(Kind kind, Net net, double seconds, List<List<ChaosMember>> sides) {
        Runnable strike = () -> {
            for (List<ChaosMember> side : sides) {
                for (List<ChaosMember> away : sides) {
                    if (side != away) {
                        side.forEach(from -> away.forEach(to -> net.lose(from.host(), to.host())));
                    }
                }
            }
        };
        String what = sides.stream()
                .map(side -> side.stream().map(ChaosMember::name).collect(Collectors.joining(",")))
                .collect(Collectors.joining("|"));
        return new ChaosFault(kind, what, seconds, strike, net::joinAll);
    }

    private static ChaosFault two(List<ChaosMember> members, Net net, Random random) {
        ChaosFault first = draw(COMBINED.get(random.nextInt(COMBINED.size())), members, net, random);
        ChaosFault second;
        do {
            second = draw(COMBINED.get(random.nextInt(COMBINED.size())), members, net, random);
        } while (second.what.charAt(0) == first.what.charAt(0));
        ChaosFault later = second;
        long betweenMs = random.nextInt(6000);
        return new ChaosFault(
                Kind.TWO,
                String.format(Locale.ROOT, "%s, %.1f s later %s", first, betweenMs / 1e3, second),
                Math.min(first.seconds, second.seconds),
                () -> {
                    first.strike.run();
                    ChaosRun.sleep(betweenMs);
                    later.strike.run();
                },
                () -> {
                    first.mend.run();
                    later.mend.run();
                });
    }

    @Override
    public String toString() {
        return kind + " " + what;
    }
}
