package io.dromon.node.admin.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.transport.wire.PeerText;
import java.util.Map;
import java.util.TreeMap;

/**
 * Why a request was not carried out, as problem details (RFC 9457).
 *
 * @param status of HTTP
 * @param cause what was tried and what was seen
 * @param remedy what to do
 * @param headers further headers of the answer, {@code Allow} say
 */
public record Problem(int status, String cause, String remedy, Map<String, String> headers) {
    private static final String MEDIA_TYPE = "application/problem+json";
    private static final Map<Integer, String> TITLES = Map.ofEntries(
            Map.entry(400, "Bad request"),
            Map.entry(403, "Not permitted"),
            Map.entry(404, "Not found"),
            Map.entry(405, "Method not allowed"),
            Map.entry(408, "Request too slow"),
            Map.entry(409, "Refused"),
            Map.entry(411, "Length required"),
            Map.entry(412, "Precondition failed"),
            Map.entry(413, "Body too large"),
            Map.entry(414, "Request line too long"),
            Map.entry(415, "Not JSON"),
            Map.entry(417, "Expectation not met"),
            Map.entry(421, "Wrong host"),
            Map.entry(431, "Header too large"),
            Map.entry(500, "Failed"),
            Map.entry(501, "Not implemented"),
            Map.entry(503, "Not available now"),
            Map.entry(505, "Version not supported"));

    public Problem {
        cause = PeerText.lines(cause);
        remedy = PeerText.lines(remedy);
        headers = Map.copyOf(headers);
    }

    /** One without further headers. */
    public static Problem of(int status, String cause, String remedy) {
        return new Problem(status, cause, remedy, Map.of());
    }

    /** To be thrown by a handler. */
    public Refusal refusal() {
        return new Refusal(this);
    }

    /** Ends a handler with a problem. */
    public static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Problem problem;

        private Refusal(Problem problem) {
            super(problem.cause, null, false, false);
            this.problem = problem;
        }

        /** What is answered. */
        public Problem problem() {
            return problem;
        }
    }

    /** The answer. */
    public AdminAnswer answer() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("type", "about:blank");
        json.put("title", TITLES.getOrDefault(status, "Failed"));
        json.put("status", status);
        json.put("detail", cause);
        json.put("remedy", remedy);
        return AdminAnswer.json(status, json).as(MEDIA_TYPE).with(new TreeMap<>(headers));
    }
}
