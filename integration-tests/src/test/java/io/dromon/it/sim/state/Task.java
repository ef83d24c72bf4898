package io.dromon.it.sim.state;

import io.dromon.node.group.GroupEvent;
import io.dromon.transport.wire.Position;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What waits for the application of a node, in order. */
sealed interface Task {
    /** @param own the content of an own write-set, whose writer waits; null for others */
    record Apply(long seqno, Ordered what, @Nullable OwnWriteSet own) implements Task {}

    record View(GroupEvent.ConfigurationChange change) implements Task {}

    /** The point of an own causal read: all up to that number is in the state when it comes. */
    record Read(long seqno, OwnRead own) implements Task {}

    /** A majority has synced all up to there. */
    record MajoritySynced(Position upTo) implements Task {}

    /** The primary component is lost. */
    record ComponentLost() implements Task {}

    /** A node without state is given this history from its beginning. */
    record Begin(UUID history) implements Task {}

    record TakeSnapshot(Consumer<Snapshot> done) implements Task {}

    /**
     * @param began told when the application begins with it
     * @param done told whether the application has taken it
     */
    record Restore(Snapshot snapshot, Runnable began, Consumer<Boolean> done) implements Task {}

    /**
     * A copy of an application's state.
     *
     * @param position what it is said to be
     */
    record Snapshot(StoredState state, Position position) {}
}
