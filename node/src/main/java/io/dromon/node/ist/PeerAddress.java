package io.dromon.node.ist;

import io.dromon.config.Address;
import java.net.InetSocketAddress;

/** A numeric address for texts. */
final class PeerAddress {
    private PeerAddress() {}

    static String text(InetSocketAddress address) {
        return new Address("", address.getAddress().getHostAddress(), address.getPort()).hostPort();
    }
}
