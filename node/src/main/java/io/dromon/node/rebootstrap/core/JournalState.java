package io.dromon.node.rebootstrap.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where a procedure stands: what its records add up to. The same for one that is being written and one that is read. */
final class JournalState {
    private @Nullable RebootstrapPlan plan;
    private int runs;
    private UUID nonce = new UUID(0, 0);
    private Target target = Target.CHANGED;
    private Map<String, String> without = Map.of();
    private Phase phase = Phase.INSPECT;
    private boolean touched;
    private final List<Token> grants = new ArrayList<>();
    /** Who was to be sealed when that began. */
    private final Set<String> sealing = new TreeSet<>();

    private final Set<String> sealed = new TreeSet<>();
    private @Nullable Target ended;

    void add(JournalRecord record) {
        if (record instanceof JournalRecord.Planned planned) {
            require(plan == null, "a second plan");
            plan = planned.plan();
            return;
        }
        require(plan != null, "no plan at its beginning");
        boolean late = record instanceof JournalRecord.TurnedBack
                || record instanceof JournalRecord.Granted
                || record instanceof JournalRecord.Ended;
        require(ended == null || !late, "a decision behind its end");
        if (record instanceof JournalRecord.RunBegan began) {
            require(began.run() == runs + 1, "run " + began.run() + " behind run " + runs);
            runs = began.run();
            nonce = began.nonce();
            target = began.target();
            without = began.without();
        } else if (record instanceof JournalRecord.TurnedBack) {
            target = Target.ORIGINAL;
        } else if (record instanceof JournalRecord.PhaseBegan began) {
            phase = began.phase();
            touched |= phase == Phase.DRAIN;
            if (phase == Phase.SEAL && sealing.isEmpty()) {
                sealing.addAll(included());
            }
        } else if (record instanceof JournalRecord.Confirmed confirmed) {
            if (confirmed.phase() == Phase.SEAL) {
                sealed.add(confirmed.node());
            }
        } else if (record instanceof JournalRecord.Granted granted) {
            grants.add(granted.token());
        } else if (record instanceof JournalRecord.Ended end) {
            ended = end.target();
        }
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "the journal has " + what + ": it was not written by one coordinator after"
                            + " the other; keep it, and put the nodes right by hand");
        }
    }

    /** Whether there is a plan. */
    boolean isPlanned() {
        return plan != null;
    }

    RebootstrapPlan plan() {
        if (plan == null) {
            throw new IllegalStateException("no plan yet");
        }
        return plan;
    }

    /** How many runs there were, the present one included. */
    int runs() {
        return runs;
    }

    UUID nonce() {
        return nonce;
    }

    Target target() {
        return target;
    }

    Phase phase() {
        return phase;
    }

    /** Whether a node may have been drained: until then there is nothing to undo but what is staged. */
    boolean isTouched() {
        return touched;
    }

    /** Nodes that this run has given up, with the reason. */
    Map<String, String> without() {
        return without;
    }

    /**
     * Nodes that this run deals with, in the order of names: from SEAL on no other ones, and behind the end those that were
     * given up then.
     */
    Set<String> included() {
        Set<String> names = new TreeSet<>(plan().names());
        names.removeAll(without.keySet());
        if (ended != null) {
            names.removeAll(sealed);
        } else if (!sealing.isEmpty()) {
            names.retainAll(sealing);
        }
        return names;
    }

    /** All tokens, the oldest first. */
    List<Token> grants() {
        return grants;
    }

    /** Id of the last token; null if there was none. */
    @Nullable
    UUID round() {
        return grants.isEmpty() ? null : grants.get(grants.size() - 1).id();
    }

    /** How the procedure ended; null while it is open. */
    @Nullable
    Target ended() {
        return ended;
    }
}
