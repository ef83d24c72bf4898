package io.dromon.it.scenario;

import io.dromon.transport.primary.SavedView;
import io.dromon.transport.wire.Position;
import org.jspecify.annotations.Nullable;

/** What a machine keeps while no process of the node runs on it. */
final class Disk {
    /** {@code gvwstate.dat}. */
    @Nullable
    SavedView saved;

    /** How far the application of the node has come. */
    Position kept = Position.NONE;
}
