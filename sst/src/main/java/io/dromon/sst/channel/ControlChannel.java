package io.dromon.sst.channel;

import io.dromon.sst.TransferException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Short messages over a proven connection, where the state itself takes another way. For one thread. */
public final class ControlChannel implements AutoCloseable {
    private static final long ALIVE_NS = 1_000_000_000L;
    private static final long LAST_WORDS_NS = 1_000_000_000L;

    private final TlsChannel channel;
    private final long idleNs;
    private long saidNs = System.nanoTime();
    private long heardNs = System.nanoTime();

    /** What came, {@code bytes} where it is not for people. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Message(Frame.Type type, byte[] bytes) {
        public String text() {
            return Frame.words(bytes);
        }
    }

    public ControlChannel(TlsChannel channel, long idleNs) {
        this.channel = channel;
        this.idleNs = idleNs;
        channel.idleNs(idleNs);
    }

    public void say(Frame.Type type, String text) throws IOException {
        channel.write(Frame.text(type, text));
        saidNs = System.nanoTime();
    }

    /** Says why this end gives up, if the other one still listens. */
    public void giveUp(Frame.Type type, String why) {
        try {
            say(type, why);
            boolean unused = channel.drain(LAST_WORDS_NS, 5 * LAST_WORDS_NS);
        } catch (IOException e) {
            channel.close(); // it has gone
        }
    }

    /** Ends a wait in {@link #hear}; any thread. */
    public void wakeUp() {
        channel.wakeUp();
    }

    /** Says that this end is at work, now and then; {@code text} is how far. */
    public void alive(String text) throws IOException {
        if (System.nanoTime() - saidNs >= ALIVE_NS) {
            say(Frame.Type.ALIVE, text);
        }
    }

    /** The next message; nothing if none came until it is time for {@link #alive}, or until {@link #wakeUp}. */
    public Optional<Message> hear() throws IOException {
        if (!awaitHeader()) {
            if (System.nanoTime() - heardNs > idleNs) {
                throw new SocketTimeoutException("the other side says nothing any more");
            }
            return Optional.empty();
        }
        heardNs = System.nanoTime();
        int length = Frame.length(channel.received());
        channel.await(length);
        ByteBuffer in = channel.received();
        int end = in.position() + length;
        Frame.Header header = Frame.header(in);
        if (header.metaLength() != length - Frame.HEADER) {
            throw Frame.protocol("a message that is none");
        }
        byte[] text = Frame.text(in, header);
        in.position(end);
        return Optional.of(new Message(header.type(), text));
    }

    private boolean awaitHeader() throws IOException {
        try {
            return channel.awaitUnlessWoken(Frame.HEADER, saidNs + ALIVE_NS);
        } catch (EOFException e) {
            throw new TransferException(
                    TransferException.Reason.PEER_FAILED,
                    "the other side ended the connection without notice: " + e.getMessage(),
                    e);
        }
    }

    @Override
    public void close() {
        channel.close();
    }
}
