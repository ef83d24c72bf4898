package io.dromon.node.group;

import io.dromon.transport.primary.PrimaryView;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The members of the current view in index order, and this node's own record, which outlives every view. */
final class MemberTable {
    private static final Member[] NOBODY = {};
    private static final int REMEMBERED = 256;

    private final Member self;
    private final Reassembly.Budget budget;
    private Map<UUID, Member> byUuid = new HashMap<>();
    private Member[] members = NOBODY;
    private @Nullable List<GroupMember> snapshot;
    /** Names of members that have gone: one that comes back into a view without a primary component still has its name. */
    private final Map<UUID, String> names = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, String> eldest) {
            return size() > REMEMBERED;
        }
    };

    MemberTable(UUID self, Reassembly.Budget budget) {
        this.budget = budget;
        this.self = new Member(self, budget);
        this.self.index = -1;
    }

    Member self() {
        return self;
    }

    /** In index order; not to be changed. */
    Member[] all() {
        return members;
    }

    @Nullable
    Member find(UUID uuid) {
        return byUuid.get(uuid);
    }

    /** Takes over a view: a known member keeps its record (section 5.3 step 4). */
    void update(PrimaryView view) {
        Map<UUID, Member> known = byUuid;
        Map<UUID, Member> next = new HashMap<>();
        Member[] order = new Member[view.members().size()];
        self.index = -1;
        for (int i = 0; i < order.length; i++) {
            PrimaryView.Member shown = view.members().get(i);
            Member member = known.remove(shown.uuid());
            if (member == null) {
                member = shown.uuid().equals(self.uuid) ? self : named(new Member(shown.uuid(), budget));
            }
            member.index = i;
            member.segment = shown.segment();
            order[i] = member;
            next.put(member.uuid, member);
        }
        for (Member gone : known.values()) {
            gone.channel.clear();
            names.put(gone.uuid, gone.name);
        }
        byUuid = next;
        members = order;
    }

    private Member named(Member member) {
        String before = names.remove(member.uuid);
        if (before != null) {
            member.name = before;
        }
        return member;
    }

    int joinedCount() {
        int count = 0;
        for (Member member : members) {
            if (member.status.isJoined()) {
                count++;
            }
        }
        return count;
    }

    /** Something of the members has changed: to be called whenever a record is. */
    void changed() {
        snapshot = null;
    }

    /** Names of the members that have the group stopped now. */
    List<String> stoppers() {
        return Stream.of(members)
                .filter(member -> member.stops > 0)
                .map(member -> member.snapshot().name())
                .toList();
    }

    /** The members as others may see them. */
    List<GroupMember> snapshot() {
        List<GroupMember> list = snapshot;
        if (list == null) {
            list = Stream.of(members).map(Member::snapshot).toList();
            snapshot = list;
        }
        return list;
    }
}
