package io.dromon.config;

import static io.dromon.config.EvsOptions.EVS_INACTIVE_TIMEOUT;
import static io.dromon.config.EvsOptions.EVS_INSTALL_TIMEOUT;
import static io.dromon.config.EvsOptions.EVS_SUSPECT_TIMEOUT;

import java.time.Duration;
import java.util.function.Predicate;

/**
 * {@code evs.suspect_timeout <= evs.install_timeout <= evs.inactive_timeout}: where one of them is left at its default,
 * the default gives way. If the timer of an installation were the shortest, the members that live would give each other
 * up, one by one, before all of them suspect the one that is dead.
 *
 * @param suspect the one that counts
 * @param install the one that counts
 * @param inactive the one that counts
 */
record EvsTimerOrder(Duration suspect, Duration install, Duration inactive) {
    /**
     * @param isSet which of them were set; these stay, in order or not
     */
    static EvsTimerOrder of(Values values, Predicate<Option<?>> isSet) {
        Duration suspect = values.value(EVS_SUSPECT_TIMEOUT);
        Duration install = values.value(EVS_INSTALL_TIMEOUT);
        Duration inactive = values.value(EVS_INACTIVE_TIMEOUT);
        boolean installSet = isSet.test(EVS_INSTALL_TIMEOUT);
        if (!isSet.test(EVS_SUSPECT_TIMEOUT)) {
            suspect = installSet ? min(suspect, install) : suspect;
            suspect = isSet.test(EVS_INACTIVE_TIMEOUT) ? min(suspect, inactive) : suspect;
        }
        if (!isSet.test(EVS_INACTIVE_TIMEOUT)) {
            inactive = installSet ? max(inactive, install) : inactive;
            inactive = max(inactive, suspect);
        }
        if (!installSet) {
            install = max(suspect, min(install, inactive));
        }
        return new EvsTimerOrder(suspect, install, inactive);
    }

    @Override
    public String toString() {
        return "evs.suspect_timeout (" + Types.DURATION.print(suspect) + ") <= evs.install_timeout ("
                + Types.DURATION.print(install) + ") <= evs.inactive_timeout (" + Types.DURATION.print(inactive) + ")";
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }
}
