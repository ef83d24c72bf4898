package io.dromon.node.certification;

/**
 * The settings of certification, from the options of its node. What decides about verdicts is no setting: it must be
 * equal on all members (chapter 05, pitfall 24).
 *
 * @param optimisticPa {@code cert.optimistic_pa}: whether a write-set may be applied before what its originator had seen,
 *     if their keys allow it
 * @param conflictsKept how many conflicts are remembered, at least 1
 * @param tableSeed any number that members of the group do not know: their keys cannot aim at one place of a table then
 */
public record CertificationSettings(boolean optimisticPa, int conflictsKept, long tableSeed) {
    public CertificationSettings {
        if (conflictsKept < 1) {
            throw new IllegalArgumentException("conflictsKept " + conflictsKept);
        }
    }
}
