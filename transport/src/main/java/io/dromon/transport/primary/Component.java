package io.dromon.transport.primary;

import io.dromon.transport.evs.EvsView;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What this node knows (chapter 03 section 3): its state, the nodes, the view of EVS, the last view of this layer. */
final class Component {
    private static final ViewId NEVER_PRIMARY = new ViewId(ViewId.Type.NON_PRIM, Uuids.NIL, 0);

    final Instances instances;
    final Instance self;
    private PrimaryState state = PrimaryState.CLOSED;

    /** The last view of EVS, TRANS or REG. */
    private @Nullable EvsView view;
    /** The last view of this layer, and its members: the reference of the quorum. */
    private ViewId id = NEVER_PRIMARY;

    private List<UUID> members = List.of();
    /** Who is in the primary component that others formed, or may have, by an INSTALL that came here too late. */
    private List<UUID> missed = List.of();

    Component(UUID self, PrimarySettings settings, @Nullable PrimaryView restored) {
        ViewId last = restored == null
                ? NEVER_PRIMARY
                : new ViewId(
                        ViewId.Type.NON_PRIM,
                        restored.id().uuid(),
                        restored.id().seq());
        this.instances = new Instances(new NodeEntry(
                self, false, false, false, settings.segment(), settings.weight(), NodeEntry.NEVER, last, -1));
        this.self = instances.self();
    }

    PrimaryState state() {
        return state;
    }

    /** An illegal change is a bug of this class's users, never the doing of a peer. */
    void shift(PrimaryState next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("primary component: " + state + " to " + next);
        }
        state = next;
    }

    /** From any state: the layer cannot go on. */
    void fail() {
        state = PrimaryState.CLOSED;
    }

    @Nullable
    EvsView view() {
        return view;
    }

    EvsView requireView() {
        if (view == null) {
            throw new IllegalStateException("no view yet");
        }
        return view;
    }

    void setView(EvsView next) {
        view = next;
    }

    boolean isPrimary() {
        return id.type() == ViewId.Type.PRIM;
    }

    /** Members of the view of EVS. */
    List<UUID> present() {
        return view == null ? List.of() : view.members();
    }

    boolean isPresent(UUID node) {
        return present().contains(node);
    }

    /** Protocol version of what this node sends. */
    int version() {
        return view == null ? 0 : view.version();
    }

    /** A node that may declare itself primary, in its very first view. */
    void startPrimary(EvsView first) {
        self.prim = true;
        self.lastPrim =
                new ViewId(ViewId.Type.PRIM, first.id().uuid(), first.id().seq());
    }

    /** A regular view begins: all who are present have delivered what this node has. */
    void beginExchange() {
        missed = List.of();
        for (Instance instance : instances) {
            instance.restarted = false;
            if (isPresent(instance.uuid)) {
                instance.toSeq = self.toSeq;
            }
        }
    }

    /** "Mark non-primary" of section 3. Absent nodes are not touched. */
    void markNonPrimary() {
        id = view == null
                ? NEVER_PRIMARY
                : new ViewId(ViewId.Type.NON_PRIM, view.id().uuid(), view.id().seq());
        List<UUID> known = new ArrayList<>();
        for (Instance instance : instances) {
            if (isPresent(instance.uuid)) {
                known.add(instance.uuid);
                instance.prim = false;
            }
        }
        self.prim = false;
        members = known;
    }

    /** "Enter PRIM" of section 3. */
    void enterPrimary(EvsView regular, long toSeq) {
        id = new ViewId(ViewId.Type.PRIM, regular.id().uuid(), regular.id().seq());
        members = regular.members();
        for (Instance instance : instances) {
            instance.prim = isPresent(instance.uuid);
            if (instance.prim) {
                instance.lastPrim = id;
                instance.lastSeq = 0;
                instance.toSeq = toSeq;
            }
        }
        self.toSeq = toSeq;
    }

    /** After a primary view was delivered: only its members are known, and all about them. */
    void forgetOthers() {
        instances.retainOnly(members);
        for (Instance instance : instances) {
            instance.un = false;
        }
    }

    /**
     * Whether the members that go on hold more than half of the weight that did not leave in order (chapter 03 section
     * 5.2).
     */
    WeightedQuorum quorum(EvsView transitional) {
        return WeightedQuorum.of(instances, members, transitional.members(), transitional.left());
    }

    /**
     * Section 5.10, the plain INSTALL in a transitional view: whoever received it in the regular view has formed a
     * primary component. Stricter than the reference in one point: nodes that are not known yet, because the STATEs came
     * in the transitional view too, count with the weight that the INSTALL gives them.
     *
     * @return whether this node stays as primary as it is
     */
    boolean outvotes(PcMessage.Install install, EvsView transitional) {
        List<UUID> formed = new ArrayList<>();
        for (NodeEntry entry : install.nodes()) {
            instances.addReported(entry, transitional.members());
            formed.add(entry.uuid());
        }
        if (!isPrimary()
                || WeightedQuorum.of(instances, formed, transitional.members(), transitional.left())
                        != WeightedQuorum.KEPT) {
            return false;
        }
        missed = formed;
        for (Instance instance : instances) {
            instance.restarted = !isPresent(instance.uuid) && formed.contains(instance.uuid);
        }
        return true;
    }

    /** Whether one of the last view, or of the one that was missed, is neither here nor said goodbye. */
    boolean isTorn(EvsView transitional) {
        return isTorn(members, transitional) || isTorn(missed, transitional);
    }

    private static boolean isTorn(List<UUID> nodes, EvsView transitional) {
        for (UUID node : nodes) {
            if (!transitional.members().contains(node) && !transitional.left().contains(node)) {
                return true;
            }
        }
        return false;
    }

    /** The absent ones may have gone on as a primary component by this INSTALL. */
    void markUnknown(PcMessage.Install install) {
        for (NodeEntry entry : install.nodes()) {
            Instance instance = instances.find(entry.uuid());
            if (instance != null && !isPresent(entry.uuid())) {
                instance.un = true;
            }
        }
    }

    /** A view without a primary component, as the layer above sees it (section 5.12). */
    PrimaryView nonPrimaryView() {
        return primaryView(false, List.of());
    }

    /** The view as the layer above sees it (section 5.12). */
    PrimaryView primaryView(boolean bootstrap, List<UUID> ahead) {
        List<PrimaryView.Member> here = new ArrayList<>();
        List<PrimaryView.Member> partitioned = new ArrayList<>();
        for (Instance instance : instances) {
            (isPresent(instance.uuid) ? here : partitioned)
                    .add(new PrimaryView.Member(instance.uuid, instance.segment));
        }
        return new PrimaryView(id, bootstrap, version(), here, partitioned, ahead);
    }

    /** Weight of a member as {@link #quorum} counts it. */
    int weight(UUID member) {
        return WeightedQuorum.weight(instances, members, member);
    }

    /** Sum of the weights of the primary component, 0 if not in it. */
    int weight() {
        int sum = 0;
        for (Instance instance : instances) {
            if (isPrimary() && instance.lastPrim.equals(id) && instance.weight != NodeEntry.UNKNOWN_WEIGHT) {
                sum += instance.weight;
            }
        }
        return sum;
    }
}
