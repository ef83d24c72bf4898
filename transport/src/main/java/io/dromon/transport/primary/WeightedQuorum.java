package io.dromon.transport.primary;

import java.util.Collection;
import java.util.UUID;

/** Whether the survivors of a transitional view may stay primary (section 5.2). */
enum WeightedQuorum {
    /** More than half of the weight that is left when those who said goodbye are subtracted. */
    KEPT,
    /** Exactly half: another partition may have just as much. */
    SPLIT_BRAIN,
    LOST;

    /**
     * @param reference the last primary (or non-primary) component, against which is counted
     * @param members members of the transitional view
     * @param left those who left gracefully in it
     */
    static WeightedQuorum of(
            Instances known, Collection<UUID> reference, Collection<UUID> members, Collection<UUID> left) {
        boolean bySize =
                hasUnknownWeight(known, reference) || hasUnknownWeight(known, members) || hasUnknownWeight(known, left);
        long total = 0;
        long votes = 0;
        for (UUID uuid : reference) {
            int weight = bySize ? 1 : weight(known, uuid);
            total += weight;
            if (members.contains(uuid)) {
                votes += 2L * weight;
            } else if (left.contains(uuid)) {
                votes += weight;
            }
        }
        return votes > total ? KEPT : votes == total ? SPLIT_BRAIN : LOST;
    }

    /** What {@code member} counts among {@code members}. */
    static int weight(Instances known, Collection<UUID> members, UUID member) {
        return hasUnknownWeight(known, members) ? 1 : weight(known, member);
    }

    private static int weight(Instances known, UUID uuid) {
        Instance instance = known.find(uuid);
        return instance == null ? 0 : instance.weight;
    }

    /** Nodes of old releases announce no weight; then heads are counted. */
    private static boolean hasUnknownWeight(Instances known, Collection<UUID> nodes) {
        for (UUID uuid : nodes) {
            Instance instance = known.find(uuid);
            if (instance != null && instance.weight == NodeEntry.UNKNOWN_WEIGHT) {
                return true;
            }
        }
        return false;
    }
}
