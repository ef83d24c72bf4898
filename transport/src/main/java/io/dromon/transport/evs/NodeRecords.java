package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.Join;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/** What this node tells of each node in a JOIN or INSTALL (chapter 02 section 7.3). */
final class NodeRecords {
    private final GroupKnowledge group;
    private final EvictedNodes evicted;

    NodeRecords(GroupKnowledge group, EvictedNodes evicted) {
        this.group = group;
        this.evicted = evicted;
    }

    /**
     * Without what nodes were before they were started again: nobody waits for that but a Galera node that is told of
     * it, for its suspect timeout.
     */
    List<NodeRecord> joinRecords() {
        List<NodeRecord> records = records();
        records.removeIf(record -> {
            KnownNode node = group.known.get(record.uuid());
            return node != null && node.former && !node.isMember() && node.join == null;
        });
        return records;
    }

    private List<NodeRecord> records() {
        List<NodeRecord> records =
                new ArrayList<>(group.known.size() + evicted.uuids().size());
        for (KnownNode node : group.known.values()) {
            records.add(record(node));
        }
        if (!evicted.uuids().isEmpty()) {
            for (UUID uuid : evicted.uuids()) {
                if (records.size() < EvsMessage.MAX_RECORDS && !group.known.containsKey(uuid)) {
                    records.add(new NodeRecord(uuid, NodeRecord.EVICTED, 0, -1, ViewId.NIL, -1, -1, -1));
                }
            }
            records.sort(Comparator.comparing(NodeRecord::uuid, Uuids.ORDER));
        }
        return records;
    }

    private NodeRecord record(KnownNode node) {
        boolean isEvicted = evicted.contains(node.uuid);
        int flags = (node.operational ? NodeRecord.OPERATIONAL : 0)
                | (node.suspected && node != group.me ? NodeRecord.SUSPECTED : 0)
                | (isEvicted ? NodeRecord.EVICTED : 0);
        if (node == group.me) {
            return localRecord(node, flags, -1);
        }
        if (node.join != null) {
            if (node.join.view().equals(group.view) && node.isMember()) {
                return localRecord(node, flags, -1);
            }
            NodeRecord own = node.join.record(node.uuid);
            return own == null
                    ? new NodeRecord(node.uuid, flags, 0, -1, node.join.view(), -1, -1, -1)
                    : new NodeRecord(node.uuid, flags, 0, -1, node.join.view(), own.safeSeq(), own.lu(), own.hs());
        }
        if (node.leave != null) {
            return node.leave.view().equals(group.view) && node.isMember()
                    ? localRecord(node, flags, node.leave.seq())
                    : new NodeRecord(node.uuid, flags, 0, node.leave.seq(), node.leave.view(), -1, -1, -1);
        }
        if (node.isMember()) {
            return localRecord(node, flags, -1);
        }
        int segment = isEvicted ? 1 : 0;
        return new NodeRecord(node.uuid, flags & ~NodeRecord.EVICTED, segment, -1, ViewId.NIL, -1, -1, -1);
    }

    /**
     * The records of an INSTALL: those of a JOIN, but of a node of another view that is gone (dead or leaving) not
     * "nothing known", as section 7.3 has it, but what the nodes of its view that go on all have of it. The record
     * bounds what they deliver of it in their transitional view (section 7.9 step 3): with nothing known they would
     * drop all of it, also what the gone node, being in its old view, has delivered as safe. Records of nodes that
     * are gone are not compared, so any implementation takes this.
     */
    List<NodeRecord> installRecords() {
        List<NodeRecord> records = records();
        for (int i = 0; i < records.size(); i++) {
            NodeRecord record = records.get(i);
            KnownNode node = group.known.get(record.uuid());
            if (node != null && !node.operational && !node.isMember() && node.join == null) {
                records.set(i, recordOfItsView(record));
            }
        }
        return records;
    }

    private NodeRecord recordOfItsView(NodeRecord record) {
        ViewId of = record.view();
        NodeRecord least = null;
        for (KnownNode node : group.known.values()) {
            Join join = node.operational ? node.join : null;
            NodeRecord seen = join == null ? null : join.record(record.uuid());
            if (join == null || seen == null || !seen.view().equals(join.view())) {
                continue;
            }
            boolean better = least == null || join.view().seq() > least.view().seq();
            if (of.equals(ViewId.NIL) ? better : join.view().equals(of) && least == null) {
                least = seen;
            } else if (least != null && join.view().equals(least.view())) {
                least = new NodeRecord(
                        record.uuid(),
                        record.flags(),
                        0,
                        Math.max(least.leaveSeq(), seen.leaveSeq()),
                        least.view(),
                        Math.min(least.safeSeq(), seen.safeSeq()),
                        Math.min(least.lu(), seen.lu()),
                        Math.min(least.hs(), seen.hs()));
            }
        }
        if (least == null) {
            return record;
        }
        return new NodeRecord(
                record.uuid(),
                record.flags(),
                0,
                Math.max(record.leaveSeq(), least.leaveSeq()),
                least.view(),
                least.safeSeq(),
                least.lu(),
                Math.min(least.hs(), least.lu() - 1));
    }

    private NodeRecord localRecord(KnownNode node, int flags, long leaveSeq) {
        int i = node.index;
        return new NodeRecord(
                node.uuid, flags, 0, leaveSeq, group.view, group.input.ss(i), group.input.lu(i), group.input.hs(i));
    }
}
