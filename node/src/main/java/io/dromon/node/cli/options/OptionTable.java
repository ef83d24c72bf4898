package io.dromon.node.cli.options;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.dromon.config.ConfigException;
import io.dromon.config.Defaults;
import io.dromon.config.NodeConfig;
import io.dromon.config.Option;
import io.dromon.config.Registry;
import io.dromon.config.ServerOptions;
import io.dromon.node.cli.print.Json;
import io.dromon.node.cli.print.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Prints options of the registry, with their values where a configuration is at hand. */
final class OptionTable {
    /** The shapes of a listing. */
    enum Format {
        /** A Markdown table; of one option a section. */
        MD,
        /** A JSON array; of one option an object. */
        JSON,
        /** Columns of plain text; of one option a line for each fact. */
        TABLE
    }

    private OptionTable() {}

    /** All options. */
    static String print(Format format) {
        return print(format, Registry.all(), Optional.empty());
    }

    /** All options with the values of a configuration and where they come from. */
    static String print(Format format, NodeConfig config) {
        return print(format, config.options(), Optional.of(config));
    }

    /**
     * One option, with all that is known about it.
     *
     * @throws ConfigException if there is none of this name; the message suggests the nearest
     */
    static String print(Format format, String name) {
        Option<?> option = Registry.find(name).orElseThrow(() -> ConfigException.unknownOption(name));
        return switch (format) {
            case MD ->
                "### `" + option.name() + "`\n\n"
                        + facts(option, Optional.empty()).stream()
                                .map(fact -> "- " + fact.name + ": " + escaped(fact.value) + "\n")
                                .reduce("", String::concat);
            case JSON -> json(entry(option, Optional.empty()));
            case TABLE ->
                option.name() + "\n"
                        + facts(option, Optional.empty()).stream()
                                .map(fact -> String.format(Locale.ROOT, "  %-10s %s%n", fact.name, fact.value))
                                .reduce("", String::concat);
        };
    }

    private static String json(Object document) {
        return Json.pretty(document) + "\n";
    }

    private record Fact(String name, String value) {}

    private static List<Fact> facts(Option<?> option, Optional<NodeConfig> config) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("where", where(option)));
        facts.add(new Fact("type", type(option)));
        facts.add(new Fact("default", byDefault(option)));
        config.ifPresent(current -> {
            facts.add(new Fact("value", current.text(option)));
            facts.add(new Fact("from", current.source(option).place()));
        });
        facts.add(new Fact("range", option.range().isEmpty() ? "any" : option.range()));
        facts.add(new Fact("runtime", runtime(option)));
        facts.add(new Fact("dromon", option.support().toString()));
        String doc = option.deprecated().isEmpty()
                ? option.doc()
                : option.doc() + " Deprecated: " + option.deprecated() + ".";
        facts.add(new Fact("doc", doc));
        return facts;
    }

    private static String print(Format format, List<Option<?>> options, Optional<NodeConfig> config) {
        return switch (format) {
            case MD -> markdown(options, config);
            case JSON ->
                json(options.stream().map(option -> entry(option, config)).toList());
            case TABLE -> columns(options, config);
        };
    }

    private static String markdown(List<Option<?>> options, Optional<NodeConfig> config) {
        StringBuilder table = new StringBuilder("| option |");
        StringBuilder rule = new StringBuilder("| --- |");
        for (Fact fact : facts(options.get(0), config)) {
            table.append(' ').append(fact.name).append(" |");
            rule.append(" --- |");
        }
        table.append('\n').append(rule).append('\n');
        for (Option<?> option : options) {
            table.append("| `").append(option.name()).append("` |");
            facts(option, config)
                    .forEach(fact ->
                            table.append(' ').append(escaped(fact.value)).append(" |"));
            table.append('\n');
        }
        return table.toString();
    }

    private static String columns(List<Option<?>> options, Optional<NodeConfig> config) {
        boolean configured = config.isPresent();
        Table table =
                Table.of("OPTION", configured ? "VALUE" : "DEFAULT", "TYPE", "RUNTIME", configured ? "FROM" : "DROMON");
        for (Option<?> option : options) {
            table.row(
                    option.name(),
                    config.map(current -> current.text(option)).orElseGet(() -> byDefault(option)),
                    option.type().name(),
                    runtime(option),
                    config.map(current -> current.source(option).place())
                            .orElseGet(() -> option.support().toString()));
        }
        return table.toString();
    }

    private static String type(Option<?> option) {
        String name = option.type().name();
        if (name.equals("one of") || name.equals("list")) {
            return option.type().expects();
        }
        return option.unit().isEmpty() ? name : name + " (" + option.unit() + ")";
    }

    /** The default in words and, where it derives from other options, what their defaults make of it. */
    private static String byDefault(Option<?> option) {
        String words = option.defaultText();
        String value = option.equals(ServerOptions.WSREP_NODE_NAME) ? "" : defaultValue(option);
        if (words.isEmpty()) {
            return value.isEmpty() ? "unset" : value;
        }
        boolean fixed = value.isEmpty() || !words.matches(".*[a-z] .*|[a-z_]+[._][a-z_]+.*") || words.equals(value);
        return fixed ? words : words + " (" + value + ")";
    }

    private static <T> String defaultValue(Option<T> option) {
        return Defaults.of(option).map(option.type()::print).orElse("");
    }

    /** An option as JSON; value and source where a configuration is at hand. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Entry(
            String name,
            String scope,
            String type,
            String expects,
            String unit,
            @JsonProperty("default") String byDefault,
            @Nullable String value,
            @Nullable String source,
            String range,
            String runtime,
            String support,
            String part,
            String note,
            String deprecated,
            boolean hidden,
            boolean secret,
            String doc) {}

    private static Entry entry(Option<?> option, Optional<NodeConfig> config) {
        return new Entry(
                option.name(),
                option.scope().name().toLowerCase(Locale.ROOT),
                option.type().name(),
                option.type().expects(),
                option.unit(),
                byDefault(option),
                config.map(current -> current.text(option)).orElse(null),
                config.map(current -> current.source(option).place()).orElse(null),
                option.range(),
                runtime(option),
                option.support().level().name().toLowerCase(Locale.ROOT),
                option.support().part().name().toLowerCase(Locale.ROOT),
                option.support().note(),
                option.deprecated(),
                option.hidden(),
                option.secret(),
                option.doc());
    }

    private static String where(Option<?> option) {
        return switch (option.scope()) {
            case PROVIDER -> "provider options";
            case SERVER -> "[mysqld] or [dromon]";
            case SST -> "[sst]";
        };
    }

    private static String runtime(Option<?> option) {
        return option.change().name().toLowerCase(Locale.ROOT);
    }

    private static String escaped(String text) {
        return text.replace("|", "\\|");
    }
}
