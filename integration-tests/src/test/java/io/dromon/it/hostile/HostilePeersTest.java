package io.dromon.it.hostile;

import io.dromon.it.peers.TlsFiles;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * Peers that send garbage, stay silent, announce what never comes, come by the thousand or claim to be somebody else, in
 * plain text: the cluster keeps its view and its order, and takes in a proper node afterwards.
 */
@Tag("peers")
@Timeout(240)
final class HostilePeersTest extends Attacks {
    @Override
    @Nullable
    TlsFiles files() {
        return null;
    }
}
