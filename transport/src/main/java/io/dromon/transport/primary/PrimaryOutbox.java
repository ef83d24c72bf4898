package io.dromon.transport.primary;

import io.dromon.transport.wire.Encodable;
import java.util.ArrayDeque;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a view or a message has led to, until the layer above takes it. A message leads to one message at most, and then
 * to nothing else; it stands in fields, so that nothing is made for it.
 */
final class PrimaryOutbox {
    private final ArrayDeque<Consumer<PrimaryDeliveries>> others = new ArrayDeque<>();
    private @Nullable UUID source;
    private @Nullable Encodable payload;
    private int userType;
    private long toSeq;

    void message(UUID source, int userType, long toSeq, Encodable payload) {
        if (!isTaken()) {
            throw new IllegalStateException("the last call is not done: drain()");
        }
        this.source = source;
        this.userType = userType;
        this.toSeq = toSeq;
        this.payload = payload;
    }

    /** A primary view, which is to be saved before it is handed over. */
    void primaryView(SavedView saved) {
        others.add(above -> above.save(saved));
        view(saved.view());
    }

    void view(PrimaryView view) {
        others.add(above -> above.onView(view));
    }

    void violation(UUID from, String reason) {
        others.add(above -> above.onViolation(from, reason));
    }

    void fatal(String reason) {
        others.add(above -> above.onFatal(reason));
    }

    boolean isTaken() {
        return payload == null && others.isEmpty();
    }

    void drain(PrimaryDeliveries above) {
        UUID from = source;
        Encodable message = payload;
        if (from != null && message != null) {
            source = null;
            payload = null;
            above.onMessage(from, userType, toSeq, message);
        }
        for (Consumer<PrimaryDeliveries> next = others.poll(); next != null; next = others.poll()) {
            next.accept(above);
        }
    }
}
