package io.dromon.it.peers;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A peer on a bare socket that sends what it likes. It writes and reads frames by hand (chapter 01, sections 2 and 5),
 * not with Dromon's own codecs.
 */
public final class HostilePeer implements AutoCloseable {
    /** Type bytes of gmcast messages. */
    public static final int HANDSHAKE = 1;

    public static final int HANDSHAKE_RESPONSE = 2;
    public static final int OK = 3;
    public static final int FAIL = 4;
    public static final int TOPOLOGY_CHANGE = 5;
    public static final int USER = 8;

    private static final int TIMEOUT_MS = 10_000;

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;

    private HostilePeer(Socket socket) throws IOException {
        this.socket = socket;
        this.out = socket.getOutputStream();
        this.in = new DataInputStream(socket.getInputStream());
    }

    /** Connects to a port of the loopback address. */
    public static HostilePeer connect(int port) throws IOException {
        return new HostilePeer(rawSocket(port));
    }

    /** The same through TLS, with whatever certificate the context presents; the handshake is done. */
    public static HostilePeer connect(int port, SSLContext tls) throws IOException {
        return over(rawSocket(port), port, tls);
    }

    private static HostilePeer over(Socket raw, int port, SSLContext tls) throws IOException {
        SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(raw, "127.0.0.1", port, true);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.startHandshake();
        return new HostilePeer(socket);
    }

    private static Socket rawSocket(int port) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    /**
     * Sends the bytes one after the other, a millisecond between them, until all are sent or the other side closes.
     *
     * @return how long it took until the other side closed; empty if it took all of them
     */
    public Optional<Duration> drip(byte[] bytes) throws IOException {
        long begin = System.nanoTime();
        for (byte next : bytes) {
            send(new byte[] {next});
            if (socket.isClosed() || closedWithin(1)) {
                return Optional.of(Duration.ofNanos(System.nanoTime() - begin));
            }
        }
        return Optional.empty();
    }

    /** Bytes as they are. What the other side closed meanwhile is not an error of the test. */
    public HostilePeer send(byte[] bytes) throws IOException {
        try {
            out.write(bytes);
            out.flush();
        } catch (SocketException e) {
            if (!socket.isClosed()) {
                socket.close();
            }
        }
        return this;
    }

    /** A frame with a right checksum around any body. */
    public HostilePeer sendFrame(byte[] body) throws IOException {
        return send(frame(body));
    }

    /** The header of a frame of that length, and nothing behind it. */
    public HostilePeer sendHeader(int length) throws IOException {
        return send(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(length | 0x02000000)
                .putInt(0)
                .array());
    }

    /** The body of the next frame. */
    public byte[] receive() throws IOException {
        byte[] header = new byte[8];
        in.readFully(header);
        int length = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getInt() & 0xffffff;
        byte[] body = new byte[length];
        in.readFully(body);
        return body;
    }

    /** Waits until the other side closes; false after the limit. */
    public boolean closedWithin(int limitMs) throws IOException {
        long deadlineNs = System.nanoTime() + limitMs * 1_000_000L;
        try {
            while (System.nanoTime() < deadlineNs) {
                socket.setSoTimeout(Math.max(1, (int) ((deadlineNs - System.nanoTime()) / 1_000_000)));
                if (in.read() < 0) {
                    return true;
                }
            }
            return false;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    /** The acceptor's UUID and the handshake's, from its first message. */
    public Handshake receiveHandshake() throws IOException {
        ByteBuffer body = ByteBuffer.wrap(receive());
        if (body.get(1) != HANDSHAKE) {
            throw new IOException("the acceptor's first message has type " + body.get(1));
        }
        return new Handshake(new UUID(body.getLong(4), body.getLong(12)), new UUID(body.getLong(20), body.getLong(28)));
    }

    /** What a HANDSHAKE tells. */
    public record Handshake(UUID acceptor, UUID handshake) {}

    /** Answers the handshake as {@code self} and returns the type of the answer: {@link #OK} or {@link #FAIL}. */
    public int shakeHands(UUID self, String group, String address) throws IOException {
        Handshake handshake = receiveHandshake();
        sendFrame(response(self, handshake.handshake(), group, address));
        return receive()[1];
    }

    /** A HANDSHAKE_RESPONSE. */
    public static byte[] response(UUID self, UUID handshake, String group, String address) {
        ByteBuffer body = ByteBuffer.allocate(132);
        header(body, HANDSHAKE_RESPONSE, 0x15, self);
        body.putLong(handshake.getMostSignificantBits()).putLong(handshake.getLeastSignificantBits());
        body.put(padded(address, 64)).put(padded(group, 32));
        return body.array();
    }

    /** A message of 20 bytes, or with {@code rest} behind them. */
    public static byte[] message(int type, int flags, UUID source, byte[] rest) {
        ByteBuffer body = ByteBuffer.allocate(20 + rest.length);
        header(body, type, flags, source);
        return body.put(rest).array();
    }

    private static void header(ByteBuffer body, int type, int flags, UUID source) {
        body.put((byte) 0).put((byte) type).put((byte) flags).put((byte) 0);
        body.putLong(source.getMostSignificantBits()).putLong(source.getLeastSignificantBits());
    }

    private static byte[] padded(String text, int length) {
        return ByteBuffer.allocate(length)
                .put(text.getBytes(StandardCharsets.US_ASCII))
                .array();
    }

    private static byte[] frame(byte[] body) {
        ByteBuffer length =
                ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, body.length);
        CRC32C checksum = new CRC32C();
        checksum.update(length.array());
        checksum.update(body);
        return ByteBuffer.allocate(8 + body.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(body.length | 0x02000000)
                .putInt((int) checksum.getValue())
                .put(body)
                .array();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
