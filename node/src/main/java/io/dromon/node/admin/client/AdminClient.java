package io.dromon.node.admin.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.node.admin.api.Content;
import io.dromon.node.admin.local.ControlSocket;
import io.dromon.transport.tls.TlsEndpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** One door of a node. A connection is made for each request. Any thread. */
public final class AdminClient {
    /** How long an answer may take. A node answers within 5 s, if only to say that it cannot. */
    public static final Duration PATIENCE = Duration.ofSeconds(10);
    /** The same for an action that takes its time: a node gives relinking 300 s. */
    public static final Duration LONG_PATIENCE = Duration.ofSeconds(310);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, Integer> PORTS = Map.of("http", 80, "https", 443);

    private final Door door;

    /**
     * The way to a node.
     *
     * @param shown for messages
     * @param host the value of the header
     * @param endsBecause what to say where it does not answer
     */
    record Door(String shown, String host, SocketAddress address, Optional<TlsEndpoint> tls, String endsBecause) {}

    /**
     * A request.
     *
     * @param path with its query, encoded
     * @param headers further ones
     * @param mediaType of the body; empty without one
     */
    public record Request(String method, String path, Map<String, String> headers, String mediaType, Content body) {
        /** Media type of JSON. */
        public static final String JSON = "application/json";

        public Request {
            headers = Map.copyOf(headers);
        }

        static Request get(String path) {
            return new Request("GET", path, Map.of(), "", Content.NONE);
        }

        static Request post(String path, ObjectNode order) {
            return new Request("POST", path, Map.of(), JSON, Content.of(order.toString()));
        }
    }

    /** The request may have reached the node, and no answer came: whether it was carried out is not known. */
    public static final class NoAnswer extends IOException {
        private static final long serialVersionUID = 1L;

        NoAnswer(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * An answer.
     *
     * @param status of HTTP
     * @param headers by name in lower case
     */
    public record Answer(int status, Map<String, String> headers, Content body) {
        public Answer {
            headers = Map.copyOf(headers);
        }

        /** The body as text; what is no UTF-8 is replaced. */
        public String text() {
            return StandardCharsets.UTF_8.decode(body.bytes()).toString();
        }

        /** Whether the node did what it was asked to. */
        public boolean isDone() {
            return status / 100 == 2;
        }

        /**
         * The document.
         *
         * @throws IOException if it is none: something else than a node has answered
         */
        public JsonNode json() throws IOException {
            JsonNode read;
            try {
                read = JSON.readTree(text());
            } catch (IOException e) {
                throw new IOException("the answer is no JSON: no Dromon node answers there", e);
            }
            return read;
        }

        /** Why it was not done, in one sentence, and what to do. */
        public String problem() {
            try {
                JsonNode problem = json();
                String detail = problem.path("detail").asText();
                String remedy = problem.path("remedy").asText();
                return detail.isEmpty() ? "HTTP status " + status : detail + "; " + remedy;
            } catch (IOException e) {
                return "HTTP status " + status + ", and no reason: no Dromon node answers there";
            }
        }
    }

    private AdminClient(Door door) {
        this.door = door;
    }

    /**
     * The control socket of a data directory.
     *
     * @throws IOException if there is none; the message says what to do
     */
    public static AdminClient local(Path dataDirectory) throws IOException {
        Path path = ControlSocket.in(dataDirectory).toAbsolutePath();
        if (!Files.exists(path)) {
            throw new IOException("no node runs in " + dataDirectory + ": there is no " + ControlSocket.NAME
                    + "; name its data directory with --data-dir");
        }
        return socket(path);
    }

    /** A control socket, by the path of its file; that there is one is not looked at yet. */
    public static AdminClient socket(Path path) {
        return new AdminClient(new Door(
                path.toString(),
                "localhost",
                UnixDomainSocketAddress.of(path),
                Optional.empty(),
                "it has ended, or runs as another user"));
    }

    /**
     * An admin listener.
     *
     * @param url {@code http://host:port} or {@code https://host:port}
     * @param tls for {@code https}; the caller's
     * @throws IllegalArgumentException if it is no such URL
     */
    public static AdminClient remote(URI url, Optional<TlsEndpoint> tls) {
        String scheme = String.valueOf(url.getScheme());
        String host = url.getHost();
        boolean bare = (url.getPath() == null
                        || url.getPath().isEmpty()
                        || url.getPath().equals("/"))
                && url.getQuery() == null
                && url.getUserInfo() == null;
        if (host == null || !PORTS.containsKey(scheme) || !bare) {
            throw new IllegalArgumentException(
                    "'" + url + "' is no address of an admin listener; write https://HOST:PORT");
        }
        if (scheme.equals("https") != tls.isPresent()) {
            throw new IllegalArgumentException(url + " and TLS do not go together");
        }
        int port = url.getPort() < 0 ? PORTS.getOrDefault(scheme, 0) : url.getPort();
        String plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return new AdminClient(new Door(
                scheme + "://" + host + ":" + port,
                host + ":" + port,
                new InetSocketAddress(plain, port),
                tls,
                "see admin.listen there, and whether the network lets it through"));
    }

    Door door() {
        return door;
    }

    /**
     * Reads.
     *
     * @throws IOException if no node answers; the message says what to do
     */
    public Answer get(String path) throws IOException {
        return get(path, PATIENCE);
    }

    /** The same with another patience, from the connection to the whole answer. */
    public Answer get(String path, Duration patience) throws IOException {
        return send(Request.get(path), patience);
    }

    /**
     * Has something done.
     *
     * @param action as it stands behind {@code /api/v1/}
     * @throws IOException if no node answers; the message says what to do
     */
    public Answer post(String action, ObjectNode order, Duration patience) throws IOException {
        return send(Request.post("/api/v1/" + action, order), patience);
    }

    /**
     * Sends any request.
     *
     * @param patience from the connection to the whole answer
     * @throws NoAnswer if it may have been carried out all the same
     * @throws IOException if no node answers; the message says what to do
     */
    public Answer send(Request request, Duration patience) throws IOException {
        return OneRequest.send(door, request, patience);
    }

    /** An action without arguments. */
    public Answer post(String action) throws IOException {
        return post(action, JsonNodeFactory.instance.objectNode(), LONG_PATIENCE);
    }

    /** An option is changed. */
    public Answer set(String option, String value) throws IOException {
        return post(
                "set",
                JsonNodeFactory.instance.objectNode().put("option", option).put("value", value),
                PATIENCE);
    }

    /**
     * The status document.
     *
     * @throws IOException also if it is refused
     */
    public JsonNode status() throws IOException {
        Answer answer = get("/api/v1/status");
        if (!answer.isDone()) {
            throw new IOException(answer.problem());
        }
        return answer.json();
    }
}
