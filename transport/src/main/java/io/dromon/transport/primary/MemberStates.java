package io.dromon.transport.primary;

import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The STATE messages of one regular view and what follows from them (sections 5.4 to 5.6). */
final class MemberStates {
    private final TreeMap<UUID, PcMessage.State> messages = new TreeMap<>(Uuids.ORDER);

    void clear() {
        messages.clear();
    }

    boolean has(UUID source) {
        return messages.containsKey(source);
    }

    /** Adds a message that holds an entry for its source. */
    void add(UUID source, PcMessage.State message) {
        messages.put(source, message);
    }

    boolean isComplete(List<UUID> members) {
        return messages.size() == members.size();
    }

    /** The entry of each member as that member reported itself; null if one has not reported. */
    @Nullable
    List<NodeEntry> ownEntries(List<UUID> members) {
        List<NodeEntry> entries = new ArrayList<>(members.size());
        for (UUID member : members) {
            PcMessage.State message = messages.get(member);
            if (message == null) {
                return null;
            }
            entries.add(own(member, message));
        }
        return entries;
    }

    /** Takes over what the others know (section 5.4, on completion). */
    void mergeInto(Instances instances, List<UUID> present) {
        Instance self = instances.self();
        for (Instance instance : instances) {
            instance.weightBefore = instance.weight;
        }
        for (Map.Entry<UUID, PcMessage.State> message : messages.entrySet()) {
            for (NodeEntry entry : message.getValue().nodes()) {
                Instance known = instances.find(entry.uuid());
                if (known == null) {
                    instances.addReported(entry, present);
                    continue;
                }
                if (known.weight == NodeEntry.UNKNOWN_WEIGHT || entry.uuid().equals(message.getKey())) {
                    known.weight = entry.weight();
                }
                if (!self.prim && known != self) {
                    known.un |= entry.un();
                    // Section 5.4 keeps what was known first. Then a node forgets that another one was in a newer
                    // primary component, if it knew that one before, and may form an older component again without
                    // it. What is kept is only told and used where nobody is primary, so it may be the newest.
                    if (isNewer(entry.lastPrim(), known.lastPrim)) {
                        known.lastPrim = entry.lastPrim();
                    }
                }
            }
        }
    }

    private static boolean isNewer(ViewId reported, ViewId known) {
        return reported.type() == ViewId.Type.PRIM
                && (known.type() != ViewId.Type.PRIM || reported.compareTo(known) > 0);
    }

    /** Primary nodes must agree with this one about everybody who is present (section 5.5). */
    void validate(Instances instances, List<UUID> present) throws FatalException {
        if (!instances.self().prim) {
            return;
        }
        long toSeq = greatestPrimaryToSeq();
        for (Map.Entry<UUID, PcMessage.State> message : messages.entrySet()) {
            if (!own(message.getKey(), message.getValue()).prim()) {
                continue;
            }
            for (NodeEntry entry : message.getValue().nodes()) {
                if (entry.prim() && present.contains(entry.uuid())) {
                    Instance known = instances.find(entry.uuid());
                    if (known == null || !known.agreedWith(entry) || entry.toSeq() != toSeq) {
                        throw new FatalException("state of node " + Uuids.brief(entry.uuid()) + " as reported by "
                                + Uuids.brief(message.getKey()) + " is not consistent with the state known here: "
                                + describe(entry) + " against "
                                + (known == null ? "nothing" : describe(known.entry()))
                                + ", greatest to_seq " + toSeq);
                    }
                }
            }
        }
    }

    /**
     * Whether this view can be the primary component (section 5.6).
     *
     * @return null if it can, else why not
     */
    @Nullable
    String refusal(Instances instances, List<UUID> present) throws FatalException {
        NodeEntry primary = null;
        for (Map.Entry<UUID, PcMessage.State> message : messages.entrySet()) {
            NodeEntry own = own(message.getKey(), message.getValue());
            if (!own.prim()) {
                continue;
            }
            if (primary == null) {
                primary = own;
            } else if (!primary.lastPrim().equals(own.lastPrim())) {
                throw new FatalException(
                        "last primary views are not consistent: " + describe(primary) + " against " + describe(own));
            } else if (primary.toSeq() != own.toSeq()) {
                throw new FatalException(
                        "to_seqs are not consistent: " + describe(primary) + " against " + describe(own));
            }
        }
        return primary != null ? null : refusalWithoutPrimary(instances, present);
    }

    private @Nullable String refusalWithoutPrimary(Instances instances, List<UUID> present) {
        List<UUID> unknown = new ArrayList<>();
        for (Instance instance : instances) {
            if (instance.un && !present.contains(instance.uuid)) {
                unknown.add(instance.uuid);
            }
        }
        if (!unknown.isEmpty()) {
            return "nodes " + brief(unknown) + " are in unknown state: they may have gone on as primary component";
        }
        ViewId greatest = null;
        Set<UUID> required = new HashSet<>();
        Set<UUID> evicted = new HashSet<>();
        for (PcMessage.State message : messages.values()) {
            for (NodeEntry entry : message.nodes()) {
                if (entry.evicted()) {
                    evicted.add(entry.uuid());
                }
                if (entry.lastPrim().type() == ViewId.Type.NON_PRIM) {
                    continue;
                }
                int order = greatest == null ? 1 : entry.lastPrim().compareTo(greatest);
                if (order > 0) {
                    greatest = entry.lastPrim();
                    required.clear();
                }
                if (order >= 0) {
                    required.add(entry.uuid());
                }
            }
        }
        if (greatest == null) {
            return "no node comes from a primary view";
        }
        required.removeAll(evicted);
        List<UUID> missing = new ArrayList<>();
        for (UUID uuid : required) {
            if (present.stream().noneMatch(there -> Uuids.sameNode(there, uuid))) {
                missing.add(uuid);
            }
        }
        return missing.isEmpty()
                ? null
                : "nodes " + brief(missing) + " of the last primary view " + greatest + " are missing";
    }

    private long greatestPrimaryToSeq() {
        long greatest = Long.MIN_VALUE;
        for (Map.Entry<UUID, PcMessage.State> message : messages.entrySet()) {
            NodeEntry own = own(message.getKey(), message.getValue());
            if (own.prim()) {
                greatest = Math.max(greatest, own.toSeq());
            }
        }
        return greatest;
    }

    private static NodeEntry own(UUID source, PcMessage.State message) {
        NodeEntry own = message.entry(source);
        if (own == null) {
            throw new IllegalStateException("a STATE message without an entry for its source was let in");
        }
        return own;
    }

    private static String describe(NodeEntry entry) {
        return Uuids.brief(entry.uuid()) + " prim=" + (entry.prim() ? 1 : 0) + " un=" + (entry.un() ? 1 : 0)
                + " last_seq=" + Integer.toUnsignedString(entry.lastSeq()) + " last_prim=" + entry.lastPrim()
                + " to_seq=" + entry.toSeq() + " weight=" + entry.weight() + " segment=" + entry.segment();
    }

    private static String brief(List<UUID> nodes) {
        return nodes.stream().sorted(Uuids.ORDER).limit(8).map(Uuids::brief).collect(Collectors.joining(", "));
    }
}
