package io.dromon.node.admin.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The answer to a request.
 *
 * @param status of HTTP
 * @param mediaType of the body
 * @param headers further ones
 * @param feed what follows the headers for as long as the client stays; the body is empty then
 */
public record AdminAnswer(
        int status, String mediaType, Map<String, String> headers, Content body, Optional<Feed> feed) {
    private static final String JSON = "application/json";

    public AdminAnswer {
        headers = Map.copyOf(headers);
    }

    /** Something that goes on after the answer has begun. */
    public interface Feed {
        /**
         * The headers are sent, and what is given to the client follows. Called once; must not block.
         *
         * @return what ends it when the client has gone
         */
        Runnable start(Client client);
    }

    /** Who gets a feed. Any thread. */
    public interface Client {
        /** Sends text in UTF-8. A client that does not take it in time is dropped. */
        void send(String text);

        /** Ends the feed. */
        void end();
    }

    /** A document, indented for people. */
    public static AdminAnswer json(JsonNode document) {
        return json(200, document);
    }

    /** The same with another status. */
    public static AdminAnswer json(int status, JsonNode document) {
        return of(status, JSON, Content.of(document.toPrettyString() + "\n"));
    }

    /** Plain text. */
    public static AdminAnswer text(String text) {
        return of(200, "text/plain; charset=utf-8", Content.of(text));
    }

    /** Anything else. */
    public static AdminAnswer of(int status, String mediaType, Content body) {
        return new AdminAnswer(status, mediaType, Map.of(), body, Optional.empty());
    }

    /** Server-sent events. */
    public static AdminAnswer events(Feed feed) {
        return new AdminAnswer(200, "text/event-stream", Map.of(), Content.NONE, Optional.of(feed));
    }

    /** The same as another media type. */
    public AdminAnswer as(String otherMediaType) {
        return new AdminAnswer(status, otherMediaType, headers, body, feed);
    }

    /** The same with more headers. */
    public AdminAnswer with(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(headers);
        all.putAll(more);
        return new AdminAnswer(status, mediaType, all, body, feed);
    }
}
