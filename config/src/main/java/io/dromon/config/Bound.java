package io.dromon.config;

import java.util.Optional;
import java.util.function.Function;

/**
 * One end of an option's range.
 *
 * @param side which end
 * @param limit computes the end, perhaps from other options
 * @param text the end as a reader writes it: {@code PT0.1S}, {@code evs.suspect_timeout/3}
 * @param when whether it binds at start, at run time, or always
 */
record Bound<T>(Side side, Function<Values, T> limit, String text, When when) {
    enum Side {
        AT_LEAST("at least"),
        AT_MOST("at most"),
        MORE_THAN("more than"),
        LESS_THAN("less than");

        final String words;

        Side(String words) {
            this.words = words;
        }
    }

    enum When {
        START,
        RUNTIME,
        ALWAYS
    }

    boolean binds(When now) {
        return when == When.ALWAYS || when == now;
    }

    /** What is wrong with the value: the broken end in words. */
    Optional<String> broken(T value, Values values, OptionType<T> type) {
        T end = limit.apply(values);
        int order = compare(value, end);
        boolean kept = switch (side) {
            case AT_LEAST -> order >= 0;
            case AT_MOST -> order <= 0;
            case MORE_THAN -> order > 0;
            case LESS_THAN -> order < 0;
        };
        if (kept) {
            return Optional.empty();
        }
        String printed = type.print(end);
        return Optional.of(side.words + " " + (printed.equals(text) ? text : text + " (now " + printed + ")"));
    }

    String describe() {
        String words = side.words + " " + text;
        return switch (when) {
            case ALWAYS -> words;
            case START -> words + " at start";
            case RUNTIME -> words + " at run time";
        };
    }

    @SuppressWarnings("unchecked") // bounds are only put on options whose values are comparable with themselves
    private static <T> int compare(T left, T right) {
        return ((Comparable<T>) left).compareTo(right);
    }
}
