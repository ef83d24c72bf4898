package io.dromon.node.state.snapshot;

import io.dromon.config.Address;
import io.dromon.config.NodeConfig;
import io.dromon.config.Options;
import io.dromon.config.ServerOptions;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import java.util.Optional;

/** Where donors reach a joiner (chapter 06 section 9.2). */
final class ReceiveAddress {
    /** That of the scripts, where an address is given without one. */
    private static final int PORT = 4444;

    private ReceiveAddress() {}

    /** The host, and a port, 0 for any. */
    static Address of(NodeConfig config) {
        String given = config.value(ServerOptions.WSREP_SST_RECEIVE_ADDRESS);
        if (given.equalsIgnoreCase("AUTO")) {
            return new Address("", ownHost(config), 0);
        }
        Address address = Address.parse(given);
        return address.with("", address.hasPort() ? address.port() : PORT);
    }

    /** {@code base_host}, which is that of {@code wsrep_node_address}; else what the node listens at, if it is one address. */
    static String ownHost(NodeConfig config) {
        Optional<String> named = config.optional(Options.BASE_HOST);
        return named.orElseGet(() ->
                config.listen().isAny() ? firstOfInterfaces() : config.listen().host());
    }

    private static String firstOfInterfaces() {
        try {
            for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                if (each.isUp() && !each.isLoopback() && !each.isPointToPoint()) {
                    for (InetAddress address : Collections.list(each.getInetAddresses())) {
                        if (address instanceof Inet4Address) {
                            return address.getHostAddress();
                        }
                    }
                }
            }
        } catch (SocketException e) {
            return loopback(); // no interface can be seen
        }
        return loopback();
    }

    private static String loopback() {
        return InetAddress.getLoopbackAddress().getHostAddress();
    }

    /** What is listened on: that address if it is this machine's, else all, since something passes it on. */
    static InetSocketAddress bind(Address receive) throws IOException {
        InetAddress address = InetAddress.getByName(receive.host());
        return NetworkInterface.getByInetAddress(address) == null
                ? new InetSocketAddress(receive.port())
                : new InetSocketAddress(address, receive.port());
    }
}
