package io.dromon.config;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A configuration cannot be used. Carries all problems that were found, not only the first. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<ConfigProblem> problems;

    private final transient @Nullable NodeConfig rest;

    /** @param problems at least one */
    public ConfigException(List<ConfigProblem> problems) {
        this(problems, null);
    }

    /** @param rest see {@link #rest} */
    ConfigException(List<ConfigProblem> problems, @Nullable NodeConfig rest) {
        super(text(problems));
        this.problems = List.copyOf(problems);
        this.rest = rest;
    }

    /** There is no option of this name; the message suggests others. */
    public static ConfigException unknownOption(String name) {
        return new ConfigException(List.of(new ConfigProblem(name, Registry.unknown(name))));
    }

    /** Everything that is wrong, in the order in which it was found. */
    public List<ConfigProblem> problems() {
        return problems;
    }

    /**
     * What could be read all the same, for a tool that looks on and names everything that is wrong; no node may be started
     * with it. An option with a problem has its default there, and the address of the cluster may be unset. Empty if
     * a file could not be read at all, or a single change was refused.
     */
    public Optional<NodeConfig> rest() {
        return Optional.ofNullable(rest);
    }

    private static String text(List<ConfigProblem> problems) {
        if (problems.size() == 1) {
            return problems.get(0).toString();
        }
        return problems.size() + " problems in the configuration:\n"
                + problems.stream().map(problem -> "  " + problem).collect(Collectors.joining("\n"));
    }
}
