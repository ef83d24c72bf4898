package io.dromon.transport;

import io.dromon.transport.evs.EvsSettings;
import io.dromon.transport.mesh.MeshSettings;
import io.dromon.transport.primary.PrimarySettings;
import java.time.Duration;

/**
 * Settings of a node's transport; times in nanoseconds.
 *
 * @param startPrimary this node may declare itself the primary component (bootstrap)
 * @param announceTimeoutNs {@code pc.announce_timeout}
 * @param waitPrimary {@code pc.wait_prim}
 * @param waitPrimTimeoutNs {@code pc.wait_prim_timeout}
 * @param lingerNs {@code pc.linger}
 */
public record StackSettings(
        MeshSettings mesh,
        EvsSettings evs,
        PrimarySettings primary,
        boolean startPrimary,
        long announceTimeoutNs,
        boolean waitPrimary,
        long waitPrimTimeoutNs,
        long lingerNs) {
    /** Galera's defaults. */
    public static StackSettings defaults(String group, boolean startPrimary) {
        return new StackSettings(
                MeshSettings.defaults(group),
                EvsSettings.defaults(),
                PrimarySettings.defaults(),
                startPrimary,
                Duration.ofSeconds(3).toNanos(),
                true,
                Duration.ofSeconds(30).toNanos(),
                Duration.ofSeconds(20).toNanos());
    }
}
