package io.dromon.node.kv;

import io.dromon.node.Durability;
import io.dromon.node.admin.api.AdminRequest;
import io.dromon.node.admin.api.Problem;
import io.dromon.node.store.Consistency;
import io.dromon.transport.wire.Position;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** What a request says beside its content: how fresh, how durable, and on what condition. */
final class RequestTerms {
    /** Who sends one of them wants less to be written than a write without it does. */
    private static final List<String> OTHER_CONDITIONS =
            List.of("if-none-match", "if-unmodified-since", "if-modified-since", "if-range");

    private RequestTerms() {}

    /** {@code Dromon-Consistency: eventual} (the default), {@code before} or {@code after=SEQNO}. */
    static Consistency consistency(AdminRequest request) {
        String text = request.headers().getOrDefault("dromon-consistency", "eventual");
        if (text.equals("eventual")) {
            return Consistency.EVENTUAL;
        } else if (text.equals("before")) {
            return Consistency.BEFORE;
        } else if (text.startsWith("after=")) {
            return Consistency.after(seqno(text.substring("after=".length()), "Dromon-Consistency: after="));
        }
        throw Problem.of(400, "Dromon-Consistency: '" + text + "' is none", "eventual, before or after=SEQNO")
                .refusal();
    }

    /** {@code Dromon-Durability: ordered}, {@code local} or {@code majority}; empty: that of the node. */
    static Optional<Durability> durability(AdminRequest request) {
        String text = request.headers().get("dromon-durability");
        if (text == null) {
            return Optional.empty();
        }
        for (Durability level : Durability.values()) {
            if (level.name().toLowerCase(Locale.ROOT).equals(text)) {
                return Optional.of(level);
            }
        }
        throw Problem.of(400, "Dromon-Durability: '" + text + "' is none", "ordered, local or majority")
                .refusal();
    }

    /** {@code If-Match: "UUID:SEQNO"}, a position that an answer has told. */
    static Optional<Position> ifMatch(AdminRequest request) {
        for (String other : OTHER_CONDITIONS) {
            if (request.headers().containsKey(other)) {
                throw Problem.of(
                                400,
                                "a write on the condition " + other + " is not known, and was not carried out",
                                "If-Match with a position; or a transaction that checks that a key is absent")
                        .refusal();
            }
        }
        String text = request.headers().get("if-match");
        if (text == null) {
            return Optional.empty();
        }
        String position = text.replace("\"", "");
        int colon = position.lastIndexOf(':');
        try {
            if (colon > 0) {
                UUID history = UUID.fromString(position.substring(0, colon));
                return Optional.of(new Position(history, seqno(position.substring(colon + 1), "If-Match: ")));
            }
        } catch (IllegalArgumentException e) {
            // answered below
        }
        throw Problem.of(400, "If-Match: '" + text + "' is no position", "send the Dromon-Position of an answer")
                .refusal();
    }

    /** {@code limit=N}. */
    static int limit(AdminRequest request, int usual, int most) {
        String text = request.query().get("limit");
        long limit = text == null ? usual : seqno(text, "limit=");
        if (limit < 1 || limit > most) {
            throw Problem.of(400, "limit=" + limit + " is out of range", "1 to " + most)
                    .refusal();
        }
        return (int) limit;
    }

    private static long seqno(String text, String where) {
        try {
            if (text.length() <= 19 && !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return Long.parseLong(text);
            }
        } catch (NumberFormatException e) {
            // answered below
        }
        throw Problem.of(400, where + "'" + text + "' is no number", "send a number without a sign")
                .refusal();
    }
}
