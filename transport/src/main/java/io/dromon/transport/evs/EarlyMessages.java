package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.Delegate;
import io.dromon.transport.evs.EvsMessage.Gap;
import io.dromon.transport.evs.EvsMessage.User;
import io.dromon.transport.wire.ViewId;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Messages of a view that is being installed and that this node is not ready for yet (chapter 02 section 10, pitfall 6).
 * The reference drops them, and a timer of a second heals it.
 */
final class EarlyMessages {
    private static final int MAX_MESSAGES = 512;
    private static final int MAX_BYTES = 4 << 20;

    private final ArrayDeque<EvsMessage> messages = new ArrayDeque<>();
    private int bytes;

    boolean isEmpty() {
        return messages.isEmpty();
    }

    static boolean mayBeEarly(EvsMessage message) {
        return message.view().type() == ViewId.Type.REG
                && (message instanceof Gap || message instanceof User || message instanceof Delegate);
    }

    void add(EvsMessage message) {
        messages.add(message);
        bytes += message.encodedLength();
        while (messages.size() > MAX_MESSAGES || bytes > MAX_BYTES) {
            bytes -= messages.remove().encodedLength();
        }
    }

    /** Commits and installations of a node that has begun anew count no longer. */
    void forgetGaps(UUID source) {
        removeIf(message -> message instanceof Gap && message.source().equals(source));
    }

    /** Removes and returns the first message that can be handled now. */
    @Nullable
    EvsMessage poll(Predicate<EvsMessage> isDue) {
        for (Iterator<EvsMessage> i = messages.iterator(); i.hasNext(); ) {
            EvsMessage message = i.next();
            if (isDue.test(message)) {
                i.remove();
                bytes -= message.encodedLength();
                return message;
            }
        }
        return null;
    }

    void clear() {
        messages.clear();
        bytes = 0;
    }

    private void removeIf(Predicate<EvsMessage> condition) {
        while (poll(condition) != null) {
            // poll has removed it
        }
    }
}
