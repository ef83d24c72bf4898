package io.dromon.node.group;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Who may have more of the group's history than this node: members that had come further when a primary view was formed whose
 * exchange of states did not end ({@link io.dromon.transport.primary.PrimaryView#ahead}), and the complete members of the
 * last primary configuration if this node was not complete in it. Without them the component that this node is in may know
 * less than was ordered, and must not give the next seqnos.
 */
final class MissedHistory {
    /** Torn views that follow each other without an exchange that ends: the oldest is forgotten. */
    private static final int MAX_REMEMBERED = 64;

    private final List<List<UUID>> furthest = new ArrayList<>();
    private List<UUID> complete = List.of();

    /** A primary view begins. */
    void onPrimaryView(List<UUID> ahead) {
        if (ahead.isEmpty() || furthest.contains(ahead)) {
            return;
        }
        if (furthest.size() == MAX_REMEMBERED) {
            furthest.remove(0);
        }
        furthest.add(ahead);
    }

    /** A primary configuration ends in which this node was not complete. */
    void onIncomplete(MemberTable before) {
        List<UUID> members = new ArrayList<>();
        for (Member member : before.all()) {
            if (member.status.isJoined()) {
                members.add(member.uuid);
            }
        }
        complete = members;
    }

    /** The history goes on, and this node knows where it stands. */
    void forget() {
        furthest.clear();
        complete = List.of();
    }

    /**
     * Members that had come further, none of which is present and one of which is needed; empty if there are no such: of
     * each view one is enough, since it knows all that was ordered before that view.
     */
    List<UUID> missingFurthest(MemberTable present) {
        for (List<UUID> some : furthest) {
            if (some.stream().noneMatch(node -> present.find(node) != null)) {
                return some;
            }
        }
        return List.of();
    }

    /**
     * Complete members of the last configuration that are not present. Any of them may be the one that has delivered as much
     * in it as this node.
     */
    List<UUID> missingComplete(MemberTable present) {
        return complete.stream().filter(node -> present.find(node) == null).toList();
    }
}
