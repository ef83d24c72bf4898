/**
 * Programs for people: nothing in the build runs them, {@code .ci/seeds} and the module's README do. What they drive and
 * judge by lies beside the tests of the same theme.
 */
@NullMarked
package io.dromon.it.programs;

import org.jspecify.annotations.NullMarked;
