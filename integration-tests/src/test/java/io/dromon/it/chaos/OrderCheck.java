package io.dromon.it.chaos;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Compares what all processes printed, from their output alone. A number of the cluster's order has one content, a
 * write-set or a view, wherever it was printed: two components that both committed would show here. An output never
 * goes backwards, has the lines of each writer in their order, and misses nothing while its process stays in the
 * primary component.
 */
final class OrderCheck {
    /** One process, from its start to its end. */
    final class Life {
        private final String name;
        private final BitSet printed = new BitSet();
        /** The numbers of the primary views that it came back by. */
        private final List<Integer> returns = new ArrayList<>();
        /** The last line of each writer. */
        private final Map<String, Long> lines = new HashMap<>();

        private boolean primary;
        private int last = -1;
        private long own;
        private long failed;

        private Life(String name) {
            this.name = name;
        }

        /** A line of standard output: number, origin, and what a writer wrote: its own name, a number, filling. */
        void output(String line) {
            synchronized (OrderCheck.this) {
                String[] parts = line.split("\t", 3);
                String[] words = parts.length == 3 ? parts[2].split(" ", 3) : new String[0];
                if (words.length < 2) {
                    violate(name + " printed " + line);
                    return;
                }
                int seqno = Integer.parseInt(parts[0]);
                if (seqno <= last) {
                    violate(name + " printed " + seqno + " after " + last);
                }
                last = seqno;
                printed.set(seqno);
                enter(name, seqno, parts[1] + "\t" + parts[2]);
                Long before = lines.put(words[0], Long.parseLong(words[1]));
                if (before != null && before >= Long.parseLong(words[1])) {
                    violate(name + " printed line " + words[1] + " of " + words[0] + " after " + before);
                }
                own += words[0].equals(name) ? 1 : 0;
            }
        }

        /** A view of its log; {@code what} is its configuration and its members. */
        void view(boolean isPrimary, int seqno, String what) {
            synchronized (OrderCheck.this) {
                if (isPrimary) {
                    enter(name, seqno, what);
                    if (!primary) {
                        returns.add(seqno);
                    }
                }
                primary = isPrimary;
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
                return own + failed;
            }
        }

        private boolean came(int after, int upTo) {
            return returns.stream().anyMatch(seqno -> seqno > after && seqno <= upTo);
        }
    }

    private final Consumer<String> report;
    private final List<Life> lives = new ArrayList<>();
    private final Set<String> violations = new LinkedHashSet<>();
    /** The content of each number, 0 for none. */
    private long[] order = new long[1 << 16];

    private int highest;
    private long lastNewNs = System.nanoTime();
    private long longestPauseNs;

    /** @param report is told each violation at once */
    OrderCheck(Consumer<String> report) {
        this.report = report;
    }

    synchronized Life begin(String name) {
        Life life = new Life(name);
        lives.add(life);
        return life;
    }

    synchronized void violate(String what) {
        if (violations.size() < 20 && violations.add(what)) {
            report.accept("VIOLATION: " + what);
        }
    }

    synchronized boolean violated() {
        return !violations.isEmpty();
    }

    /** How many numbers were given. */
    synchronized int size() {
        return highest;
    }

    /** The longest time without a new number since the last call, in nanoseconds. */
    synchronized long takeLongestPauseNs() {
        long now = System.nanoTime();
        long longest = Math.max(longestPauseNs, now - lastNewNs);
        longestPauseNs = 0;
        lastNewNs = now;
        return longest;
    }

    private void enter(String by, int seqno, String what) {
        if (seqno >= order.length) {
            order = Arrays.copyOf(order, Math.max(seqno + 1, 2 * order.length));
        }
        long content = what.hashCode() * 0x9E3779B97F4A7C15L + what.length() + 1;
        if (order[seqno] == 0) {
            order[seqno] = content;
        } else if (order[seqno] != content) {
            violate(by + " has at " + seqno + " what no other has: " + what);
        }
        if (seqno > highest) {
            highest = seqno;
            long now = System.nanoTime();
            longestPauseNs = Math.max(longestPauseNs, now - lastNewNs);
            lastNewNs = now;
        }
    }

    /** After the last line of all. {@code last} are the lives that were there to the end. */
    synchronized void check(Set<Life> last) {
        for (int seqno = 1; seqno <= highest; seqno++) {
            if (order[seqno] == 0) {
                violate("nobody printed " + seqno);
            }
        }
        for (Life life : lives) {
            int before = life.printed.nextSetBit(0);
            while (before >= 0) {
                int next = life.printed.nextSetBit(before + 1);
                int end = next < 0 ? (last.contains(life) ? highest + 1 : before + 1) : next;
                for (int seqno = before + 1; seqno < end; seqno++) {
                    if (isWriteSet(seqno) && !life.came(seqno, end)) {
                        violate(life.name + " misses " + seqno + " between " + before + " and " + end);
                    }
                }
                before = next;
            }
        }
    }

    private boolean isWriteSet(int seqno) {
        return lives.stream().anyMatch(life -> life.printed.get(seqno));
    }
}
