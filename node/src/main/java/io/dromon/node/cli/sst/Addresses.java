package io.dromon.node.cli.sst;

import io.dromon.node.cli.process.CommandFailure;
import io.dromon.sst.tunnel.TunnelAddress;
import java.net.InetSocketAddress;

/** Addresses as the flags have them: {@code HOST:PORT}, IPv6 in brackets. */
final class Addresses {
    private Addresses() {}

    static String host(String text) {
        int colon = text.lastIndexOf(':');
        return text.substring(0, Math.max(0, colon)).replaceAll("^\\[|\\]$", "");
    }

    /** Not looked up yet. */
    static InetSocketAddress address(String text) {
        InetSocketAddress address;
        try {
            address = InetSocketAddress.createUnresolved(
                    host(text), Integer.parseInt(text.substring(text.lastIndexOf(':') + 1)));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new CommandFailure("'" + text + "' is no HOST:PORT");
        }
        if (host(text).isEmpty()) {
            throw new CommandFailure("'" + text + "' is no HOST:PORT; 0.0.0.0 is every IPv4 address, [::] any");
        }
        return address;
    }

    /** One of this machine, looked up. */
    static InetSocketAddress own(String text) {
        InetSocketAddress named = address(text);
        InetSocketAddress address = new InetSocketAddress(named.getHostString(), named.getPort());
        if (address.isUnresolved()) {
            throw new CommandFailure("'" + text + "': no such host");
        }
        return address;
    }

    /** A wildcard is printed as it was asked for. */
    static String shown(InetSocketAddress bound, String asked) {
        String host = bound.getAddress().isAnyLocalAddress()
                ? host(asked)
                : bound.getAddress().getHostAddress();
        return new TunnelAddress(host, bound.getPort()).toString();
    }
}
