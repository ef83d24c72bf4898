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
public record ChaosFault(Kind kind, String what, double seconds, Runnable strike, Runnable mend) {
    /** The kinds of faults; a run draws them with equal chances. */
    public enum Kind {
        KILL("SIGKILL, started again in its directory"),
        KILL_EMPTY("SIGKILL, started again with nothing"),
        LEAVE("leaves in order and returns"),
        GARBD_KILL("garbd: SIGKILL, started again"),
        STOP("SIGSTOP, SIGCONT"),
        UNPLUG("one host unplugged"),
        FLAP("a cable that flaps"),
        ONE_WAY("packets from one host to another lost"),
        PAIR("two hosts do not reach each other"),
        SPLIT("split, one side is a majority"),
        SPLIT_EVEN("split, no side is a majority"),
        CHOKE("one host at 256 kbit/s"),
        TWO("two of these at once"),
        KILL_TWO("SIGKILL of two, started again"),
        KILL_TWO_EMPTY("SIGKILL of two, one started again with nothing"),
        KILL_ALL("SIGKILL of all, started again"),
        KILL_ALL_EMPTY("SIGKILL of all, one started again with nothing");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** What a table calls it. */
        public String text() {
            return text;
        }
    }

    /** The faults that may come two at once on different hosts: none of them loses what a quorum would wait for. */
    private static final List<Kind> COMBINED =
            List.of(Kind.KILL, Kind.STOP, Kind.UNPLUG, Kind.FLAP, Kind.ONE_WAY, Kind.PAIR, Kind.CHOKE);

    /** Lets time pass, in milliseconds. */
    public static void sleep(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Draws a fault of that kind. */
    public static ChaosFault draw(Kind kind, List<ChaosMember> members, Net net, Random random) {
        List<ChaosMember> shuffled = new ArrayList<>(members);
        Collections.shuffle(shuffled, random);
        List<ChaosMember> nodes =
                shuffled.stream().filter(member -> !member.isArbitrator()).toList();
        ChaosMember any = shuffled.get(0);
        ChaosMember other = shuffled.get(1);
        ChaosMember node = nodes.get(0);
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
            case GARBD_KILL -> {
                ChaosMember garbd = arbitrator(members);
                yield new ChaosFault(kind, garbd.name(), upTo8, garbd::kill, () -> garbd.start(false));
            }
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
                                sleep(downMs);
                                net.plug(any.host());
                                sleep(300);
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
                int majority = members.size() / 2 + 1;
                if (nodes.size() < members.size()) { // the garbd on the side of the majority
                    shuffled.removeAll(members);
                    shuffled.addAll(nodes);
                    shuffled.add(random.nextInt(majority), arbitrator(members));
                }
                yield split(
                        kind,
                        net,
                        upTo20,
                        List.of(shuffled.subList(0, majority), shuffled.subList(majority, shuffled.size())));
            }
            case SPLIT_EVEN -> split(kind, net, upTo20, minorities(members, nodes));
            case CHOKE ->
                new ChaosFault(
                        kind,
                        any.name(),
                        upTo20,
                        () -> net.choke(any.host(), "256kbit"),
                        () -> net.unchoke(any.host()));
            case TWO -> two(members, net, random);
            case KILL_TWO -> kill(kind, upTo8, members, nodes.subList(0, 2), List.of());
            case KILL_TWO_EMPTY -> kill(kind, upTo8, members, nodes.subList(0, 2), nodes.subList(0, 1));
            case KILL_ALL -> kill(kind, upTo8, members, nodes, List.of());
            case KILL_ALL_EMPTY -> kill(kind, upTo8, members, nodes, nodes.subList(0, 1));
        };
    }

    private static ChaosMember arbitrator(List<ChaosMember> members) {
        return members.stream().filter(ChaosMember::isArbitrator).findFirst().orElseThrow();
    }

    /** Two nodes at a time, or one where there are three; an arbitrator alone. */
    private static List<List<ChaosMember>> minorities(List<ChaosMember> members, List<ChaosMember> nodes) {
        int size = (members.size() - 1) / 2;
        List<List<ChaosMember>> sides = new ArrayList<>();
        for (int from = 0; from < nodes.size(); from += size) {
            sides.add(nodes.subList(from, Math.min(from + size, nodes.size())));
        }
        members.stream().filter(ChaosMember::isArbitrator).map(List::of).forEach(sides::add);
        return sides;
    }

    /**
     * Several nodes killed at once. Without those that were emptied no primary component comes back by itself where a
     * majority was killed: all of the last one must be there, and nobody else. An operator bootstraps what is left, before
     * the emptied ones come.
     */
    public static ChaosFault kill(
            Kind kind,
            double seconds,
            List<? extends ChaosMember> members,
            List<? extends ChaosMember> killed,
            List<? extends ChaosMember> emptied) {
        return new ChaosFault(
                kind,
                names(killed) + (emptied.isEmpty() ? "" : ", " + names(emptied) + " emptied"),
                seconds,
                () -> {
                    killed.forEach(ChaosMember::killAtOnce);
                    killed.forEach(ChaosMember::awaitKilled);
                },
                () -> {
                    emptied.forEach(ChaosMember::empty);
                    List<? extends ChaosMember> kept = killed.stream()
                            .filter(member -> !emptied.contains(member))
                            .toList();
                    kept.forEach(member -> member.start(false));
                    if (!emptied.isEmpty() && 2 * killed.size() > members.size()) {
                        kept.get(0).bootstrapWith(members.size() - emptied.size());
                    }
                    emptied.forEach(member -> member.start(false));
                });
    }

    private static String names(List<? extends ChaosMember> side) {
        return side.stream().map(ChaosMember::name).collect(Collectors.joining(","));
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
        String what = sides.stream().map(ChaosFault::names).collect(Collectors.joining("|"));
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
                    sleep(betweenMs);
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
