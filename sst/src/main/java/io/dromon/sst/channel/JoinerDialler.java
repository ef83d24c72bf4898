package io.dromon.sst.channel;

import io.dromon.sst.Token;
import io.dromon.sst.tunnel.Reasons;
import io.dromon.sst.tunnel.TunnelAddress;
import io.dromon.transport.tls.TlsContexts;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A donor's way to its joiner. A name is looked up for each connection, and all its addresses are tried in turn: names
 * move, and not every address of one leads to the joiner.
 *
 * @param address where the joiner listens, best not resolved
 * @param own the donor's certificate and trust
 */
public record JoinerDialler(InetSocketAddress address, TlsContexts own, Token token) {
    /**
     * A connection to a joiner that has proven itself; the caller closes it.
     *
     * @param within for each address and step
     * @throws SSLException if there is no TLS with it, the reason in its text
     * @throws ConnectException if nothing answers at any address
     */
    public TlsChannel proven(byte[] session, Proof.Gate gate, ProgressCounters progress, Duration within)
            throws IOException {
        InetAddress[] addresses = lookedUp();
        IOException failure = null;
        for (InetAddress each : addresses) {
            InetSocketAddress at = new InetSocketAddress(each, address.getPort());
            try {
                return proven(connected(at, within.dividedBy(addresses.length)), session, gate, progress, within);
            } catch (java.nio.channels.ClosedByInterruptException | java.io.InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                failure = moreTelling(failure, e);
            }
        }
        throw failure == null ? new ConnectException("no such host") : failure;
    }

    /** What answered says more than what did not. */
    private static IOException moreTelling(@Nullable IOException before, IOException now) {
        if (before == null || before instanceof ConnectException) {
            return now;
        }
        before.addSuppressed(now);
        return before;
    }

    private InetAddress[] lookedUp() throws ConnectException {
        try {
            return InetAddress.getAllByName(
                    address.isUnresolved()
                            ? address.getHostString()
                            : address.getAddress().getHostAddress());
        } catch (UnknownHostException e) {
            ConnectException unknown = new ConnectException("no such host");
            unknown.initCause(e);
            throw unknown;
        }
    }

    private static SocketChannel connected(InetSocketAddress at, Duration within) throws IOException {
        SocketChannel socket = SocketChannel.open();
        try {
            socket.socket().connect(at, (int) Math.max(1, within.toMillis()));
            return socket;
        } catch (java.net.SocketTimeoutException e) {
            socket.close();
            ConnectException silent =
                    new ConnectException(TunnelAddress.of(at) + ": no connection within " + DurationText.of(within));
            silent.initCause(e);
            throw silent;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private TlsChannel proven(
            SocketChannel socket, byte[] session, Proof.Gate gate, ProgressCounters progress, Duration within)
            throws IOException {
        TlsChannel channel = TlsChannel.over(socket, own, false, progress, within.toNanos());
        try {
            long deadline = System.nanoTime() + within.toNanos();
            channel.handshake(within.toNanos());
            Proof.donor(channel, token, session, deadline, gate);
            return channel;
        } catch (SSLException e) {
            channel.close();
            String joiner = "the joiner at " + TunnelAddress.of(address);
            throw new SSLException(
                    Reasons.SST
                            .tls(joiner, e, own.trustText())
                            .map(failure -> Reasons.whoRefused(joiner, failure.message()))
                            .orElseGet(() -> "no TLS with " + joiner + ": " + e.getMessage()),
                    e);
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }
}
