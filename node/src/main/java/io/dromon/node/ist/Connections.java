package io.dromon.node.ist;

import io.dromon.sst.channel.ProgressCounters;
import io.dromon.sst.channel.TlsChannel;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsPeer;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.LinkFailure;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes connections of transfers, with the contexts and rules of the node's links or in plain text as they are. */
final class Connections {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    private Connections() {}

    /**
     * Takes the socket over, which is closed if this fails.
     *
     * @param verdicts of this connection; its limit is the deadline of TLS
     */
    static IstChannel over(SocketChannel socket, Optional<TlsContexts> tls, Verdicts verdicts)
            throws IOException, RefusedPeerException {
        return tls.isPresent() ? withTls(socket, tls.get(), verdicts) : PlainIstChannel.over(socket);
    }

    private static IstChannel withTls(SocketChannel socket, TlsContexts contexts, Verdicts verdicts)
            throws IOException, RefusedPeerException {
        long limitNs = verdicts.limit().toNanos();
        TlsChannel channel = TlsChannel.over(socket, contexts, verdicts.accepted(), new ProgressCounters(), limitNs);
        boolean proven = false;
        try {
            channel.handshake(limitNs);
            Optional<LinkFailure> refusal = contexts.identify(
                    channel.session(),
                    verdicts.accepted(),
                    verdicts.peer(),
                    channel.remote().getHostAddress(),
                    peer -> tell(verdicts.peer(), peer));
            if (refusal.isPresent()) {
                throw verdicts.identity(refusal.get());
            }
            proven = true;
            return new TlsIstChannel(channel);
        } finally {
            if (!proven) {
                channel.close();
            }
        }
    }

    private static void tell(String address, TlsPeer peer) {
        LOG.debug("{}: incremental state transfer with {}", address, peer);
    }

    /** Closes what there is of a connection that failed. */
    static void close(@Nullable SocketChannel socket, @Nullable IstChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            } else if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            LOG.debug("closing a connection that failed", e);
        }
    }

    /** Sends a message of a handshake. */
    static void send(IstChannel channel, Bytes message, Duration limit) throws IOException {
        ByteBuffer direct = ByteBuffer.allocateDirect(message.length());
        direct.put(message.toByteBuffer()).flip();
        channel.write(direct, limit.toNanos());
    }

    /** Waits for more bytes of a handshake. */
    static void await(IstChannel channel, long deadlineNs) throws IOException {
        if (!channel.awaitMore(deadlineNs - System.nanoTime())) {
            throw new SocketTimeoutException("no handshake within the time");
        }
    }
}
