package io.dromon.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration cannot be used. Carries all problems that were found, not only the first. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<ConfigProblem> problems;

    /** @param problems at least one */
    public ConfigException(List<ConfigProblem> problems) {
        super(text(problems));
        this.problems = List.copyOf(problems);
    }

    /** Everything that is wrong, in the order in which it was found. */
    public List<ConfigProblem> problems() {
        return problems;
    }

    private static String text(List<ConfigProblem> problems) {
        if (problems.size() == 1) {
            return problems.get(0).toString();
        }
        return problems.size() + " problems in the configuration:\n"
                + problems.stream().map(problem -> "  " + problem).collect(Collectors.joining("\n"));
    }
}
