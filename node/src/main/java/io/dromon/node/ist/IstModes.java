package io.dromon.node.ist;

import io.dromon.config.Address;
import io.dromon.transport.tls.TlsContexts;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * In which mode connections of incremental transfers are made: that of the links or, with {@code socket.dynamic}, that of
 * the other end if it has no TLS. The state request, which travels over the links, tells the donor the joiner's mode, and a
 * joiner with TLS takes a donor for a plain one that says nothing where a TLS donor sends its ClientHello. Nothing that was
 * begun with TLS goes on without.
 *
 * @param tls what links are made with now; empty in plain text
 * @param plainToo whether plain text is let in beside TLS now
 */
public record IstModes(Supplier<Optional<TlsContexts>> tls, BooleanSupplier plainToo) {
    private static final Logger LOG = LoggerFactory.getLogger(IstModes.class);
    /** How long a donor may take to its ClientHello, as on the group's port (chapter 01 section 3.6). */
    private static final Duration CLIENT_HELLO = Duration.ofMillis(750);

    /** The mode of the links and no other. */
    public static IstModes of(Supplier<Optional<TlsContexts>> tls) {
        return new IstModes(tls, () -> false);
    }

    /** Of the addresses at which this node receives. */
    String scheme() {
        return tls.get().isPresent() ? "ssl" : "tcp";
    }

    /** Whether this node cannot do what an address asks for. */
    boolean cannotDial(Address joiner) {
        return tls.get().isEmpty() && joiner.scheme().equals("ssl") && !plainToo.getAsBoolean();
    }

    /** What a joiner is dialled with. */
    Optional<TlsContexts> dialling(Address joiner) {
        Optional<TlsContexts> own = tls.get();
        if (own.isEmpty() && joiner.scheme().equals("ssl")) {
            warnOfPlain(
                    joiner + ", which has TLS: an incremental state transfer in plain text, since this node has none");
            return own;
        }
        return own.isPresent() && joiner.scheme().equals("tcp") && allowsPlain(joiner.toString())
                ? Optional.empty()
                : own;
    }

    /** What a connection is served with that was accepted; may wait for its first bytes. */
    Optional<TlsContexts> accepting(SocketChannel socket, String donor) throws IOException {
        Optional<TlsContexts> own = tls.get();
        return own.isPresent() && plainToo.getAsBoolean() && !speaks(socket) && allowsPlain(donor)
                ? Optional.empty()
                : own;
    }

    private boolean allowsPlain(String peer) {
        boolean allowed = plainToo.getAsBoolean();
        if (allowed) {
            warnOfPlain(peer + ": an incremental state transfer in plain text, since the peer has no TLS");
        }
        return allowed;
    }

    private static void warnOfPlain(String what) {
        LOG.warn("{} and socket.dynamic lets it: what was written can be read on the way", what);
    }

    private static boolean speaks(SocketChannel socket) throws IOException {
        socket.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            socket.register(selector, SelectionKey.OP_READ);
            boolean readable = selector.select(CLIENT_HELLO.toMillis()) > 0;
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("stopped");
            }
            return readable;
        }
    }
}
