package io.dromon.transport.mesh;

import java.time.Duration;

/**
 * Settings of the mesh; times in nanoseconds.
 *
 * @param group group name, 1 to 32 bytes of UTF-8
 * @param segment {@code gmcast.segment}, 0 to 254
 * @param peerTimeoutNs {@code gmcast.peer_timeout}
 * @param timeWaitNs {@code gmcast.time_wait}
 */
public record MeshSettings(String group, int segment, long peerTimeoutNs, long timeWaitNs) {
    /** Galera's defaults. */
    public static MeshSettings defaults(String group) {
        return new MeshSettings(
                group, 0, Duration.ofSeconds(3).toNanos(), Duration.ofSeconds(5).toNanos());
    }
}
