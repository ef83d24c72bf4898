package io.dromon.transport.mesh;

import io.dromon.transport.link.Links;
import io.dromon.transport.mesh.GmcastMessage.User;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Which links a user message takes: the multicast tree over segments and the relays of an incomplete mesh (chapter 01
 * section 9). The arrays are rebuilt when links change, so that sending only walks them.
 */
final class Router {
    private static final MeshLink[] NONE = new MeshLink[0];

    private final UUID self;
    private final int segment;
    private final Links io;

    /** All established links, by UUID. */
    private MeshLink[] all = NONE;
    /** The links of the own segment, by UUID. */
    private MeshLink[] local = NONE;
    /** Links that are asked to relay to all nodes. */
    private MeshLink[] relays = NONE;
    /** Where a broadcast goes without a flag: {@link #local} without {@link #relays}. */
    private MeshLink[] plain = NONE;
    /** Where it goes to be relayed inside a segment: one link of each other segment, if that is no relay. */
    private MeshLink[] gateways = NONE;

    private SortedSet<UUID> unreachable = new TreeSet<>(Uuids.ORDER);

    Router(UUID self, int segment, Links io) {
        this.self = self;
        this.segment = segment;
        this.io = io;
    }

    /**
     * Sorts the links into those of the own segment, one of each other segment, and the relays to missing nodes
     * (chapter 01 sections 9.2 and 9.5).
     *
     * @param missing nodes that should have a link and have none
     */
    void rebuild(LinkTable table, SortedSet<UUID> missing) {
        TreeMap<UUID, MeshLink> byUuid = new TreeMap<>(Uuids.ORDER);
        for (MeshLink link : table.all()) {
            if (link.isOk()) {
                byUuid.put(link.peer, link);
            }
        }
        all = byUuid.values().toArray(NONE);
        relays = chooseRelays(missing);
        unreachable = missing;
        TreeMap<Integer, List<MeshLink>> segments = new TreeMap<>();
        for (MeshLink link : all) {
            segments.computeIfAbsent(link.segment, key -> new ArrayList<>()).add(link);
        }
        List<MeshLink> own = segments.remove(segment);
        local = own == null ? NONE : own.toArray(NONE);
        plain = without(local, relays);
        gateways = gateways(segments);
    }

    /** Peers that are asked to relay. */
    List<UUID> relays() {
        List<UUID> uuids = new ArrayList<>();
        for (MeshLink link : relays) {
            uuids.add(link.peer);
        }
        return uuids;
    }

    /** Known nodes without a link. */
    SortedSet<UUID> unreachable() {
        return unreachable;
    }

    /**
     * Sends to all nodes: by relays, to the own segment, to one node of each other segment (chapter 01 section 9.3).
     * The message is wrapped once for each flag; all links get the same object.
     */
    void broadcast(Encodable payload, long nowNs) {
        if (relays.length > 0) {
            sendAll(relays, new User(GmcastMessage.FLAG_RELAY, segment, self, payload), nowNs);
        }
        if (plain.length > 0) {
            sendAll(plain, new User(0, segment, self, payload), nowNs);
        }
        if (gateways.length > 0) {
            sendAll(gateways, new User(GmcastMessage.FLAG_SEGMENT_RELAY, segment, self, payload), nowNs);
        }
    }

    /** Sends to one node over its link, without a flag (chapter 01 section 9.3); false if there is none. */
    boolean sendTo(UUID target, Encodable payload, long nowNs) {
        for (MeshLink link : all) {
            if (link.peer.equals(target)) {
                send(link, new User(0, segment, self, payload), nowNs);
                return true;
            }
        }
        return false;
    }

    /**
     * Forwards what came with a flag, to all other links or inside the own segment; if both flags are set, RELAY wins
     * (chapter 01 sections 9.4 and 9.5).
     */
    void relay(MeshLink incoming, int flags, int originSegment, UUID origin, Encodable payload, long nowNs) {
        User cleared = new User(0, originSegment, origin, payload);
        if ((flags & GmcastMessage.FLAG_RELAY) != 0) {
            sendAllBut(incoming, all, cleared, nowNs);
            return;
        }
        if (relays.length > 0) {
            sendAllBut(incoming, relays, new User(GmcastMessage.FLAG_RELAY, originSegment, origin, payload), nowNs);
        }
        sendAll(local, cleared, nowNs);
    }

    private void sendAll(MeshLink[] links, User message, long nowNs) {
        for (MeshLink link : links) {
            send(link, message, nowNs);
        }
    }

    private void sendAllBut(MeshLink but, MeshLink[] links, User message, long nowNs) {
        for (MeshLink link : links) {
            if (link != but) {
                send(link, message, nowNs);
            }
        }
    }

    private void send(MeshLink link, User message, long nowNs) {
        io.send(link.id, message);
        link.sentNs = nowNs;
    }

    /** Greedily the link that reaches most of what is missing, the own segment and the lower UUID first. */
    private MeshLink[] chooseRelays(SortedSet<UUID> missing) {
        if (missing.isEmpty()) {
            return NONE;
        }
        SortedSet<UUID> left = new TreeSet<>(Uuids.ORDER);
        left.addAll(missing);
        List<MeshLink> chosen = new ArrayList<>();
        while (!left.isEmpty()) {
            MeshLink best = null;
            int bestCover = 0;
            for (MeshLink link : all) {
                int cover = covers(link.topology, left);
                boolean nearer = best != null && link.segment == segment && best.segment != segment;
                if (cover > bestCover || (cover > 0 && cover == bestCover && nearer)) {
                    best = link;
                    bestCover = cover;
                }
            }
            if (best == null) {
                break;
            }
            chosen.add(best);
            left.removeAll(best.topology.keySet());
        }
        return chosen.toArray(NONE);
    }

    private static int covers(SortedMap<UUID, String> topology, SortedSet<UUID> wanted) {
        int count = 0;
        for (UUID uuid : wanted) {
            if (topology.containsKey(uuid)) {
                count++;
            }
        }
        return count;
    }

    private MeshLink[] gateways(SortedMap<Integer, List<MeshLink>> segments) {
        int selfIndex = 0;
        for (MeshLink link : local) {
            if (Uuids.ORDER.compare(link.peer, self) < 0) {
                selfIndex++;
            }
        }
        List<MeshLink> chosen = new ArrayList<>();
        for (var entry : segments.entrySet()) {
            List<MeshLink> peers = entry.getValue();
            chosen.add(peers.get((selfIndex + entry.getKey()) % peers.size()));
        }
        return without(chosen.toArray(NONE), relays);
    }

    private static MeshLink[] without(MeshLink[] links, MeshLink[] excluded) {
        if (excluded.length == 0) {
            return links;
        }
        List<MeshLink> rest = new ArrayList<>();
        for (MeshLink link : links) {
            if (!List.of(excluded).contains(link)) {
                rest.add(link);
            }
        }
        return rest.toArray(NONE);
    }
}
