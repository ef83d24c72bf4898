package io.dromon.transport.mesh;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Settings of the mesh; times in nanoseconds.
 *
 * @param group group name, 1 to 32 bytes of UTF-8
 * @param segment {@code gmcast.segment}, 0 to 254
 * @param peerTimeoutNs {@code gmcast.peer_timeout}
 * @param timeWaitNs {@code gmcast.time_wait}
 * @param bothModes {@code socket.dynamic}: addresses of TLS nodes are dialled although this node's are plain
 * @param mira {@code gmcast.mira}: so many times an address that a peer told is dialled again without success, until
 *     its node is in a view
 */
public record MeshSettings(
        String group, int segment, long peerTimeoutNs, long timeWaitNs, boolean bothModes, int mira) {
    private static final int MAX_SEGMENT = 254;

    public MeshSettings {
        int length = group.getBytes(StandardCharsets.UTF_8).length;
        if (length < 1 || length > GmcastMessage.GROUP_LENGTH || group.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "group name of " + length + " bytes, allowed are 1 to " + GmcastMessage.GROUP_LENGTH);
        }
        if (segment < 0 || segment > MAX_SEGMENT) {
            throw new IllegalArgumentException("gmcast.segment " + segment + " is not in 0 to " + MAX_SEGMENT);
        }
        if (peerTimeoutNs <= 0 || timeWaitNs < 0 || mira < 0) {
            throw new IllegalArgumentException(
                    "gmcast.peer_timeout must be positive, gmcast.time_wait and gmcast.mira not negative");
        }
    }

    /** For a cluster in one mode. */
    public MeshSettings(String group, int segment, long peerTimeoutNs, long timeWaitNs) {
        this(group, segment, peerTimeoutNs, timeWaitNs, false, Integer.MAX_VALUE);
    }

    /** Galera's defaults. */
    public static MeshSettings defaults(String group) {
        return new MeshSettings(
                group, 0, Duration.ofSeconds(3).toNanos(), Duration.ofSeconds(5).toNanos());
    }
}
