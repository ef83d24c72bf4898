package io.dromon.transport.wire;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** What peers said, made fit for the messages of this node. */
public final class PeerText {
    private PeerText() {}

    /** Nodes as a list of {@link Uuids#brief}. */
    public static String brief(Collection<UUID> nodes) {
        List<String> names = new ArrayList<>();
        for (UUID node : nodes) {
            names.add(Uuids.brief(node));
        }
        return names.toString();
    }

    /** Text of a peer for a message of this node: nothing that could fake a line or turn it round. */
    public static String printable(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> out.appendCodePoint(isPrintable(c) ? c : '?'));
        return out.toString();
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
