package io.dromon.transport.primary;

import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** When a group that went down as a whole may come back on its own (section 6.4). */
final class Recovery {
    private Recovery() {}

    /**
     * @param restored the primary view that this node saved before it went down
     * @param members members of the non-primary view that was just delivered, in byte order
     * @return empty if this node may declare the view primary, else why not
     */
    static Optional<String> refusal(PrimaryView restored, Instances known, List<UUID> members) {
        List<UUID> wanted = new ArrayList<>();
        for (PrimaryView.Member member : restored.members()) {
            wanted.add(member.uuid());
        }
        wanted.sort(Comparator.comparing(uuid -> uuid, Uuids.ORDER));

        int greatestSeq = -1;
        for (Instance instance : known) {
            if (!containsNode(wanted, instance.uuid)) {
                continue;
            }
            ViewId last = instance.lastPrim;
            if (last.type() != ViewId.Type.NON_PRIM
                    || !last.uuid().equals(restored.id().uuid())) {
                return Optional.of("last primary view " + last + " of node " + Uuids.brief(instance.uuid)
                        + " is inconsistent to restored view " + restored.id());
            }
            greatestSeq = Math.max(greatestSeq, last.seq());
        }
        if (greatestSeq != restored.id().seq()) {
            return Optional.of("restored view " + restored.id() + " is not the newest known, which is " + greatestSeq);
        }
        if (members.size() != wanted.size()) {
            return Optional.of("the restored view has " + wanted.size() + " members, this one " + members.size());
        }
        for (int i = 0; i < wanted.size(); i++) {
            if (!Uuids.sameNode(wanted.get(i), members.get(i))) {
                return Optional.of("node " + Uuids.brief(wanted.get(i)) + " of the restored view is missing");
            }
        }
        return Optional.empty();
    }

    private static boolean containsNode(List<UUID> nodes, UUID uuid) {
        for (UUID node : nodes) {
            if (Uuids.sameNode(node, uuid)) {
                return true;
            }
        }
        return false;
    }
}
