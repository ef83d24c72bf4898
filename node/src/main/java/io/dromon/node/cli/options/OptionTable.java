package io.dromon.node.cli.options;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.config.ConfigException;
import io.dromon.config.Defaults;
import io.dromon.config.NodeConfig;
import io.dromon.config.Option;
import io.dromon.config.Registry;
import io.dromon.config.ServerOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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

    /** A longer cell does not widen its column. */
    private static final int WIDEST = 40;

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

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
        List<List<String>> rows = new ArrayList<>();
        String value = config.isPresent() ? "VALUE" : "DEFAULT";
        rows.add(List.of("OPTION", value, "TYPE", "RUNTIME", config.isPresent() ? "FROM" : "DROMON"));
        for (Option<?> option : options) {
            rows.add(List.of(
                    option.name(),
                    config.map(current -> current.text(option)).orElseGet(() -> byDefault(option)),
                    option.type().name(),
                    runtime(option),
                    config.map(current -> current.source(option).place())
                            .orElseGet(() -> option.support().toString())));
        }
        int[] widths = new int[5];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.min(WIDEST, Math.max(widths[i], row.get(i).length()));
            }
        }
        StringBuilder table = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i))
                        .append(" ".repeat(Math.max(0, widths[i] - row.get(i).length()) + 2));
            }
            table.append(line.toString().stripTrailing()).append('\n');
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

    private static ObjectNode object(Option<?> option, Optional<NodeConfig> config) {
        ObjectNode object = MAPPER.createObjectNode();
        object.put("name", option.name());
        object.put("scope", option.scope().name().toLowerCase(Locale.ROOT));
        object.put("type", option.type().name());
        object.put("expects", option.type().expects());
        object.put("unit", option.unit());
        object.put("default", byDefault(option));
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
