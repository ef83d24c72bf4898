package io.dromon.sst.tunnel;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;

/**
 * The address that a service listens on or connects to.
 *
 * @param host name or literal without brackets; empty: every IPv4 address of this host to listen, {@code localhost} to
 *     connect
 * @param port 0 lets the system choose where to listen
 */
public record TunnelAddress(String host, int port) {
    public TunnelAddress {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("a port is a number up to 65535, not " + port);
        }
    }

    /** That of a socket; a name that is not resolved stays a name. */
    public static TunnelAddress of(InetSocketAddress address) {
        String host = address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return new TunnelAddress(host, address.getPort());
    }

    /** stunnel's {@code [HOST:]PORT}: what follows the last colon is the port. */
    public static TunnelAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon).trim();
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        String port = text.substring(colon + 1).trim();
        if (text.startsWith("/")) {
            throw new IllegalArgumentException("Unix sockets are not supported: \"" + text + "\"");
        }
        if (port.isEmpty() || port.length() > 5 || !port.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("\"" + text + "\" is no [HOST:]PORT with a number as port");
        }
        return new TunnelAddress(host, Integer.parseInt(port));
    }

    /** Looks a name up: not for an event loop. */
    InetSocketAddress resolve(String ifEmpty) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByName(host.isEmpty() ? ifEmpty : host), port);
    }

    /** All addresses of a name: not for an event loop. */
    List<InetSocketAddress> resolveAll(String ifEmpty) throws UnknownHostException {
        return Stream.of(InetAddress.getAllByName(host.isEmpty() ? ifEmpty : host))
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }

    /** Whether the host is written as an address and not as a name. */
    boolean isLiteral() {
        return host.isEmpty() || host.contains(":") || host.matches("[0-9.]+");
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
