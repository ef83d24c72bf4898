package io.dromon.transport.mesh;

import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** What peers said, made fit for the messages of this node. */
final class PeerText {
    private PeerText() {}

    static String brief(Collection<UUID> nodes) {
        List<String> names = new ArrayList<>();
        for (UUID node : nodes) {
            names.add(Uuids.brief(node));
        }
        return names.toString();
    }

    /** Text of a peer for a message of this node: no control characters, nothing that could fake a line. */
    static String printable(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> out.appendCodePoint(Character.isLetterOrDigit(c) || (c >= ' ' && c <= '~') ? c : '?'));
        return out.toString();
    }
}
