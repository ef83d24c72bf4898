package io.dromon.transport.sim;

import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.wire.ViewId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The promises of the primary component over all nodes of a run: at most one, and one numbered order of messages in it
 * (specification, chapter 03 section 10).
 *
 * <p>Two primary views that were delivered by all of their members must be comparable by descent: one was formed, step
 * by step, from members that had been in the other. A view that only a part of its members delivered is left out; its
 * members could not get anything ordered in it.
 */
public final class PrimaryChecker {
    /** What one process has seen. */
    public static final class Life {
        private final String name;
        private final UUID self;
        private @Nullable PrimaryView view;
        private @Nullable Node lastPrimary;
        private long toSeq = -1;
        private boolean toSeqKnown;
        private boolean over;

        /**
         * @param name how the process is called in traces
         * @param self its UUID
         */
        public Life(String name, UUID self) {
            this.name = name;
            this.self = self;
        }

        /** The view that was delivered last; null before the first. */
        public @Nullable PrimaryView view() {
            return view;
        }

        /** Whether the process is in the primary component. */
        public boolean isPrimary() {
            PrimaryView now = view;
            return now != null && now.isPrimary();
        }
    }

    /** A primary view in the graph of descent. */
    private static final class Node {
        final PrimaryView view;
        final Set<Node> ancestors = new HashSet<>();
        final Set<UUID> deliveredBy = new HashSet<>();
        /** Messages by their number; shared along direct descent. */
        final Map<Long, Long> order;

        boolean checked;

        Node(PrimaryView view, Map<Long, Long> order) {
            this.view = view;
            this.order = order;
        }

        boolean isComplete() {
            return deliveredBy.size() == view.members().size();
        }
    }

    private final Map<ViewId, Node> nodes = new LinkedHashMap<>();
    private final Map<UUID, Life> lives = new HashMap<>();
    private boolean decided;
    private int views;

    /** A process starts; {@code saved} is the primary view it continues from. */
    public void onStart(Life life, @Nullable ViewId saved) {
        lives.put(life.self, life);
        if (saved != null) {
            life.lastPrimary = nodes.get(saved);
        }
    }

    /** The operator decides that the next new component is the primary one, whatever was before. */
    public void onOperatorBootstrap() {
        decided = true;
    }

    /** How many primary views there were. */
    public int primaryViews() {
        return views;
    }

    public void onView(Life life, PrimaryView view) {
        check(!life.over, "end-mark", life, () -> "delivers " + view + " after its end mark");
        if (view.isEmpty()) {
            life.over = true;
            life.view = view;
            return;
        }
        check(
                view.members().stream().anyMatch(member -> member.uuid().equals(life.self)),
                "self-in-primary-view",
                life,
                () -> view.toString());
        if (view.isPrimary()) {
            onPrimary(life, view);
        }
        life.view = view;
    }

    private void onPrimary(Life life, PrimaryView view) {
        Node node = node(view);
        check(
                node.view.members().equals(view.members()) && node.view.bootstrap() == view.bootstrap(),
                "same-primary-view",
                life,
                () -> view + " elsewhere is " + node.view);
        check(node.deliveredBy.add(life.self), "primary-view-once", life, () -> view.toString());
        boolean continues = life.isPrimary() && life.lastPrimary != null && life.lastPrimary.order == node.order;
        if (!continues) {
            life.toSeqKnown = false;
        }
        life.lastPrimary = node;
        if (node.isComplete() && !node.checked) {
            node.checked = true;
            for (Node other : nodes.values()) {
                check(
                        other == node
                                || !other.isComplete()
                                || other.ancestors.contains(node)
                                || node.ancestors.contains(other),
                        "one-primary-component",
                        life,
                        () -> "is in " + node.view + ", which does not descend from " + other.view);
            }
        }
    }

    private Node node(PrimaryView view) {
        Node known = nodes.get(view.id());
        if (known != null) {
            return known;
        }
        views++;
        Node node = create(view);
        nodes.put(view.id(), node);
        return node;
    }

    private Node create(PrimaryView view) {
        List<Node> parents = new ArrayList<>();
        Node continued = null;
        for (PrimaryView.Member member : view.members()) {
            Life life = lives.get(member.uuid());
            if (life == null) {
                continue;
            }
            Node last = life.lastPrimary;
            if (last != null) {
                parents.add(last);
                if (life.isPrimary() && !life.over) {
                    continued = last;
                }
            }
        }
        Node node = new Node(view, continued == null ? new HashMap<>() : continued.order);
        if (decided && continued == null) {
            parents.addAll(nodes.values());
            decided = false;
        }
        for (Node parent : parents) {
            node.ancestors.add(parent);
            node.ancestors.addAll(parent.ancestors);
        }
        return node;
    }

    /** A message was delivered; {@code toSeq} is -1 outside the primary component. */
    public void onMessage(Life life, UUID source, long toSeq, long contentHash) {
        check(!life.over, "end-mark", life, () -> "delivers a message after its end mark");
        Node node = life.lastPrimary;
        if (!life.isPrimary() || node == null) {
            check(toSeq == -1, "numbered-in-primary-only", life, () -> "gives " + toSeq + " to a message of " + source);
            return;
        }
        check(
                !life.toSeqKnown || toSeq == life.toSeq + 1,
                "contiguous-to-seq",
                life,
                () -> "goes from " + life.toSeq + " to " + toSeq + " in " + node.view.id());
        life.toSeq = toSeq;
        life.toSeqKnown = true;
        long content = contentHash * 31 + source.getLeastSignificantBits();
        Long other = node.order.putIfAbsent(toSeq, content);
        check(
                other == null || other == content,
                "one-order",
                life,
                () -> "delivers another message as " + toSeq + " in " + node.view.id());
    }

    private static void check(boolean holds, String rule, Life life, Supplier<String> detail) {
        if (!holds) {
            throw new Violation(rule, life.name + " " + detail.get());
        }
    }
}
