package io.dromon.node.admin.api;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A request before its body: what is refused, whatever the route.
 *
 * @param method as it was sent
 * @param path of the target, still encoded, without the query
 * @param headers by name in lower case, values joined by commas
 * @param hasBody whether a body follows
 */
public record RequestHead(String method, String path, Map<String, String> headers, boolean hasBody) {
    private static final int LONGEST_PATH = 2048;
    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "DELETE");

    public RequestHead {
        headers = Map.copyOf(headers);
    }

    /**
     * The path, decoded.
     *
     * @throws Problem.Refusal if it is none, or one that another program could read in another way
     */
    public String decodedPath() {
        if (!path.startsWith("/")) {
            throw Problem.of(
                            400,
                            "the target of the request is no path",
                            "send the path alone, this is no proxy: GET /api/v1/status")
                    .refusal();
        }
        if (path.length() > LONGEST_PATH) {
            throw Problem.of(414, "the path has " + path.length() + " characters", "at most " + LONGEST_PATH)
                    .refusal();
        }
        StringBuilder decoded = new StringBuilder();
        for (String segment : path.substring(1).split("/", -1)) {
            decoded.append('/').append(decode(segment));
        }
        return decoded.toString();
    }

    private String decode(String segment) {
        byte[] bytes = new byte[segment.length()];
        int length = 0;
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            int value = c;
            boolean encoded = c == '%';
            if (encoded) {
                value = i + 2 < segment.length() ? hex(segment.charAt(i + 1), segment.charAt(i + 2)) : -1;
                i += 2;
            }
            boolean plain = value > 0x20 && value < 0x7f && value != '#';
            boolean ifEncoded = value >= 0x20 && value != 0x7f;
            if (!(encoded ? ifEncoded : plain) || value == '/' || value == '\\') {
                throw badPath("it has a character, or an encoded one, that no path here has");
            }
            bytes[length++] = (byte) value;
        }
        String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
        boolean missing = text.isEmpty() && path.length() > 1;
        if (missing || text.equals(".") || text.equals("..") || text.indexOf('\ufffd') >= 0) {
            throw badPath("it has an empty, dotted or unreadable segment");
        }
        return text;
    }

    private static Problem.Refusal badPath(String why) {
        return Problem.of(400, "the path is refused: " + why, "write it as it is listed at /api/v1")
                .refusal();
    }

    private static int hex(char high, char low) {
        int left = Character.digit(high, 16);
        int right = Character.digit(low, 16);
        return left < 0 || right < 0 ? -1 : left * 16 + right;
    }

    /** The method, if it is one of those that some path takes. */
    void checkMethod() {
        if (!METHODS.contains(method)) {
            throw new Problem(
                            501,
                            "the method is none of " + String.join(", ", METHODS),
                            "use one of them",
                            Map.of("Allow", String.join(", ", METHODS)))
                    .refusal();
        }
    }

    /**
     * Refuses what a web site of others could have a browser send: a name of its own as host (DNS rebinding), a change from
     * another origin, a form.
     */
    void checkBrowser(Route route, Caller.Door door) {
        if (door == Caller.Door.SOCKET) {
            return; // no browser connects to it
        }
        String host = headers.getOrDefault("host", "");
        if (door == Caller.Door.HTTP && route.access() != AccessClass.HEALTH && !isOwnHost(host)) {
            throw Problem.of(
                            421,
                            "the request is for another host than this listener",
                            "use the listener's address in the URL, not a name, or https://")
                    .refusal();
        }
        if (!route.changes()) {
            return;
        }
        String site = headers.getOrDefault("sec-fetch-site", "none");
        String origin = headers.get("origin");
        String own = (door == Caller.Door.HTTPS ? "https://" : "http://") + host.toLowerCase(Locale.ROOT);
        if (!(site.equals("none") || site.equals("same-origin")) || (origin != null && !origin.equals(own))) {
            throw Problem.of(
                            403,
                            "a page of another origin asks for a change",
                            "changes come from this listener's own page, or from a program")
                    .refusal();
        }
    }

    /** A change has its order as JSON, which no form can send to another site without asking. */
    void checkMediaType(Route route) {
        String type = headers.getOrDefault("content-type", "");
        String bare = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (route.method().equals("POST") && hasBody && !bare.equals("application/json")) {
            throw Problem.of(415, "the body is not declared as JSON", "send Content-Type: application/json")
                    .refusal();
        }
    }

    /** A numeric address or localhost, which no name server can have made mean this machine. */
    private static boolean isOwnHost(String header) {
        return hostOf(header)
                .filter(host -> host.equalsIgnoreCase("localhost") || isNumeric(host))
                .isPresent();
    }

    private static Optional<String> hostOf(String header) {
        try {
            return Optional.ofNullable(new URI("http://" + header).getHost());
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static boolean isNumeric(String host) {
        if (!host.startsWith("[") && !host.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}")) {
            return false;
        }
        try {
            return InetAddress.getByName(host).getHostAddress() != null; // a literal: nothing is looked up
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
