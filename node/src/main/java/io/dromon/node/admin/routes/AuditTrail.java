package io.dromon.node.admin.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.node.admin.AdminOperations;
import io.dromon.node.admin.api.Audit;
import io.dromon.node.admin.api.Caller;
import io.dromon.transport.wire.PeerText;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who changed what, and what came of it: the last entries, and a line in the log for each. Any thread. */
final class AuditTrail implements Audit {
    private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);
    private static final int MOST_ENTRIES = 256;
    private static final int LONGEST_TEXT = 400;

    private final AdminOperations node;
    private final BiConsumer<String, JsonNode> publish;
    private final ArrayDeque<ObjectNode> entries = new ArrayDeque<>();
    private long last;

    /** @param publish gets the kind of an event, and an entry */
    AuditTrail(AdminOperations node, BiConsumer<String, JsonNode> publish) {
        this.node = node;
        this.publish = publish;
    }

    @Override
    public void record(Caller caller, String order, String result) {
        String what = PeerText.printable(order, LONGEST_TEXT);
        String came = PeerText.printable(result, LONGEST_TEXT);
        String serial = caller.serial().isEmpty() ? "" : " (serial " + caller.serial() + ")";
        LOG.info(
                "{}: {}{} on {}: {}: {}",
                node.config().name(),
                caller.name(),
                serial,
                caller.door().words(),
                what,
                came);
        ObjectNode entry = Documents.object();
        synchronized (this) {
            entry.put("number", ++last);
            entry.put("at", Instant.now().toString());
            entry.put("subject", caller.name());
            entry.put("serial", caller.serial());
            entry.put("door", caller.door().name().toLowerCase(java.util.Locale.ROOT));
            entry.put("from", PeerText.printable(caller.from()));
            entry.put("action", what);
            entry.put("result", came);
            entries.addFirst(entry);
            if (entries.size() > MOST_ENTRIES) {
                entries.removeLast();
            }
        }
        publish.accept("audit", entry);
    }

    /** The last entries, the newest first. */
    synchronized ArrayNode toTree() {
        ArrayNode all = Documents.array();
        entries.forEach(entry -> all.add(entry.deepCopy()));
        return all;
    }
}
