package io.dromon.transport.link;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;

/**
 * The settings of a node's links: how it listens, dials and bounds its peers.
 *
 * @param listenAddress {@code tcp://ip:port}, numeric, port 0 for one that the system chooses; a specific IP is also
 *     the source of outgoing connections
 * @param checksum {@code socket.checksum}: 0 none, 1 CRC-32, 2 CRC-32C; 0 also turns checking off
 * @param receiveBufferBytes {@code socket.recv_buf_size}; 0 leaves it to the system
 * @param sendBufferBytes {@code socket.send_buf_size}; 0 leaves it to the system
 * @param probeTimeout how long an accepted connection may say nothing where it has to speak first (TLS)
 * @param handshakeTimeout how long an accepted connection may take until TLS is done
 * @param dialTimeout how long a dial may take until TLS is done; below {@code gmcast.peer_timeout}, so that the
 *     failure has a name
 * @param peekTime how long a plain listener looks for a ClientHello before it speaks; only what comes within it can
 *     be answered with an alert that the peer understands. A TLS dialler sends its ClientHello right behind the
 *     handshake of TCP, so this does not depend on the distance
 * @param halfOpenLinks how many accepted connections may be without their first message at a time
 * @param outboundBytes how much may wait for a peer that does not read, before it is dropped
 * @param closeTimeout how long a closed link may take to send what is queued
 * @param allowedPeers {@code wsrep_allowlist}: the addresses that may connect; empty for all
 */
public record LinkSettings(
        String listenAddress,
        int checksum,
        int receiveBufferBytes,
        int sendBufferBytes,
        Duration probeTimeout,
        Duration handshakeTimeout,
        Duration dialTimeout,
        Duration peekTime,
        int halfOpenLinks,
        long outboundBytes,
        Duration closeTimeout,
        Set<InetAddress> allowedPeers) {
    public LinkSettings {
        if (checksum < 0 || checksum > 2) {
            throw new IllegalArgumentException("checksum kind " + checksum);
        }
        if (halfOpenLinks < 1 || outboundBytes < 1) {
            throw new IllegalArgumentException("bounds must be positive");
        }
        allowedPeers = Set.copyOf(allowedPeers);
    }

    /** The defaults at a listening address. */
    public static LinkSettings at(String listenAddress) {
        return new LinkSettings(
                listenAddress,
                2,
                0,
                0,
                Duration.ofSeconds(1),
                Duration.ofSeconds(5),
                Duration.ofMillis(2500),
                Duration.ofMillis(2),
                64,
                64L << 20,
                Duration.ofSeconds(5),
                Set.of());
    }

    /** The same with other deadlines. */
    public LinkSettings withTimeouts(Duration probe, Duration handshake, Duration dial) {
        return new LinkSettings(
                listenAddress,
                checksum,
                receiveBufferBytes,
                sendBufferBytes,
                probe,
                handshake,
                dial,
                peekTime,
                halfOpenLinks,
                outboundBytes,
                closeTimeout,
                allowedPeers);
    }

    /** The same with another checksum kind. */
    public LinkSettings withChecksum(int kind) {
        return new LinkSettings(
                listenAddress,
                kind,
                receiveBufferBytes,
                sendBufferBytes,
                probeTimeout,
                handshakeTimeout,
                dialTimeout,
                peekTime,
                halfOpenLinks,
                outboundBytes,
                closeTimeout,
                allowedPeers);
    }

    /** The same with another time to look for a ClientHello; zero speaks at once. */
    public LinkSettings withPeek(Duration peek) {
        return new LinkSettings(
                listenAddress,
                checksum,
                receiveBufferBytes,
                sendBufferBytes,
                probeTimeout,
                handshakeTimeout,
                dialTimeout,
                peek,
                halfOpenLinks,
                outboundBytes,
                closeTimeout,
                allowedPeers);
    }

    /** The same with other bounds. */
    public LinkSettings withBounds(int halfOpen, long outbound) {
        return new LinkSettings(
                listenAddress,
                checksum,
                receiveBufferBytes,
                sendBufferBytes,
                probeTimeout,
                handshakeTimeout,
                dialTimeout,
                peekTime,
                halfOpen,
                outbound,
                closeTimeout,
                allowedPeers);
    }

    /** The same with other addresses that may connect. */
    public LinkSettings withAllowedPeers(Set<InetAddress> allowed) {
        return new LinkSettings(
                listenAddress,
                checksum,
                receiveBufferBytes,
                sendBufferBytes,
                probeTimeout,
                handshakeTimeout,
                dialTimeout,
                peekTime,
                halfOpenLinks,
                outboundBytes,
                closeTimeout,
                allowed);
    }
}
