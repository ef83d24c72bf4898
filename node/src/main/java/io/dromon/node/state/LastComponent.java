package io.dromon.node.state;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The newest primary component that a node was in, as its disk remembers it: whose positions a proof needs that no commit is
 * lost.
 *
 * @param number seqno of its configuration
 * @param weights of its members, by name
 * @param gone whether the node has ended in order since, so that the others may have gone on without its weight
 */
public record LastComponent(long number, Map<String, Integer> weights, boolean gone) {
    private static final String HEAD = "# Dromon last primary component";
    private static final String END = "#end";

    public LastComponent {
        weights = Map.copyOf(weights);
    }

    /** The same, when the node has gone. */
    public LastComponent withoutThisNode() {
        return new LastComponent(number, weights, true);
    }

    /** The text of the file. */
    String text() {
        StringBuilder text = new StringBuilder(HEAD).append("\nnumber: ").append(number);
        text.append("\ngone: ").append(gone ? 1 : 0);
        new TreeMap<>(weights)
                .forEach((name, weight) -> text.append("\nmember: ")
                        .append(weight)
                        .append(' ')
                        .append(name.replace('\n', ' ').replace('\r', ' ')));
        return text.append('\n').append(END).append('\n').toString();
    }

    /** Reads the text; null if it is not whole. */
    static @Nullable LastComponent parse(String text) {
        if (!text.startsWith(HEAD + "\n") || !text.endsWith("\n" + END + "\n")) {
            return null;
        }
        long number = -1;
        int gone = -1;
        Map<String, Integer> weights = new TreeMap<>();
        try {
            for (String line : text.substring(HEAD.length() + 1, text.length() - END.length() - 2)
                    .split("\n", -1)) {
                int colon = line.indexOf(": ");
                String value = line.substring(colon + 2);
                switch (line.substring(0, Math.max(0, colon))) {
                    case "number" -> number = Long.parseLong(value);
                    case "gone" -> gone = Integer.parseInt(value);
                    case "member" -> {
                        int space = value.indexOf(' ');
                        weights.put(value.substring(space + 1), Integer.parseInt(value.substring(0, space)));
                    }
                    default -> {
                        return null;
                    }
                }
            }
        } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
            return null;
        }
        return number < 0 || gone < 0 || gone > 1 || weights.isEmpty()
                ? null
                : new LastComponent(number, weights, gone == 1);
    }
}
