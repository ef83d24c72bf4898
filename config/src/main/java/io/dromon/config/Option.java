package io.dromon.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One option: everything that is known about it. All options stand in the registry ({@link Registry#all}).
 *
 * @param <T> the class of its values
 */
public final class Option<T> {
    /** Where an option is written. */
    public enum Scope {
        /** In a provider-option string, as {@code evs.suspect_timeout}. */
        PROVIDER,
        /** In a server section of an option file, as {@code wsrep_cluster_name}. */
        SERVER,
        /** In the {@code [sst]} section of an option file; the registry puts {@code sst.} in front of the name. */
        SST
    }

    /** What a running node does with a new value. */
    public enum Change {
        /** Refuses it. */
        NO,
        /** Takes it over. */
        YES,
        /** Does something once; the value is the order, not a setting. */
        TRIGGER
    }

    /** What MariaDB prints for true, and what the bare name of a switch says. */
    static final String ON = "ON";

    private final String name;
    private final Scope scope;
    private final OptionType<T> type;
    private final String unit;
    private final Function<Values, Optional<T>> defaultValue;
    private final String defaultText;
    private final List<Bound<T>> bounds;
    private final Function<T, Optional<String>> check;
    private final String checkText;
    private final UnaryOperator<T> lenient;
    private final Change runtime;
    private final Support support;
    private final String doc;
    private final boolean hidden;
    private final boolean secret;
    private final String deprecated;
    private final boolean inAddress;
    private final boolean family;
    private final String bare;

    private Option(Builder<T> builder) {
        name = builder.name;
        scope = builder.scope;
        type = builder.type;
        unit = builder.unit;
        defaultValue = builder.defaultValue;
        defaultText = builder.defaultText;
        bounds = List.copyOf(builder.bounds);
        check = builder.check;
        checkText = builder.checkText;
        lenient = builder.lenient;
        runtime = builder.runtime;
        support = builder.support;
        doc = builder.doc;
        hidden = builder.hidden;
        secret = builder.secret;
        deprecated = builder.deprecated;
        family = builder.family;
        bare = builder.bare;
        inAddress = scope == Scope.PROVIDER
                && (name.startsWith("gmcast.") || name.startsWith("evs.") || name.startsWith("pc."));
    }

    private Option(Option<T> of, String name) {
        this.name = name;
        scope = of.scope;
        type = of.type;
        unit = of.unit;
        defaultValue = of.defaultValue;
        defaultText = of.defaultText;
        bounds = of.bounds;
        check = of.check;
        checkText = of.checkText;
        lenient = of.lenient;
        runtime = of.runtime;
        support = of.support;
        doc = of.doc;
        hidden = of.hidden;
        secret = of.secret;
        deprecated = of.deprecated;
        inAddress = of.inAddress;
        family = true;
        bare = of.bare;
    }

    /** The name as it is written in its scope's usual place; unique in the registry. */
    public String name() {
        return name;
    }

    /** Where it is written. */
    public Scope scope() {
        return scope;
    }

    /** Its type. */
    public OptionType<T> type() {
        return type;
    }

    /** The unit of a plain number ({@code bytes}, {@code actions}); empty where there is none. */
    public String unit() {
        return unit;
    }

    /** The default in words: {@code PT5S}, {@code evs.inactive_timeout/2}; empty if unset by default. */
    public String defaultText() {
        return defaultText;
    }

    /** The range in words; empty if every value of the type is allowed. */
    public String range() {
        List<String> words = new ArrayList<>();
        for (Bound<T> bound : bounds) {
            words.add(bound.describe());
        }
        if (!checkText.isEmpty()) {
            words.add(checkText);
        }
        return String.join(", ", words);
    }

    /** What a running node does with a new value. */
    public Change change() {
        return runtime;
    }

    /** What Dromon does with it. */
    public Support support() {
        return support;
    }

    /** What an option file says with the bare name: mariadbd takes it as a switch. Nothing if a value must follow. */
    Optional<String> bare() {
        return bare.isEmpty() && type == Types.BOOLEAN
                ? Optional.of("true")
                : Optional.of(bare).filter(text -> !text.isEmpty());
    }

    /** Whether it says yes or no, so that {@code skip-}, {@code disable-} and {@code enable-} may stand before its name. */
    boolean isSwitch() {
        return type == Types.BOOLEAN || bare.equals(ON);
    }

    /** One sentence on what it governs. */
    public String doc() {
        return doc;
    }

    /** Whether Galera leaves it out of its listings. */
    public boolean hidden() {
        return hidden;
    }

    /** Whether its value must not be shown. */
    public boolean secret() {
        return secret;
    }

    /** What to use instead; empty if the option is current. */
    public String deprecated() {
        return deprecated;
    }

    /** Whether the query part of the cluster address reaches it (chapter 01 section 10). */
    public boolean inAddress() {
        return inAddress;
    }

    /** Whether it is an option family: the last part of its name is a word of the user's choice. */
    public boolean family() {
        return family;
    }

    /** What the names of a family begin with, up to and with the last dot. */
    String prefix() {
        return name.substring(0, name.lastIndexOf('.', name.length() - 2) + 1);
    }

    /** The values of this family by the last part of the name, in alphabetical order. */
    @SuppressWarnings("unchecked") // members of a family have its type
    SortedMap<String, T> members(Map<Option<?>, Object> values) {
        SortedMap<String, T> members = new TreeMap<>();
        values.forEach((option, value) -> {
            if (option.family() && option.name().startsWith(prefix())) {
                members.put(option.name().substring(prefix().length()), (T) value);
            }
        });
        return members;
    }

    /** The option of a family with that last part; equal to any other of the same name. */
    public Option<T> member(String last) {
        return new Option<>(this, prefix() + last);
    }

    /** Options are equal if their names are: a registry has no two of a name, a family makes its members as asked. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Option<?> option && option.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    /**
     * Reads a value, without looking at the range.
     *
     * @throws IllegalArgumentException with type, range and an example
     */
    public T parse(String text) {
        try {
            if (!NameBytes.isText(text) && !type.takesNames() && support.level() != Support.Level.NO_EFFECT) {
                throw new IllegalArgumentException("not UTF-8 text");
            }
            return type.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(badValue(text, reason(e)), e);
        }
    }

    Optional<T> defaultValue(Values values) {
        return defaultValue.apply(values);
    }

    /** The value that counts for the given one: Galera takes some values out of range as another one, with a warning. */
    T lenient(T value) {
        return lenient.apply(value);
    }

    /**
     * What is wrong with the value, as a whole sentence.
     *
     * @param written the value as it was given; empty for a default
     */
    Optional<String> rangeProblem(T value, String written, Values values, Bound.When when) {
        String shown = written.isEmpty() ? type.print(value) : written;
        for (Bound<T> bound : bounds) {
            if (bound.binds(when)) {
                Optional<String> broken = bound.broken(value, values, type);
                if (broken.isPresent()) {
                    return Optional.of(badValue(shown, "must be " + broken.get()));
                }
            }
        }
        return check.apply(value).map(reason -> badValue(shown, reason));
    }

    private String badValue(String text, String reason) {
        String shown = secret ? "the value" : "'" + text + "'";
        String range = range();
        String example = defaultText.isEmpty() || !isReadable(defaultText) ? type.example() : defaultText;
        return name + ": " + shown + " is refused (" + reason + "); expected " + type.expects()
                + (range.isEmpty() ? "" : ", " + range) + ", for example " + example;
    }

    private boolean isReadable(String text) {
        try {
            type.parse(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String reason(IllegalArgumentException problem) {
        String message = problem.getMessage();
        return message == null ? "unreadable" : message;
    }

    @Override
    public String toString() {
        return name;
    }

    static <T> Builder<T> of(String name, OptionType<T> type) {
        return new Builder<>(name, type);
    }

    /** Describes an option; {@link #in} ends it. */
    static final class Builder<T> {
        private final String name;
        private final OptionType<T> type;
        private Scope scope = Scope.PROVIDER;
        private String unit = "";
        private Function<Values, Optional<T>> defaultValue = values -> Optional.empty();
        private String defaultText = "";
        private final List<Bound<T>> bounds = new ArrayList<>();
        private Function<T, Optional<String>> check = value -> Optional.empty();
        private String checkText = "";
        private UnaryOperator<T> lenient = UnaryOperator.identity();
        private Change runtime = Change.NO;
        private Support support = new Support(Support.Level.NOT_YET, Support.Part.NODE, "");
        private String doc = "";
        private boolean hidden;
        private boolean secret;
        private String deprecated = "";
        private boolean family;
        private String bare = "";

        private Builder(String name, OptionType<T> type) {
            this.name = name;
            this.type = type;
        }

        Builder<T> scope(Scope where) {
            scope = where;
            return this;
        }

        Builder<T> unit(String words) {
            unit = words;
            return this;
        }

        /** A fixed default, as it is written. */
        Builder<T> byDefault(String text) {
            Optional<T> value = Optional.of(type.parse(text));
            defaultText = text;
            defaultValue = values -> value;
            return this;
        }

        /** A default that looks at other options; it may have nothing to say. */
        Builder<T> derived(String text, Function<Values, Optional<T>> rule) {
            defaultText = text;
            defaultValue = rule;
            return this;
        }

        Builder<T> min(String text) {
            return bound(Bound.Side.AT_LEAST, Bound.When.ALWAYS, text);
        }

        Builder<T> max(String text) {
            return bound(Bound.Side.AT_MOST, Bound.When.ALWAYS, text);
        }

        Builder<T> bound(Bound.Side side, Bound.When when, String text) {
            T limit = type.parse(text);
            return bound(side, when, text, values -> limit);
        }

        Builder<T> bound(Bound.Side side, Bound.When when, String text, Function<Values, T> limit) {
            bounds.add(new Bound<>(side, limit, text, when));
            return this;
        }

        /** A rule that is no end of a range: its words, and what is wrong with a value. */
        Builder<T> check(String words, Function<T, Optional<String>> rule) {
            checkText = words;
            check = rule;
            return this;
        }

        Builder<T> lenient(UnaryOperator<T> rule) {
            lenient = rule;
            return this;
        }

        Builder<T> runtime() {
            runtime = Change.YES;
            return this;
        }

        Builder<T> trigger() {
            runtime = Change.TRIGGER;
            return this;
        }

        Builder<T> honoured(Support.Part part) {
            support = new Support(Support.Level.HONOURED, part, "");
            return this;
        }

        Builder<T> notYet(Support.Part part) {
            support = new Support(Support.Level.NOT_YET, part, "");
            return this;
        }

        Builder<T> noEffect(String reason) {
            support = new Support(Support.Level.NO_EFFECT, Support.Part.NONE, reason);
            return this;
        }

        Builder<T> refused(String reason) {
            support = new Support(Support.Level.REFUSED, Support.Part.NONE, reason);
            return this;
        }

        Builder<T> hidden() {
            hidden = true;
            return this;
        }

        Builder<T> secret() {
            secret = true;
            return this;
        }

        /** The name's last part, in capitals, stands for a word of the user's choice. */
        Builder<T> family() {
            family = true;
            return this;
        }

        /** What the bare name says, of an option that is no boolean here. */
        Builder<T> bare(String value) {
            bare = value;
            return this;
        }

        Builder<T> deprecated(String instead) {
            deprecated = instead;
            return this;
        }

        Builder<T> doc(String sentence) {
            doc = sentence;
            return this;
        }

        /** Makes the option and adds it to a part of the registry. */
        Option<T> in(List<Option<?>> registry) {
            Option<T> option = new Option<>(this);
            registry.add(option);
            return option;
        }
    }
}
