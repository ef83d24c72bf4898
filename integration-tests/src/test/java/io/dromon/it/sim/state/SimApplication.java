package io.dromon.it.sim.state;

import io.dromon.it.sim.state.Task.Snapshot;
import io.dromon.node.group.GroupEvent;
import io.dromon.transport.wire.Position;
import java.util.ArrayDeque;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The application of a node: applies one task after the other, and insists on every number once and in order. */
final class SimApplication {
    /** Told of what own callers wait for. */
    interface Callers {
        void onEnd(OwnWriteSet own, boolean applied, long seqno);

        void onRead(OwnRead own);

        void onMajoritySynced(Position upTo);

        void onComponentLost();
    }

    private final String name;
    private final HostDisk disk;
    private final HistoryChecker checker;
    private final Callers callers;
    private final ArrayDeque<Task> tasks = new ArrayDeque<>();
    private long applied;
    /** What it is taking, which may last; nothing else is done meanwhile. */
    private Task.@Nullable Restore restoring;

    SimApplication(String name, HostDisk disk, HistoryChecker checker, Callers callers) {
        this.name = name;
        this.disk = disk;
        this.checker = checker;
        this.callers = callers;
        this.applied = disk.state.position().seqno();
    }

    void enqueue(Task task) {
        tasks.add(task);
    }

    int waiting() {
        return tasks.size();
    }

    boolean isIdle() {
        return tasks.isEmpty() && restoring == null;
    }

    /** What it tells the group. */
    long applied() {
        return applied;
    }

    void work(int most) {
        for (int i = 0; i < most && !tasks.isEmpty() && restoring == null; i++) {
            take(tasks.remove());
        }
    }

    private void take(Task task) {
        if (task instanceof Task.Apply apply) {
            apply(apply.seqno(), apply.what(), apply.own());
        } else if (task instanceof Task.View view) {
            enter(view.change());
        } else if (task instanceof Task.Read read) {
            HistoryChecker.check(
                    disk.state.last() >= read.seqno(),
                    "read-sees-its-point",
                    () -> name + " reads as of " + read.seqno() + " at " + disk.state.position());
            callers.onRead(read.own());
        } else if (task instanceof Task.MajoritySynced synced) {
            callers.onMajoritySynced(synced.upTo());
        } else if (task instanceof Task.ComponentLost) {
            callers.onComponentLost();
        } else if (task instanceof Task.Begin begin) {
            HistoryChecker.check(
                    disk.state.last() == 0,
                    "applied-once",
                    () -> name + " begins again, and has " + disk.state.position());
            disk.state.begin(begin.history());
            applied = 0;
        } else if (task instanceof Task.TakeSnapshot take) {
            take.done().accept(new Snapshot(disk.state.copy(), disk.state.position()));
        } else if (task instanceof Task.Restore restore) {
            restoring = restore;
            restore.began().run();
        }
    }

    private void apply(long seqno, Ordered what, @Nullable OwnWriteSet own) {
        append(disk.state.history(), seqno, what.effect());
        if (own != null) {
            callers.onEnd(own, what.kind() == Ordered.Kind.WRITE_SET, seqno);
        }
    }

    private void append(UUID history, long seqno, long effect) {
        HistoryChecker.check(
                seqno == disk.state.last() + 1,
                "applied-once",
                () -> name + " is given " + history + ":" + seqno + ", and has all up to " + disk.state.position());
        disk.state.append(effect);
        applied = seqno;
    }

    private void enter(GroupEvent.ConfigurationChange change) {
        if (!change.groupUuid().equals(disk.state.history())) {
            HistoryChecker.check(
                    disk.state.last() == 0 && change.seqno() == 1,
                    "same-history",
                    () -> name + " comes from " + disk.state.position() + " into " + change);
            disk.state.begin(change.groupUuid());
        }
        if (change.seqno() > disk.state.last()) { // else a snapshot stands behind it
            append(change.groupUuid(), change.seqno(), StoredState.NOTHING);
        }
    }

    /** The end of a restore: whole, or not at all. */
    void endRestore(boolean works) {
        Task.Restore restore = restoring;
        if (restore == null) {
            throw new IllegalStateException("nothing is restored");
        }
        restoring = null;
        if (works) {
            disk.state = restore.snapshot().state().copy();
            applied = restore.snapshot().position().seqno();
            checker.checkState(name + ", restored,", disk.state);
        }
        restore.done().accept(works);
    }
}
