package io.dromon.config;

import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;

/** The values of options in a node to which nothing is given. */
public final class Defaults {
    private Defaults() {}

    /** The option's value where no option is set: what its default derives from has its default too. Empty if it has none. */
    public static <T> Optional<T> of(Option<T> option) {
        return new Resolver(Map.of(), Map.of(), new ArrayList<>()).optional(option);
    }
}
