package io.dromon.transport.mesh;

import java.util.Optional;

/**
 * An address of a node as it stands in lists and messages, {@code scheme://host:port} (chapter 01 section 7.1). Two
 * addresses are the same only if their texts are equal byte for byte.
 *
 * @param scheme {@code tcp} or {@code ssl}
 * @param host IPv4, or IPv6 in brackets, or a name
 * @param port 1 to 65535
 */
record PeerAddress(String scheme, String host, int port) {
    /** Absent if the text is no such address, or longer than the 64 bytes of its field. */
    static Optional<PeerAddress> parse(String text) {
        int schemeEnd = text.indexOf("://");
        int colon = text.lastIndexOf(':');
        if (text.length() > GmcastMessage.ADDRESS_LENGTH || schemeEnd <= 0 || colon <= schemeEnd + 3) {
            return Optional.empty();
        }
        String scheme = text.substring(0, schemeEnd);
        String host = text.substring(schemeEnd + 3, colon);
        int port = port(text, colon + 1);
        boolean known = scheme.equals("tcp") || scheme.equals("ssl");
        return known && port > 0 && isHost(host) ? Optional.of(new PeerAddress(scheme, host, port)) : Optional.empty();
    }

    /** Whether a configured address names its host, which may be longer than what fits a message. */
    static boolean isNamed(String text) {
        int schemeEnd = text.indexOf("://");
        int colon = text.lastIndexOf(':');
        return schemeEnd > 0
                && colon > schemeEnd + 3
                && !new PeerAddress("", text.substring(schemeEnd + 3, colon), 0).isNumeric();
    }

    private boolean isNumeric() {
        return host.startsWith("[") || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }

    /** Whether one can connect to the host without asking a name server; never the any-address. */
    boolean isDialable() {
        return isNumeric() && !host.equals("0.0.0.0") && !host.equals("[::]");
    }

    PeerAddress withScheme(String other) {
        return new PeerAddress(other, host, port);
    }

    @Override
    public String toString() {
        return scheme + "://" + host + ":" + port;
    }

    private static int port(String text, int from) {
        int length = text.length() - from;
        if (length < 1 || length > 5) {
            return 0;
        }
        int port = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return 0;
            }
            port = port * 10 + c - '0';
        }
        return port <= 65535 ? port : 0;
    }

    private static boolean isHost(String host) {
        boolean bracketed = host.startsWith("[") && host.endsWith("]") && host.length() > 3;
        String inner = bracketed ? host.substring(1, host.length() - 1) : host;
        for (int i = 0; i < inner.length(); i++) {
            char c = inner.charAt(i);
            boolean letterOrDigit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean other = c == '.' || (bracketed ? c == ':' || c == '%' : c == '-' || c == '_');
            if (!letterOrDigit && !other) {
                return false;
            }
        }
        return !inner.isEmpty();
    }
}
