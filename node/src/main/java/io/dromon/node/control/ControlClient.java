package io.dromon.node.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Asks a running node on this machine. */
public final class ControlClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ControlClient() {}

    /**
     * Sends one command and waits for the answer.
     *
     * @param request command and argument, one line
     * @throws IOException if no node answers; the message says what to do
     */
    public static JsonNode ask(Path dataDirectory, String request) throws IOException {
        Path path = ControlSocket.in(dataDirectory).toAbsolutePath();
        if (!Files.exists(path)) {
            throw new IOException("no node runs in " + dataDirectory + ": there is no " + ControlSocket.NAME
                    + "; name its data directory with --data-dir");
        }
        if (request.indexOf('\n') >= 0) {
            throw new IOException("a request is one line");
        }
        try (SocketChannel channel = connect(path)) {
            ByteBuffer bytes = ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            byte[] answer = read(channel);
            if (answer.length == 0) {
                throw new IOException("the node closed the connection without an answer; it is stopping, or answers"
                        + " too many others");
            }
            return JSON.readTree(answer);
        }
    }

    private static SocketChannel connect(Path path) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw new IOException(
                    "the node of " + path + " does not answer: " + e.getMessage()
                            + "; it has ended, or runs as another user",
                    e);
        }
    }

    private static byte[] read(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer part = ByteBuffer.allocate(8192);
        while (channel.read(part) >= 0 && all.size() < ControlSocket.LONGEST_ANSWER) {
            all.write(part.array(), 0, part.position());
            part.clear();
        }
        return all.toByteArray();
    }
}
