package io.dromon.it.chaos;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares what all nodes printed, from their output alone. A number of the cluster's order has one content, a write-set
 * or a view, wherever it was printed: two components that both committed would show here. An output, over all starts in
 * its directory, has every write-set from the first one on, each once, in the order of the numbers.
 */
public final class OrderCheck {
    private static final Pattern LINE =
            Pattern.compile("(?<seqno>\\d{1,9})\t[^\t]+\t(?<writer>\\S+) (?<number>\\d{1,18}) .*");

    /** What was printed in one directory, from its first start on. */
    public final class Output {
        private final String name;
        private final BitSet printed = new BitSet();
        private final Map<String, Writer> writers = new HashMap<>();

        private int last = -1;

        private Output(String name) {
            this.name = name;
        }

        /** A line: number, origin, and what a writer wrote: its own name, a number, filling. */
        void line(String line) {
            synchronized (OrderCheck.this) {
                Matcher fields = LINE.matcher(line);
                if (!fields.matches()) {
                    violations.add(name + " printed " + line);
                    return;
                }
                int seqno = Integer.parseInt(fields.group("seqno"));
                if (seqno <= last) {
                    violations.add(name + " printed " + seqno + " after " + last);
                }
                last = seqno;
                printed.set(seqno);
                enter(name, seqno, line);
                String who = fields.group("writer");
                writers.computeIfAbsent(who, writer -> new Writer())
                        .wrote(name, who, Long.parseLong(fields.group("number")));
            }
        }

        /** The number of the last line; -1 before the first. */
        public int last() {
            synchronized (OrderCheck.this) {
                return last;
            }
        }

        private void check(BitSet writeSets, int upTo) {
            BitSet missed = writeSets.get(0, upTo + 1);
            missed.andNot(printed);
            if (!missed.isEmpty()) {
                int first = missed.nextSetBit(0);
                violations.add(name + ", whose last line is " + last + ", misses " + missed.cardinality()
                        + " numbers, from " + first + " to " + (missed.nextClearBit(first) - 1) + " first");
            }
        }
    }

    /** What an output has of one writer. */
    private final class Writer {
        private long last;
        private long lines;

        void wrote(String output, String name, long number) {
            if (number <= last) {
                violations.add(output + " printed line " + number + " of " + name + " after " + last);
            }
            last = number;
            lines++;
        }
    }

    /** One process, from its start to its end. */
    public final class Life {
        private final String name;
        private final Output output;
        private long failed;

        private Life(String name, Output output) {
            this.name = name;
            this.output = output;
        }

        /** A primary view of its log; {@code what} is its configuration and its members. */
        void view(int seqno, String what) {
            synchronized (OrderCheck.this) {
                enter(name, seqno, what);
            }
        }

        /** Its log says that a line of its own was not committed. */
        void lineFailed() {
            synchronized (OrderCheck.this) {
                failed++;
            }
        }

        /** How many of its own lines it has printed or given up. */
        long ended() {
            synchronized (OrderCheck.this) {
                Writer own = output.writers.get(name);
                return failed + (own == null ? 0 : own.lines);
            }
        }
    }

    private final Violations violations;
    private final PauseMeter pauses;
    private final List<Output> outputs = new ArrayList<>();
    /** The content of each number, 0 for none. */
    private long[] order = new long[1 << 16];

    private int highest;

    /** @param pauses is told the numbers */
    public OrderCheck(Violations violations, PauseMeter pauses) {
        this.violations = violations;
        this.pauses = pauses;
    }

    /** The output of a directory that has nothing. */
    synchronized Output output(String name) {
        Output output = new Output(name);
        outputs.add(output);
        return output;
    }

    /** A process that prints to an output, and writes lines with its own name. */
    Life begin(String name, Output output) {
        return new Life(name, output);
    }

    /** How many numbers were given. */
    public synchronized int size() {
        return highest;
    }

    private void enter(String by, int seqno, String what) {
        if (seqno >= order.length) {
            order = Arrays.copyOf(order, Math.max(seqno + 1, 2 * order.length));
        }
        long content = what.hashCode() * 0x9E3779B97F4A7C15L + what.length() + 1;
        if (order[seqno] == 0) {
            order[seqno] = content;
        } else if (order[seqno] != content) {
            violations.add(by + " has at " + seqno + " what no other has: " + what);
        }
        highest = Math.max(highest, seqno);
        pauses.saw(seqno);
    }

    /** At any time: no output has a gap before its last line. */
    public synchronized void checkSoFar() {
        BitSet writeSets = writeSets();
        for (Output output : outputs) {
            output.check(writeSets, output.last);
        }
    }

    /** After the last line of all. {@code complete} are the outputs that must have the whole order. */
    public synchronized void check(Set<Output> complete) {
        for (int seqno = 1; seqno <= highest; seqno++) {
            if (order[seqno] == 0) {
                violations.add("nobody printed " + seqno);
            }
        }
        checkSoFar();
        BitSet writeSets = writeSets();
        complete.forEach(output -> output.check(writeSets, highest));
    }

    private BitSet writeSets() {
        BitSet all = new BitSet();
        outputs.forEach(output -> all.or(output.printed));
        return all;
    }
}
