package io.dromon.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * A host with an optional port and scheme (chapter 01 section 10). Names are not resolved here.
 *
 * @param scheme {@code tcp}, {@code ssl}, or empty
 * @param host name, IPv4 address, or IPv6 address without brackets
 * @param port 0 to 65535, or {@link #NO_PORT}
 */
public record Address(String scheme, String host, int port) {
    /** No port is written. */
    public static final int NO_PORT = -1;

    /** The port of a node where none is written (chapter 01 section 10). */
    public static final int DEFAULT_PORT = 4567;

    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]{0,253}[A-Za-z0-9_.])?");
    private static final Pattern ONLY_DIGITS_AND_DOTS = Pattern.compile("[0-9.]+");
    private static final Pattern IPV4 = Pattern.compile(
            "((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])");
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

    /** Checks the port's range. */
    public Address {
        if (port < NO_PORT || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
        }
    }

    /**
     * Reads {@code [scheme://]host[:port]}; an IPv6 address stands in brackets; {@code host:} has no port.
     *
     * @throws IllegalArgumentException with the reason
     */
    public static Address parse(String text) {
        int schemeEnd = text.indexOf("://");
        String scheme = "";
        String rest = text;
        if (schemeEnd >= 0) {
            scheme = text.substring(0, schemeEnd);
            rest = text.substring(schemeEnd + 3);
            if (!scheme.equals("tcp") && !scheme.equals("ssl")) {
                throw new IllegalArgumentException("scheme '" + scheme + "' is not tcp or ssl");
            }
        }
        return parseHostPort(scheme, rest);
    }

    static Address parseHostPort(String scheme, String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("no host");
        }
        if (text.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("blank in '" + text + "'");
        }
        String host;
        String portText;
        if (text.startsWith("[")) {
            int close = text.indexOf(']');
            if (close < 0) {
                throw new IllegalArgumentException("'[' without ']' in '" + text + "'");
            }
            host = text.substring(1, close);
            String behind = text.substring(close + 1);
            if (!behind.isEmpty() && !behind.startsWith(":")) {
                throw new IllegalArgumentException("'" + behind + "' behind ']' is not a port");
            }
            portText = behind.isEmpty() ? "" : behind.substring(1);
            requireIpv6(host);
        } else {
            int colon = text.indexOf(':');
            if (colon != text.lastIndexOf(':')) {
                throw new IllegalArgumentException("'" + text + "' has several colons; an IPv6 address needs brackets");
            }
            host = colon < 0 ? text : text.substring(0, colon);
            portText = colon < 0 ? "" : text.substring(colon + 1);
            requireHost(host);
        }
        return new Address(scheme, host, portText.isEmpty() ? NO_PORT : parsePort(portText));
    }

    /** Whether a port is written. */
    public boolean hasPort() {
        return port != NO_PORT;
    }

    /** Whether the host is an address and not a name. */
    public boolean isNumeric() {
        return isIpv6() || IPV4.matcher(host).matches();
    }

    /** Whether the host is {@code 0.0.0.0} or {@code ::}. */
    public boolean isAny() {
        if (!isIpv6()) {
            return host.equals("0.0.0.0");
        }
        return isAnyIpv6(host);
    }

    /** The same host with a scheme and a port. */
    public Address with(String newScheme, int newPort) {
        return new Address(newScheme, host, newPort);
    }

    /** {@code host:port} with brackets around an IPv6 address. */
    public String hostPort() {
        String printed = isIpv6() ? "[" + host + "]" : host;
        return hasPort() ? printed + ":" + port : printed;
    }

    @Override
    public String toString() {
        return scheme.isEmpty() ? hostPort() : scheme + "://" + hostPort();
    }

    private boolean isIpv6() {
        return host.indexOf(':') >= 0;
    }

    private static int parsePort(String text) {
        if (!PORT.matcher(text).matches() || Integer.parseInt(text) > 65_535) {
            throw new IllegalArgumentException("'" + text + "' is not a port (0 to 65535)");
        }
        return Integer.parseInt(text);
    }

    private static void requireHost(String host) {
        boolean numeric = ONLY_DIGITS_AND_DOTS.matcher(host).matches();
        if (numeric && !IPV4.matcher(host).matches()) {
            throw new IllegalArgumentException("'" + host + "' is not an IPv4 address");
        }
        if (!HOST_NAME.matcher(host).matches()) {
            throw new IllegalArgumentException(host.isEmpty() ? "no host" : "'" + host + "' is not a host name");
        }
    }

    private static void requireIpv6(String host) {
        if (host.indexOf(':') < 0) {
            throw new IllegalArgumentException("'" + host + "' in brackets is not an IPv6 address");
        }
        ipv6(host);
    }

    private static boolean isAnyIpv6(String host) {
        return ipv6(host).isAnyLocalAddress();
    }

    private static InetAddress ipv6(String host) {
        int scope = host.indexOf('%');
        try {
            // a text with a colon is only ever read as a literal, never looked up
            return InetAddress.getByName(scope < 0 ? host : host.substring(0, scope));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("'" + host + "' is not an IPv6 address", e);
        }
    }
}
