package io.dromon.transport.link;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Addresses of the form {@code scheme://ip:port}, numeric, IPv6 in brackets and shortest (chapter 01, pitfall 9). */
final class LinkAddress {
    private LinkAddress() {}

    /** Empty if it is not of the form; never looks a name up. */
    static Optional<InetSocketAddress> parse(String address) {
        int start = address.indexOf("://");
        int colon = address.lastIndexOf(':');
        if (start < 0 || colon < start + 3 || !(address.startsWith("tcp://") || address.startsWith("ssl://"))) {
            return Optional.empty();
        }
        String host = address.substring(start + 3, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        byte[] ip = NetUtil.createByteArrayFromIpAddressString(host);
        int port;
        try {
            port = Integer.parseInt(address.substring(colon + 1));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
        if (ip == null || port < 0 || port > 65535) {
            return Optional.empty();
        }
        try {
            return Optional.of(new InetSocketAddress(InetAddress.getByAddress(ip), port));
        } catch (java.net.UnknownHostException e) {
            return Optional.empty();
        }
    }

    static boolean isTls(String address) {
        return address.startsWith("ssl://");
    }

    static String ip(InetAddress address) {
        String text = NetUtil.toAddressString(address);
        return address instanceof java.net.Inet6Address ? "[" + text + "]" : text;
    }

    static String format(String scheme, InetSocketAddress address) {
        return scheme + "://" + ip(address.getAddress()) + ":" + address.getPort();
    }
}
