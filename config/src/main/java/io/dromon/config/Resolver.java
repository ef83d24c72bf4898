package io.dromon.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns what is given into a value for each option: reads the texts, fills in defaults, checks ranges, and collects problems
 * and warnings.
 */
final class Resolver implements Values {
    /**
     * A text that is given for an option.
     *
     * @param inFile whether it stands in an option file, where relative paths belong to the data directory
     */
    record Given(String text, Source source, boolean inFile) {}

    final Map<Option<?>, Object> values = new HashMap<>();
    final Map<Option<?>, Source> sources = new HashMap<>();
    final List<String> warnings = new ArrayList<>();
    private final List<ConfigProblem> problems;
    private final Map<Option<?>, Given> given;
    private final Map<Option<?>, String> otherDefaults;
    private final Map<Option<?>, Boolean> bad = new HashMap<>();

    /**
     * @param given texts by option
     * @param otherDefaults defaults of the node's role
     * @param problems gets all problems
     */
    Resolver(Map<Option<?>, Given> given, Map<Option<?>, String> otherDefaults, List<ConfigProblem> problems) {
        this.given = given;
        this.otherDefaults = otherDefaults;
        this.problems = problems;
    }

    /** Resolves all options of the registry. */
    void resolve() {
        List<Option<?>> all = new ArrayList<>(Registry.all());
        given.keySet().stream().filter(option -> !all.contains(option)).forEach(all::add); // members of families
        for (Option<?> option : all) {
            optional(option);
        }
        orderEvsTimers();
        for (Option<?> option : all) {
            checkRange(option);
            judgeSupport(option);
        }
    }

    private void orderEvsTimers() {
        EvsTimerOrder order = EvsTimerOrder.of(
                this, option -> sources.getOrDefault(option, Source.DEFAULT).kind() != Source.Kind.DEFAULT);
        adjust(EvsOptions.EVS_SUSPECT_TIMEOUT, order.suspect(), order);
        adjust(EvsOptions.EVS_INSTALL_TIMEOUT, order.install(), order);
        adjust(EvsOptions.EVS_INACTIVE_TIMEOUT, order.inactive(), order);
    }

    private <T> void adjust(Option<T> option, T adjusted, Object why) {
        T before = value(option);
        if (!before.equals(adjusted)) {
            values.put(option, adjusted);
            warnings.add(option.name() + " is " + option.type().print(adjusted) + " and not "
                    + option.type().print(before) + ", its default: " + why + " must hold");
        }
    }

    @Override
    public <T> Optional<T> optional(Option<T> option) {
        if (!sources.containsKey(option)) {
            Optional<T> read = read(option);
            sources.putIfAbsent(option, Source.DEFAULT);
            Optional<T> value = read.isPresent() ? read : byDefault(option);
            value.ifPresent(present -> values.put(option, present));
        }
        return known(option);
    }

    @Override
    public <T> SortedMap<String, T> members(Option<T> family) {
        List<Option<?>> asked = new ArrayList<>(given.keySet());
        asked.stream()
                .filter(option -> option.name().startsWith(family.prefix()))
                .forEach(this::optional);
        return family.members(values);
    }

    @SuppressWarnings("unchecked") // values holds for each option what its own type has read
    private <T> Optional<T> known(Option<T> option) {
        return Optional.ofNullable((T) values.get(option));
    }

    private <T> Optional<T> byDefault(Option<T> option) {
        String role = otherDefaults.get(option);
        if (role != null) {
            return Optional.of(option.parse(role));
        }
        Derivation derivation = new Derivation();
        Optional<T> value = option.defaultValue(derivation);
        if (derivation.cause != null) {
            sources.replace(option, Source.DEFAULT, derivation.cause);
        }
        return value;
    }

    /** Hands out the values that a derived default looks at, and remembers the first one that was given. */
    private final class Derivation implements Values {
        private @Nullable Source cause;

        @Override
        public <T> Optional<T> optional(Option<T> option) {
            Optional<T> value = Resolver.this.optional(option);
            if (value.isPresent()) {
                lookedAt(option);
            }
            return value;
        }

        @Override
        public <T> SortedMap<String, T> members(Option<T> family) {
            SortedMap<String, T> members = Resolver.this.members(family);
            members.keySet().forEach(name -> lookedAt(family.member(name)));
            return members;
        }

        private void lookedAt(Option<?> option) {
            Source source = sources.getOrDefault(option, Source.DEFAULT);
            boolean derived = source.kind() == Source.Kind.DEFAULT && !source.equals(Source.DEFAULT);
            if (cause == null && (derived || source.kind() != Source.Kind.DEFAULT)) {
                cause = derived ? source : Source.derived(source, option);
            }
        }
    }

    /** The values without those that have a problem: these have their default, if there is one. */
    Map<Option<?>, Object> usable() {
        bad.keySet().forEach(this::reset);
        return values;
    }

    private <T> void reset(Option<T> option) {
        values.remove(option);
        option.defaultValue(this).ifPresent(value -> values.put(option, value));
    }

    private <T> Optional<T> read(Option<T> option) {
        Given text = given.get(option);
        if (text == null || (text.text().isEmpty() && option.type().emptyIsUnset())) {
            return Optional.empty();
        }
        sources.put(option, text.source());
        try {
            T value = option.parse(text.text());
            T counting = option.lenient(value);
            if (!counting.equals(value)) {
                warnings.add(text.source().place() + ": " + option.name() + ": '" + text.text() + "' is taken as "
                        + option.type().print(counting));
            }
            return Optional.of(text.inFile() ? option.type().below(directoryOf(option), counting) : counting);
        } catch (IllegalArgumentException e) {
            bad.put(option, true);
            problems.add(new ConfigProblem(text.source().place(), String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }

    /**
     * Where relative paths of an option file begin: mariadbd changes into its data directory, so in {@code datadir}, or
     * without one in the directory of the node's state files.
     */
    private Path directoryOf(Option<?> option) {
        Path here = Path.of("");
        if (option.equals(ServerOptions.DATADIR) || option.equals(ReplicationOptions.GCACHE_NAME)) {
            return here; // the former is the beginning, the latter belongs to gcache.dir
        }
        if (given.containsKey(ServerOptions.DATADIR)) {
            return optional(ServerOptions.DATADIR).orElse(here);
        }
        boolean state = option.equals(Options.BASE_DIR) || option.equals(ServerOptions.WSREP_DATA_HOME_DIR);
        Path directory = state ? here : optional(Options.BASE_DIR).orElse(here);
        return directory.equals(Path.of(".")) ? here : directory;
    }

    /** Why a file was looked for where it was, to stand behind that place; empty if it is the place that was given. */
    String whyThere(Option<?> option) {
        Given text = given.get(option);
        Path directory = directoryOf(option);
        if (text == null
                || !text.inFile()
                || directory.equals(Path.of(""))
                || text.text().startsWith("/")) {
            return "";
        }
        return "; a relative path in an option file belongs to the data directory, " + directory.toAbsolutePath();
    }

    private <T> void checkRange(Option<T> option) {
        Optional<T> value = known(option);
        if (value.isEmpty() || bad.containsKey(option)) {
            return;
        }
        Source source = sources.getOrDefault(option, Source.DEFAULT);
        if (source.kind() == Source.Kind.DEFAULT && option.support().level() == Support.Level.NO_EFFECT) {
            return; // it only says once more what the option that it is derived from says
        }
        String place = source.kind() == Source.Kind.DEFAULT ? "default of " + option.name() : source.place();
        Given text = given.get(option);
        String written = text == null || source.kind() == Source.Kind.DEFAULT ? "" : text.text();
        option.rangeProblem(value.get(), written, this, Bound.When.START).ifPresent(problem -> {
            bad.put(option, true);
            problems.add(new ConfigProblem(place, problem));
        });
    }

    private <T> void judgeSupport(Option<T> option) {
        Given text = given.get(option);
        if (text == null || bad.containsKey(option)) {
            return;
        }
        String place = text.source().place() + ": " + option.name();
        Support support = option.support();
        switch (support.level()) {
            case HONOURED -> {
                if (!option.deprecated().isEmpty()) {
                    warnings.add(place + " is deprecated: " + option.deprecated());
                }
            }
            case NOT_YET -> warnings.add(place + " is read, but Dromon does not honour it yet");
            case NO_EFFECT -> warnings.add(place + " has no effect: " + support.note());
            case REFUSED -> {
                if (!known(option).equals(option.defaultValue(this))
                        && !text.text().isEmpty()) {
                    problems.add(new ConfigProblem(text.source().place(), option.name() + ": " + support.note()));
                }
            }
        }
    }
}
