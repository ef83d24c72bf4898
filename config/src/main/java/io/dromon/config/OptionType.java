package io.dromon.config;

import java.nio.file.Path;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The conversion of an option's text to a value and back.
 *
 * @param <T> the value's class
 */
public final class OptionType<T> {
    private final String name;
    private final String expects;
    private final String example;
    private final Function<String, T> parser;
    private final Function<T, String> printer;
    private final BiFunction<T, Path, T> below;
    private final boolean emptyIsUnset;
    private final boolean takesNames;

    OptionType(String name, String expects, String example, Function<String, T> parser, Function<T, String> printer) {
        this(name, expects, example, parser, printer, (value, directory) -> value);
    }

    /** @param below what a value with relative paths is when those belong to a directory */
    OptionType(
            String name,
            String expects,
            String example,
            Function<String, T> parser,
            Function<T, String> printer,
            BiFunction<T, Path, T> below) {
        this.name = name;
        this.expects = expects;
        this.example = example;
        this.parser = parser;
        this.printer = printer;
        this.below = below;
        this.emptyIsUnset = false;
        this.takesNames = false;
    }

    private OptionType(OptionType<T> of, boolean emptyIsUnset, boolean takesNames) {
        this.name = of.name;
        this.expects = of.expects;
        this.example = of.example;
        this.parser = of.parser;
        this.printer = of.printer;
        this.below = of.below;
        this.emptyIsUnset = emptyIsUnset;
        this.takesNames = takesNames;
    }

    /** The same type, of whose options an empty text says "unset", as an empty file name does in Galera. */
    OptionType<T> unsetIfEmpty() {
        return new OptionType<>(this, true, takesNames);
    }

    /** The same type, whose text may hold bytes that are no UTF-8, as names of files may ({@link NameBytes}). */
    OptionType<T> withNames() {
        return new OptionType<>(this, emptyIsUnset, true);
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
        return emptyIsUnset;
    }

    /** The value with its relative paths below a directory; the value itself where it holds none. */
    T below(Path directory, T value) {
        return below.apply(value, directory);
    }

    /** Whether its text may hold bytes that are no UTF-8, as names of files may ({@link NameBytes}). */
    boolean takesNames() {
        return takesNames;
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
