package io.dromon.config;

import java.util.function.Function;

/**
 * How the text of an option becomes a value and back.
 *
 * @param <T> the value's class
 */
public final class OptionType<T> {
    private final String name;
    private final String expects;
    private final String example;
    private final Function<String, T> parser;
    private final Function<T, String> printer;

    OptionType(String name, String expects, String example, Function<String, T> parser, Function<T, String> printer) {
        this.name = name;
        this.expects = expects;
        this.example = example;
        this.parser = parser;
        this.printer = printer;
    }

    /** One word: {@code duration}, {@code boolean}, {@code size}, ... */
    public String name() {
        return name;
    }

    /** What is expected, to be read after "is not": {@code a duration (ISO 8601, or seconds)}. */
    public String expects() {
        return expects;
    }

    /** A value of this type as it is written. */
    public String example() {
        return example;
    }

    /**
     * Reads a value; blanks around it are the caller's.
     *
     * @throws IllegalArgumentException if the text is no value of this type; the message says why, or is what
     *     {@link #expects} says
     */
    public T parse(String text) {
        return parser.apply(text);
    }

    /** Whether an empty text says "unset", as an empty file name does in Galera, instead of being refused or being a value. */
    boolean emptyIsUnset() {
        return this == Types.PATH || this == Types.ADDRESS || this == Types.UUID_TEXT;
    }

    /** Writes a value so that {@link #parse} reads it again. */
    public String print(T value) {
        return printer.apply(value);
    }

    @Override
    public String toString() {
        return name;
    }
}
