package io.dromon.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Prints options of the registry, with their values where a configuration is at hand. */
public final class OptionTable {
    /** The shapes of a listing. */
    public enum Format {
        /** A Markdown table; of one option a section. */
        MD,
        /** A JSON array; of one option an object. */
        JSON,
        /** Columns of plain text; of one option a line for each fact. */
        TABLE
    }

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private OptionTable() {}

    /** All options. */
    public static String print(Format format) {
        return print(format, Options.all(), Optional.empty());
    }

    /** All options with the values of a configuration and where they come from. */
    public static String print(Format format, NodeConfig config) {
        return print(format, Options.all(), Optional.of(config));
    }

    /**
     * One option, with all that is known about it.
     *
     * @throws ConfigException if there is none of this name; the message suggests the nearest
     */
    public static String print(Format format, String name) {
        Option<?> option = Options.find(name)
                .orElseThrow(() -> new ConfigException(
                        List.of(new ConfigProblem(name, "unknown option '" + name + "'" + Registry.suggestion(name)))));
        return switch (format) {
            case MD ->
                "### `" + option.name() + "`\n\n"
                        + facts(option, Optional.empty()).stream()
                                .map(fact -> "- " + fact.name + ": " + escaped(fact.value) + "\n")
                                .reduce("", String::concat);
            case JSON -> json(object(option, Optional.empty()));
            case TABLE ->
                option.name() + "\n"
                        + facts(option, Optional.empty()).stream()
                                .map(fact -> String.format(Locale.ROOT, "  %-10s %s%n", fact.name, fact.value))
                                .reduce("", String::concat);
        };
    }

    private record Fact(String name, String value) {}

    private static List<Fact> facts(Option<?> option, Optional<NodeConfig> config) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("where", where(option)));
        facts.add(new Fact("type", option.type().name() + (option.unit().isEmpty() ? "" : " (" + option.unit() + ")")));
        facts.add(new Fact("default", option.defaultText().isEmpty() ? "unset" : option.defaultText()));
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
            case JSON -> {
                ArrayNode array = MAPPER.createArrayNode();
                options.forEach(option -> array.add(object(option, config)));
                yield json(array);
            }
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
        StringBuilder table = new StringBuilder();
        String last = config.isPresent() ? "FROM" : "DROMON";
        row(table, "OPTION", config.isPresent() ? "VALUE" : "DEFAULT", "TYPE", "RUNTIME", last);
        for (Option<?> option : options) {
            row(
                    table,
                    option.name(),
                    config.map(current -> current.text(option)).orElse(option.defaultText()),
                    option.type().name(),
                    runtime(option),
                    config.map(current -> current.source(option).place())
                            .orElseGet(() -> option.support().toString()));
        }
        return table.toString();
    }

    private static void row(StringBuilder table, String name, String value, String type, String runtime, String last) {
        table.append(String.format(Locale.ROOT, "%-32s %-28s %-15s %-8s %s", name, value, type, runtime, last)
                .stripTrailing());
        table.append('\n');
    }

    private static ObjectNode object(Option<?> option, Optional<NodeConfig> config) {
        ObjectNode object = MAPPER.createObjectNode();
        object.put("name", option.name());
        object.put("scope", option.scope().name().toLowerCase(Locale.ROOT));
        object.put("type", option.type().name());
        object.put("expects", option.type().expects());
        object.put("unit", option.unit());
        object.put("default", option.defaultText());
        config.ifPresent(current -> {
            object.put("value", current.text(option));
            object.put("source", current.source(option).place());
        });
        object.put("range", option.range());
        object.put("runtime", option.change().name().toLowerCase(Locale.ROOT));
        object.put("support", option.support().level().name().toLowerCase(Locale.ROOT));
        object.put("part", option.support().part().name().toLowerCase(Locale.ROOT));
        object.put("note", option.support().note());
        object.put("deprecated", option.deprecated());
        object.put("hidden", option.hidden());
        object.put("secret", option.secret());
        object.put("doc", option.doc());
        return object;
    }

    private static String json(Object tree) {
        try {
            return MAPPER.writeValueAsString(tree) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree of texts cannot be written as JSON", e);
        }
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
