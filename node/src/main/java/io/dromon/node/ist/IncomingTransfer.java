package io.dromon.node.ist;

import io.dromon.node.ist.protocol.IncomingStream;
import io.dromon.node.ist.protocol.IncomingStream.Expected;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.ist.protocol.IstException;
import io.dromon.node.ist.protocol.IstException.Reason;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.MalformedMessageException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** A joiner's connection with its donor, after the handshake. For one thread at a time. */
final class IncomingTransfer {
    /** First bytes of a TLS record: a handshake, an alert. */
    private static final int TLS_HANDSHAKE = 0x16;

    private static final int TLS_ALERT = 0x15;

    private final IstChannel channel;
    private final IncomingStream stream;
    private final IstSettings settings;
    private final String donor;
    private long lastGood = IncomingStream.NONE;

    private IncomingTransfer(IstChannel channel, IncomingStream stream, IstSettings settings, String donor) {
        this.channel = channel;
        this.stream = stream;
        this.settings = settings;
        this.donor = donor;
    }

    /** Takes the socket over and shakes hands; it is closed if this fails. */
    static IncomingTransfer accept(
            SocketChannel socket, Expected expected, IstSettings settings, IstModes modes, Verdicts verdicts)
            throws RefusedPeerException {
        IstChannel channel = null;
        boolean proven = false;
        try {
            checkAllowed(socket, settings, verdicts);
            Optional<TlsContexts> tls = modes.accepting(socket, verdicts.peer());
            channel = Connections.over(socket, tls, verdicts);
            IncomingStream stream = new IncomingStream(expected);
            shakeHands(channel, stream, verdicts, tls.isEmpty());
            proven = true;
            return new IncomingTransfer(channel, stream, settings, verdicts.peer());
        } catch (IOException | IstException | RuntimeException e) {
            throw verdicts.of(e);
        } finally {
            if (!proven) {
                Connections.close(socket, channel);
            }
        }
    }

    private static void checkAllowed(SocketChannel socket, IstSettings settings, Verdicts verdicts)
            throws RefusedPeerException {
        if (!settings.allowedPeers().isEmpty()
                && !settings.allowedPeers().contains(socket.socket().getInetAddress())) {
            throw verdicts.notAllowed();
        }
    }

    private static void shakeHands(IstChannel channel, IncomingStream stream, Verdicts verdicts, boolean plain)
            throws IOException, IstException, RefusedPeerException {
        long deadlineNs = System.nanoTime() + verdicts.limit().toNanos();
        Connections.send(channel, stream.opening(), verdicts.limit());
        do {
            Connections.await(channel, deadlineNs);
            if (plain && isTls(channel.received())) {
                throw verdicts.tlsPeer();
            }
        } while (!stream.isAnswered(channel.received()));
        Connections.send(channel, stream.ok(), verdicts.limit());
    }

    private static boolean isTls(ByteBuffer in) {
        byte first = in.get(in.position());
        return first == TLS_HANDSHAKE || first == TLS_ALERT;
    }

    /** Gives all events to the recipient, and its last call. Closes the connection. */
    void receive(long firstNeeded, IstRecipient recipient, BooleanSupplier cancelled) {
        IstException failure = null;
        try {
            receiveAll(firstNeeded, recipient, cancelled);
        } catch (IstException e) {
            failure = e;
        } catch (IOException | RuntimeException | Error e) {
            failure = failure(e);
        } finally {
            channel.close();
        }
        boolean unusedInterrupted = Thread.interrupted(); // the last call is not to suffer from it
        if (failure == null) {
            recipient.onEnd(stream.last());
        } else {
            recipient.onFailure(cancelled.getAsBoolean() ? cancelled() : failure, lastGood);
        }
    }

    private void receiveAll(long firstNeeded, IstRecipient recipient, BooleanSupplier cancelled)
            throws IOException, IstException {
        stream.begin(firstNeeded);
        while (!cancelled.getAsBoolean()) {
            IstEvent event = stream.next(channel.received());
            if (event != null) {
                give(event, recipient);
            } else if (stream.isEnded()) {
                return;
            } else if (!channel.awaitMore(settings.silence().toNanos())) {
                throw new SocketTimeoutException("silence");
            }
        }
        throw cancelled();
    }

    private void give(IstEvent event, IstRecipient recipient) throws IstException {
        try {
            recipient.onEvent(event);
            lastGood = event.seqno();
        } catch (InterruptedException e) {
            throw cancelled();
        } catch (IOException | MalformedMessageException | RuntimeException e) {
            throw new IstException(
                    Reason.RECIPIENT_FAILED,
                    donor + ": event " + event.seqno() + " of the transfer was not taken: " + Verdicts.printable(e),
                    e);
        }
    }

    private IstException failure(Throwable e) {
        String where = donor + ": the transfer ended behind "
                + (lastGood == IncomingStream.NONE ? "no event" : "event " + lastGood) + ": ";
        if (e instanceof SocketTimeoutException) {
            return new IstException(
                    Reason.SILENT,
                    where + "the donor said nothing for " + settings.silence().toMillis() + " ms",
                    e);
        }
        if (e instanceof InterruptedIOException) {
            return cancelled();
        }
        return new IstException(
                e instanceof IOException ? Reason.CUT : Reason.RECIPIENT_FAILED, where + Verdicts.printable(e), e);
    }

    private IstException cancelled() {
        return new IstException(Reason.CANCELLED, donor + ": the transfer was closed at the joiner");
    }

    void close() {
        channel.close();
    }
}
