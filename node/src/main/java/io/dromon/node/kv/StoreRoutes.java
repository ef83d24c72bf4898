package io.dromon.node.kv;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.node.CertificationFailedException;
import io.dromon.node.NodeException;
import io.dromon.node.admin.api.AccessClass;
import io.dromon.node.admin.api.AdminAnswer;
import io.dromon.node.admin.api.AdminRequest;
import io.dromon.node.admin.api.Content;
import io.dromon.node.admin.api.Problem;
import io.dromon.node.admin.api.Route;
import io.dromon.node.admin.api.RouteSource;
import io.dromon.node.store.Entry;
import io.dromon.node.store.Isolation;
import io.dromon.node.store.Outcome;
import io.dromon.node.store.ReplicatedStore;
import io.dromon.node.store.Snapshot;
import io.dromon.node.store.StoreException;
import io.dromon.node.store.Transaction;
import io.dromon.transport.wire.Position;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * A store over the doors of its node: the control socket, and the admin listener for those that {@code admin.data} lets in:
 *
 * <pre>
 *  GET    /kv/v1/value?key=K                  the bytes of a value; 404 without one
 *  PUT    /kv/v1/value?key=K                  sets it to the body
 *  DELETE /kv/v1/value?key=K                  removes it
 *  GET    /kv/v1/entries?from=A&amp;to=B&amp;limit=N  the entries with A &lt;= key &lt; B, as JSON
 *  POST   /kv/v1/transactions                 reads and writes in one transaction, as JSON: {@link JsonTransaction}
 * </pre>
 *
 * Keys are texts. Each answer tells in {@code Dromon-Position} up to where in the cluster's order it holds: what was read, or
 * the number of what was written. A PUT or DELETE with {@code If-Match} and such a position is carried out only if nobody has
 * written the key behind it, else answered with 412. {@code Dromon-Consistency} and {@code Dromon-Durability} say how fresh a
 * read must be, and when a write is answered: {@link RequestTerms}. A write that may be committed or not is answered with 503 and
 * {@code Dromon-Outcome: unknown}.
 */
public final class StoreRoutes implements RouteSource {
    private static final String POSITION = "Dromon-Position";
    /** Of a write that may be committed: {@code unknown}. */
    private static final String OUTCOME = "Dromon-Outcome";

    private static final int MOST_ENTRIES = 1000;
    private static final int MOST_BYTES = 4 << 20;
    private static final int DEFAULT_ENTRIES = 100;

    private final ReplicatedStore store;

    /** @param store of the node whose admin interface it is */
    public StoreRoutes(ReplicatedStore store) {
        this.store = store;
    }

    @Override
    public List<Route> routes() {
        return List.of(
                read("/kv/v1/value", this::get),
                change("PUT", "/kv/v1/value", this::put),
                change("DELETE", "/kv/v1/value", this::delete),
                read("/kv/v1/entries", this::entries),
                change("POST", "/kv/v1/transactions", this::transact));
    }

    private static Route read(String path, Route.Handler handler) {
        return new Route("GET", path, AccessClass.DATA, Route.Pace.CLUSTER, request -> answered(request, handler));
    }

    private static Route change(String method, String path, Route.Handler handler) {
        return new Route(method, path, AccessClass.DATA, Route.Pace.CLUSTER, request -> answered(request, handler));
    }

    private AdminAnswer get(AdminRequest request) {
        byte[] key = key(request);
        return store.read(RequestTerms.consistency(request), snapshot -> {
            byte[] value = snapshot.get(key)
                    .orElseThrow(
                            () -> new Problem(404, "there is no such key", "a PUT makes it", position(snapshot.seqno()))
                                    .refusal());
            return AdminAnswer.of(200, "application/octet-stream", Content.of(value))
                    .with(position(snapshot.seqno()));
        });
    }

    private AdminAnswer put(AdminRequest request) {
        byte[] key = key(request);
        byte[] value = bytes(request.body().bytes());
        return write(request, transaction -> transaction.put(key, value));
    }

    private AdminAnswer delete(AdminRequest request) {
        byte[] key = key(request);
        return write(request, transaction -> transaction.delete(key));
    }

    private AdminAnswer write(AdminRequest request, Consumer<Transaction> work) {
        Optional<Position> unchangedSince = RequestTerms.ifMatch(request);
        long seqno = unchangedSince.isPresent()
                ? writeIfUnchanged(request, unchangedSince.get(), work)
                : store.transact(
                                Isolation.SNAPSHOT,
                                RequestTerms.consistency(request),
                                RequestTerms.durability(request),
                                transaction -> {
                                    work.accept(transaction);
                                    return Boolean.TRUE;
                                })
                        .seqno();
        return written(seqno);
    }

    private long writeIfUnchanged(AdminRequest request, Position since, Consumer<Transaction> work) {
        if (!since.history().equals(history())) {
            throw Problem.of(
                            412, since + " is of another history: this cluster's is " + history(), "read the key again")
                    .refusal();
        }
        try {
            return store.updateIfUnchanged(since.seqno(), RequestTerms.durability(request), work);
        } catch (CertificationFailedException e) {
            throw Problem.of(412, String.valueOf(e.getMessage()), "read the key again, and decide again")
                    .refusal();
        }
    }

    private AdminAnswer written(long seqno) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("position", new Position(history(), seqno).toString());
        return AdminAnswer.json(json).with(position(seqno));
    }

    private AdminAnswer entries(AdminRequest request) {
        byte[] from = text(request.query().getOrDefault("from", ""));
        byte[] to = text(request.query().getOrDefault("to", ""));
        int limit = RequestTerms.limit(request, DEFAULT_ENTRIES, MOST_ENTRIES);
        return store.read(RequestTerms.consistency(request), snapshot -> {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("position", new Position(history(), snapshot.seqno()).toString());
            putEntries(json, snapshot, from, to, limit);
            return AdminAnswer.json(json).with(position(snapshot.seqno()));
        });
    }

    /** As many as an answer may hold; {@code next} is where the rest begins. */
    private static void putEntries(ObjectNode json, Snapshot snapshot, byte[] from, byte[] to, int limit) {
        ArrayNode list = json.putArray("entries");
        long bytes = 0;
        Iterator<Entry> all = snapshot.scan(from, to).iterator();
        while (all.hasNext()) {
            Entry entry = all.next();
            bytes += entry.key().length + entry.value().length;
            if (list.size() == limit || (bytes > MOST_BYTES && !list.isEmpty())) {
                json.put("next", entry.keyText());
                return;
            }
            JsonValues.put(list.addObject().put("key", entry.keyText()), entry.value());
        }
    }

    private AdminAnswer transact(AdminRequest request) {
        JsonTransaction transaction = JsonTransaction.of(request.json());
        Outcome<ObjectNode> outcome = store.transact(
                transaction.isolation(),
                RequestTerms.consistency(request),
                RequestTerms.durability(request),
                transaction::run);
        ObjectNode json = outcome.value();
        json.put("position", new Position(history(), outcome.seqno()).toString());
        json.put("attempts", outcome.attempts());
        return AdminAnswer.json(json).with(position(outcome.seqno()));
    }

    private UUID history() {
        return store.node().status().group().history();
    }

    private Map<String, String> position(long seqno) {
        return Map.of(POSITION, new Position(history(), seqno).toString());
    }

    private static byte[] key(AdminRequest request) {
        String key = request.query().getOrDefault("key", "");
        byte[] bytes = text(key);
        if (bytes.length == 0 || bytes.length > Transaction.MAX_KEY_BYTES) {
            throw Problem.of(400, "a key has 1 to " + Transaction.MAX_KEY_BYTES + " bytes", "add ?key=NAME")
                    .refusal();
        }
        return bytes;
    }

    private static byte[] text(String text) {
        return JsonValues.utf8(text);
    }

    private static byte[] bytes(ByteBuffer content) {
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        return bytes;
    }

    /** What a store throws is the answer. */
    private static AdminAnswer answered(AdminRequest request, Route.Handler handler) {
        try {
            return handler.answer(request);
        } catch (CertificationFailedException e) {
            throw Problem.of(409, String.valueOf(e.getMessage()), "send it again")
                    .refusal();
        } catch (NodeException e) {
            throw new Problem(503, String.valueOf(e.getMessage()), remedy(e), headers(e)).refusal();
        } catch (StoreException e) {
            throw Problem.of(503, String.valueOf(e.getMessage()), "the node ends: ask another one, and look at its log")
                    .refusal();
        }
    }

    private static boolean mayBeCommitted(NodeException e) {
        return e.reason() == NodeException.Reason.OUTCOME_UNKNOWN
                || e.reason() == NodeException.Reason.DURABILITY_UNKNOWN;
    }

    private static String remedy(NodeException e) {
        return mayBeCommitted(e)
                ? "it may be committed: read it, with Dromon-Consistency: before"
                : "nothing was written: ask another node, or again later";
    }

    private static Map<String, String> headers(NodeException e) {
        if (mayBeCommitted(e)) {
            return Map.of(OUTCOME, "unknown");
        }
        return e.reason() == NodeException.Reason.RESTARTING ? Map.of("Retry-After", "1") : Map.of();
    }
}
