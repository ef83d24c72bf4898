package io.dromon.node.state;

import io.dromon.node.cache.WriteSetCache;
import io.dromon.node.ist.IstSettings;
import io.dromon.node.state.snapshot.SnapshotSettings;
import io.dromon.transport.tls.TlsContexts;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * With what a node transfers state.
 *
 * @param cache what it gives events from
 * @param addresses where it receives events
 * @param ist times and bounds of incremental transfers
 * @param snapshots how snapshots are taken and given now
 * @param tls what connections are made with now; empty in plain text
 * @param largestEventBytes the largest write-set that is taken
 */
public record TransferParts(
        WriteSetCache cache,
        IstAddresses addresses,
        IstSettings ist,
        Supplier<SnapshotSettings> snapshots,
        Supplier<Optional<TlsContexts>> tls,
        int largestEventBytes) {}
