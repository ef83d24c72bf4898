package io.dromon.config;

/**
 * One thing that is wrong with a configuration.
 *
 * @param place where it is written: {@code file:line}, {@code provider options}, {@code command line}, an option's name
 * @param message what was seen, what is allowed, and an example or the remedy
 */
public record ConfigProblem(String place, String message) {
    @Override
    public String toString() {
        return place + ": " + message;
    }
}
