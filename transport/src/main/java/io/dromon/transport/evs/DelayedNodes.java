package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.DelayedList;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** Which nodes answer late, and which of them the group puts out (chapter 02 section 7.12). Only with auto-evict. */
final class DelayedNodes {
    private static final int MAX_COUNTER = 255;
    private static final int MAX_ENTRIES = 255;

    private static final class Entry {
        long sinceNs;
        int counter = 1;
        boolean delayed = true;
    }

    private final GroupKnowledge group;
    private final EvictedNodes evicted;
    private final EvsSender sender;
    private final MissingMessages missing;
    private final TreeMap<UUID, Entry> entries = new TreeMap<>(Uuids.ORDER);

    DelayedNodes(GroupKnowledge group, EvictedNodes evicted, EvsSender sender, MissingMessages missing) {
        this.group = group;
        this.evicted = evicted;
        this.sender = sender;
        this.missing = missing;
    }

    void check() {
        long now = group.nowNs;
        EvsSettings settings = group.settings;
        boolean touched = false;
        for (KnownNode node : group.nodes()) {
            if (node == group.me) {
                continue;
            }
            if (node.seenNs + settings.keepalivePeriodNs() + settings.delayMarginNs() <= now) {
                touched |= onDelayed(node);
            } else {
                touched |= onPunctual(node.uuid);
            }
        }
        entries.entrySet()
                .removeIf(e -> (e.getValue().counter == 0 && !e.getValue().delayed) || isEvictedAndGone(e.getKey()));
        if (touched && group.viewVersion >= 1 && !entries.isEmpty()) {
            broadcast();
        }
    }

    private boolean onDelayed(KnownNode node) {
        if (node.isMember() && group.lastSent >= group.input.lu(node.index)) {
            missing.request(node, node.index, group.input.lu(node.index), group.lastSent);
        }
        Entry entry = entries.get(node.uuid);
        if (entry == null) {
            if (entries.size() < MAX_ENTRIES) {
                entry = new Entry();
                entry.sinceNs = group.nowNs;
                entries.put(node.uuid, entry);
            }
            return false;
        }
        entry.sinceNs = group.nowNs;
        if (!entry.delayed) {
            entry.delayed = true;
            entry.counter = Math.min(entry.counter + 1, MAX_COUNTER);
        }
        return entry.counter > 0;
    }

    private boolean onPunctual(UUID uuid) {
        Entry entry = entries.get(uuid);
        if (entry == null) {
            return false;
        }
        entry.delayed = false;
        boolean touched = entry.counter > 0;
        if (entry.counter > 0 && entry.sinceNs + group.settings.delayedKeepPeriodNs() < group.nowNs) {
            entry.counter--;
            entry.sinceNs = group.nowNs;
        }
        return touched;
    }

    private boolean isEvictedAndGone(UUID uuid) {
        KnownNode node = group.known.get(uuid);
        return evicted.contains(uuid) && (node == null || !node.isMember());
    }

    private void broadcast() {
        List<DelayedList.Entry> list = new ArrayList<>(entries.size());
        for (Map.Entry<UUID, Entry> entry : entries.entrySet()) {
            list.add(new DelayedList.Entry(entry.getKey(), entry.getValue().counter));
        }
        DelayedList message =
                new DelayedList(group.self, group.settings.version(), 0, sender.nextFifoSeq(), group.view, list);
        sender.broadcast(message);
        // The own opinion counts as well: in a group of three the other one alone would be no majority.
        group.me.delayedList = message;
        group.me.delayedListNs = group.nowNs;
    }

    /** Stores the list of another node; returns who is to be evicted by what all lists say together. */
    Set<UUID> onList(KnownNode source, DelayedList list) {
        source.delayedList = list;
        source.delayedListNs = group.nowNs;
        TreeMap<UUID, int[]> votes = new TreeMap<>(Uuids.ORDER);
        for (KnownNode node : group.nodes()) {
            DelayedList stored = node.delayedList;
            if (stored != null
                    && node.delayedListNs + group.settings.delayedKeepPeriodNs() >= group.nowNs
                    && !lists(stored, group.self)) {
                count(stored, votes);
            }
        }
        Set<UUID> evict = new HashSet<>();
        for (Map.Entry<UUID, int[]> vote : votes.entrySet()) {
            if (isOut(vote.getKey(), vote.getValue()[0], vote.getValue()[1])) {
                evict.add(vote.getKey());
            }
        }
        return evict;
    }

    private void count(DelayedList list, Map<UUID, int[]> votes) {
        for (DelayedList.Entry entry : list.entries()) {
            if (entry.counter() >= 2) {
                int[] vote = votes.computeIfAbsent(entry.uuid(), uuid -> new int[2]);
                vote[0]++;
                vote[1] += entry.counter() >= group.settings.autoEvict() ? 1 : 0;
            }
        }
    }

    private boolean isOut(UUID uuid, int total, int over) {
        if (over == 0 || evicted.contains(uuid)) {
            return false;
        }
        KnownNode node = group.known.get(uuid);
        return (node != null && node.isMember() && total > group.members.length / 2) || total > group.known.size() / 2;
    }

    private static boolean lists(DelayedList list, UUID uuid) {
        for (DelayedList.Entry entry : list.entries()) {
            if (entry.uuid().equals(uuid)) {
                return true;
            }
        }
        return false;
    }
}
