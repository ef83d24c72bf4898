package io.dromon.transport.sim;

import io.dromon.transport.evs.EvsView;
import io.dromon.transport.wire.ViewId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The promises of EVS over all nodes of a run: views agree, and nodes that go on together have delivered the same
 * messages in the same order (specification, chapter 02 sections 1.1 and 11).
 */
public final class ViewChecker {
    /** What one process has seen. */
    public static final class Life {
        private final String name;
        private final UUID self;
        private @Nullable EvsView regular;
        private @Nullable EvsView transitional;
        private boolean over;
        private long messages;
        private long hash;

        /**
         * @param name how the process is called in traces
         * @param self its UUID
         */
        public Life(String name, UUID self) {
            this.name = name;
            this.self = self;
        }
    }

    /** What was delivered between two views, as far as it is compared. */
    private record Span(String by, long messages, long hash) {}

    private record TransitionalKey(ViewId id, List<UUID> members) {}

    private record Follower(String by, EvsView view, long messages, long hash) {}

    private final boolean disjoint;
    private final Map<ViewId, EvsView> regulars = new HashMap<>();
    private final Map<TransitionalKey, Span> regularSpans = new HashMap<>();
    private final Map<TransitionalKey, Follower> followers = new HashMap<>();
    private final Map<ViewId, List<TransitionalKey>> transitionals = new HashMap<>();

    /**
     * @param disjoint whether different transitional views out of one regular view must have no member in common,
     *     which holds where no install timer runs out in the middle of an installation
     */
    public ViewChecker(boolean disjoint) {
        this.disjoint = disjoint;
    }

    /** A message was delivered. */
    public void onMessage(Life life, UUID source, long contentHash) {
        EvsView regular = life.regular;
        check(!life.over, "end-mark", life, () -> "delivers a message after its end mark");
        check(regular != null, "message-in-view", life, () -> "delivers a message before its first view");
        check(
                regular != null && regular.members().contains(source),
                "sender-in-view",
                life,
                () -> "delivers a message of " + source + " that is not in " + regular);
        life.messages++;
        life.hash = life.hash * 0x9E3779B97F4A7C15L + contentHash + source.getLeastSignificantBits();
    }

    /** A view was delivered. */
    public void onView(Life life, EvsView view) {
        check(!life.over, "end-mark", life, () -> "delivers " + view + " after its end mark");
        if (view.id().type() == ViewId.Type.TRANS) {
            onTransitional(life, view);
        } else if (view.isEmpty()) {
            life.over = true;
        } else {
            onRegular(life, view);
        }
        life.messages = 0;
        life.hash = 0;
    }

    private void onTransitional(Life life, EvsView view) {
        check(life.transitional == null, "one-transitional-view", life, () -> "delivers a second one: " + view);
        check(view.members().contains(life.self), "self-in-view", life, () -> view.toString());
        life.transitional = view;
        EvsView regular = life.regular;
        if (regular == null) {
            check(view.members().size() == 1, "first-view", life, () -> "starts with " + view);
            return;
        }
        check(
                view.id().uuid().equals(regular.id().uuid())
                        && view.id().seq() == regular.id().seq(),
                "transitional-id",
                life,
                () -> view.id() + " follows " + regular.id());
        List<UUID> all = new ArrayList<>(view.members());
        all.addAll(view.left());
        all.addAll(view.partitioned());
        check(
                all.size() == regular.members().size() && new HashSet<>(all).equals(new HashSet<>(regular.members())),
                "transitional-members",
                life,
                () -> view + " does not account for the members of " + regular);

        TransitionalKey key = new TransitionalKey(view.id(), view.members());
        Span mine = new Span(life.name, life.messages, life.hash);
        Span other = regularSpans.putIfAbsent(key, mine);
        if (other == null) {
            List<TransitionalKey> known = transitionals.computeIfAbsent(regular.id(), id -> new ArrayList<>());
            for (TransitionalKey that : known) {
                check(
                        !disjoint || Collections.disjoint(that.members(), view.members()),
                        "disjoint-transitional-views",
                        life,
                        () -> "goes on from " + regular.id() + " with " + view.members() + ", others with "
                                + that.members());
            }
            known.add(key);
        } else {
            check(
                    other.messages == mine.messages && other.hash == mine.hash,
                    "virtual-synchrony",
                    life,
                    () -> "delivered " + mine.messages + " messages in " + regular.id() + ", " + other.by + " "
                            + other.messages + (other.messages == mine.messages ? " others" : "")
                            + ", and both go on with " + view.members());
        }
    }

    private void onRegular(Life life, EvsView view) {
        EvsView transitional = life.transitional;
        if (transitional == null) {
            throw violation("one-transitional-view", life, "delivers none before " + view);
        }
        EvsView before = life.regular;
        check(view.members().contains(life.self), "self-in-view", life, () -> view.toString());
        check(view.members().contains(view.id().uuid()), "proposer-in-view", life, () -> view.toString());
        check(
                before == null || view.id().seq() > before.id().seq(),
                "view-seq-increases",
                life,
                () -> "goes from " + before + " to " + view);
        Set<UUID> previous = before == null ? Set.of(life.self) : Set.copyOf(before.members());
        Set<UUID> joined = new HashSet<>(view.members());
        joined.removeAll(previous);
        check(
                joined.equals(new HashSet<>(view.joined())),
                "joined-set",
                life,
                () -> view + " after members " + previous);
        Set<UUID> gone = new HashSet<>(view.left());
        gone.addAll(view.partitioned());
        Set<UUID> missing = new HashSet<>(previous);
        missing.removeAll(view.members());
        check(missing.equals(gone), "gone-set", life, () -> view + " after members " + previous);

        EvsView same = regulars.putIfAbsent(view.id(), view);
        check(
                same == null || same.members().equals(view.members()),
                "same-view-same-members",
                life,
                () -> view + " elsewhere is " + same);
        TransitionalKey key = new TransitionalKey(transitional.id(), transitional.members());
        Follower mine = new Follower(life.name, view, life.messages, life.hash);
        Follower other = followers.putIfAbsent(key, mine);
        if (other != null && other.view.id().equals(view.id())) {
            check(
                    Objects.equals(other.view, view),
                    "same-origin-same-view",
                    life,
                    () -> view + ", with " + other.by + " it is " + other.view);
            check(
                    other.messages == mine.messages && other.hash == mine.hash,
                    "virtual-synchrony",
                    life,
                    () -> "delivered " + mine.messages + " messages in transitional view " + key + ", " + other.by + " "
                            + other.messages);
        }
        life.regular = view;
        life.transitional = null;
    }

    private static void check(boolean holds, String rule, Life life, Supplier<String> detail) {
        if (!holds) {
            throw violation(rule, life, detail.get());
        }
    }

    private static Violation violation(String rule, Life life, String detail) {
        return new Violation(rule, life.name + " " + detail);
    }
}
