package io.dromon.config;

import java.util.Optional;
import java.util.SortedMap;

/** The values of the other options, for derived defaults and relations. */
interface Values {
    /** The value, or nothing if the option is unset and has no default. */
    <T> Optional<T> optional(Option<T> option);

    /** The values of a family ({@code tls.client_ca.ORG}) by the last part of the name, in alphabetical order. */
    <T> SortedMap<String, T> members(Option<T> family);

    /** The value of an option that always has one. */
    default <T> T value(Option<T> option) {
        return optional(option)
                .orElseThrow(() -> new IllegalStateException(
                        "Option " + option.name() + " is not set and has no default; ask with optional()"));
    }
}
