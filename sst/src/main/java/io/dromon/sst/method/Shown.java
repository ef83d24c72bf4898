package io.dromon.sst.method;

import io.dromon.sst.tunnel.TunnelAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Values as people write them. */
final class Shown {
    private Shown() {}

    static String time(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }

    static String address(InetSocketAddress address) {
        String host = address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return new TunnelAddress(host, address.getPort()).toString();
    }
}
