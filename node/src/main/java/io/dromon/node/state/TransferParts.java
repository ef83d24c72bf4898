package io.dromon.node.state;

import io.dromon.node.cache.WriteSetCache;
import io.dromon.node.ist.IstModes;
import io.dromon.node.ist.IstSettings;
import io.dromon.node.state.snapshot.SnapshotSettings;
import java.util.function.Supplier;

/**
 * With what a node transfers state.
 *
 * @param cache what it gives events from
 * @param addresses where it receives events
 * @param ist times and bounds of incremental transfers
 * @param snapshots how snapshots are taken and given now
 * @param modes of connections for events
 * @param largestEventBytes the largest write-set that is taken
 */
public record TransferParts(
        WriteSetCache cache,
        IstAddresses addresses,
        IstSettings ist,
        Supplier<SnapshotSettings> snapshots,
        IstModes modes,
        int largestEventBytes) {}
