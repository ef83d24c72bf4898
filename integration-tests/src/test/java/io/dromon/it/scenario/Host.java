package io.dromon.it.scenario;

import io.dromon.transport.primary.SavedView;
import io.dromon.transport.wire.Position;
import org.jspecify.annotations.Nullable;

/** What a machine keeps while no process of the node runs on it, and the process while one runs. */
final class Host {
    final int index;
    final String name;
    /** {@code gvwstate.dat}. */
    @Nullable
    SavedView saved;

    /** How far the application of the node has come. */
    Position kept = Position.NONE;

    @Nullable
    ScenarioNode node;

    /** Whether no path leads to it or from it. */
    boolean unplugged;

    Host(int index) {
        this.index = index;
        this.name = Names.of(index);
    }

    /** The disk is empty. */
    void forget() {
        saved = null;
        kept = Position.NONE;
    }
}
