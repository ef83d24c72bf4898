/**
 * Judges what clients have seen, and nothing else: {@link io.dromon.it.history.HistoryCheck} takes the transactions of a run,
 * with what each has read and when it began and ended, and finds what the isolation that was promised does not allow.
 *
 * <p>The method is that of Adya's phenomena, found as cycles of dependencies between transactions, as in Elle (Kingsbury and
 * Alvaro, "Elle: Inferring Isolation Anomalies from Experimental Observations", 2020).
 */
@NullMarked
package io.dromon.it.history;

import org.jspecify.annotations.NullMarked;
