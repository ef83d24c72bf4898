package io.dromon.transport.link;

import io.dromon.transport.tls.TlsPeer;
import java.time.Instant;
import java.util.Optional;

/**
 * One connection as an operator sees it.
 *
 * @param link its number
 * @param accepted whether the peer dialled
 * @param remoteAddress {@code scheme://ip:port} of the other end of the socket
 * @param tls what TLS agreed on; empty in plain text or before the handshake is done
 * @param applicationProtocol what ALPN agreed on; empty with a Galera node, which offers nothing
 * @param compression what compression makes of the bytes; empty without
 * @param since when it was up; empty while it is half-open
 * @param bytesIn bytes of frames received
 * @param bytesOut bytes of frames sent or queued
 */
public record LinkStatus(
        long link,
        boolean accepted,
        String remoteAddress,
        Optional<TlsPeer> tls,
        Optional<String> applicationProtocol,
        Optional<Compressed> compression,
        Optional<Instant> since,
        long bytesIn,
        long bytesOut,
        long framesIn,
        long framesOut) {
    /**
     * The stream inside TLS.
     *
     * @param bytesIn compressed bytes received
     * @param bytesOut compressed bytes sent
     */
    public record Compressed(long bytesIn, long bytesOut) {}
}
