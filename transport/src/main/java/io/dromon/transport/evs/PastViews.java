package io.dromon.transport.evs;

import io.dromon.transport.wire.ViewId;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Views that are over: what comes from one counts no more (chapter 02 section 6.1). */
final class PastViews {
    private static final int MAX_VIEWS = 16384;

    private final GroupKnowledge group;
    private final Map<ViewId, Long> previousViews = new LinkedHashMap<>();
    /** Views that the nodes were in which this node agrees with on the next one. */
    private final Set<ViewId> gatherViews = new HashSet<>();

    /** @param restored the view that was saved before a crash, if this node continues from it */
    PastViews(GroupKnowledge group, @Nullable ViewId restored) {
        this.group = group;
        if (restored != null) {
            previousViews.put(restored, 0L);
        }
    }

    boolean contains(ViewId id) {
        return previousViews.containsKey(id);
    }

    /** Whether a message with this source view comes from a view that is over (section 6.1). */
    boolean isFrom(@Nullable KnownNode source, ViewId sourceView) {
        if (sourceView.equals(group.view)) {
            return false;
        }
        return contains(sourceView) || (source != null && source.isMember() && sourceView.seq() < group.view.seq());
    }

    void addSeen(ViewId id) {
        if (gatherViews.size() < MAX_VIEWS) {
            gatherViews.add(id);
        }
    }

    /** The views that the last gather saw are over. */
    void closeSeen() {
        gatherViews.add(group.view);
        for (ViewId id : gatherViews) {
            previousViews.put(id, group.nowNs);
        }
        gatherViews.clear();
        Iterator<ViewId> oldest = previousViews.keySet().iterator();
        for (int excess = previousViews.size() - MAX_VIEWS; excess > 0; excess--) {
            oldest.next();
            oldest.remove();
        }
    }

    void expire() {
        previousViews.values().removeIf(sinceNs -> sinceNs + group.settings.viewForgetTimeoutNs() < group.nowNs);
    }
}
