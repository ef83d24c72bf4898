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
 * @param since when it was up; empty while it is half open
 * @param bytesIn bytes of frames received
 * @param bytesOut bytes of frames sent or queued
 */
public record LinkStatus(
        long link,
        boolean accepted,
        String remoteAddress,
        Optional<TlsPeer> tls,
        Optional<Instant> since,
        long bytesIn,
        long bytesOut,
        long framesIn,
        long framesOut) {}
