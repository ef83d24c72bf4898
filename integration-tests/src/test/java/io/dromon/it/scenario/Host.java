package io.dromon.it.scenario;

import org.jspecify.annotations.Nullable;

/** A machine: its disk, and the node that runs on it. */
final class Host {
    final int index;
    final String name;
    Disk disk = new Disk();

    /** Null while none runs. */
    @Nullable
    ScenarioNode node;

    /** Whether no path leads to it or from it. */
    boolean unplugged;

    Host(int index) {
        this.index = index;
        this.name = Names.of(index);
    }
}
