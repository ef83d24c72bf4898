package io.dromon.transport.wire;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/** The text of peers, made fit for the messages of this node. */
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
        return isPrintable(text) ? text : shown(text, "?");
    }

    /** As {@link #printable}, and with an end: at most so many characters. */
    public static String printable(String text, int most) {
        return text.length() > most ? printable(text.substring(0, most)) + "..." : printable(text);
    }

    /** A message of several lines, for a log or a terminal: each further line is indented, so that none can be faked. */
    public static String lines(String text) {
        return isPrintable(text) ? text : shown(text, "\n    ");
    }

    /** JSON for a terminal: what could turn a line round or steer the terminal is written as an escape, and stays the value. */
    public static String json(String json) {
        if (isPrintable(json)) {
            return json;
        }
        StringBuilder out = new StringBuilder(json.length() + 16);
        json.chars().forEach(c -> {
            if (c == '\n' || c == '\r' || isPrintable(c) || Character.isSurrogate((char) c)) {
                out.append((char) c);
            } else {
                out.append(String.format(Locale.ROOT, "\\u%04x", c));
            }
        });
        return out.toString();
    }

    private static String shown(String text, String lineFeed) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            if (c == '\n') {
                out.append(lineFeed);
            } else {
                out.appendCodePoint(isPrintable(c) ? c : '?');
            }
        });
        return out.toString();
    }

    private static boolean isPrintable(String text) {
        return text.codePoints().allMatch(PeerText::isPrintable);
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
