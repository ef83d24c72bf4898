package io.dromon.node.admin.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Asks a running node on this machine. */
public final class ControlClient {
    /** How long an answer may take. A node answers within 5 s, if only to say that it cannot. */
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ThreadFactory THREADS = new DefaultThreadFactory("dromon-control-deadline", true);

    private ControlClient() {}

    /**
     * Sends one command and waits for the answer, {@link #PATIENCE} at most.
     *
     * @param request command and argument, one line
     * @throws IOException if no node answers; the message says what to do
     */
    public static JsonNode ask(Path dataDirectory, String request) throws IOException {
        return ask(dataDirectory, request, PATIENCE);
    }

    /**
     * The same for a command that takes its time.
     *
     * @param patience from the connection to the whole answer
     */
    public static JsonNode ask(Path dataDirectory, String request, Duration patience) throws IOException {
        Path path = ControlSocket.in(dataDirectory).toAbsolutePath();
        if (!Files.exists(path)) {
            throw new IOException("no node runs in " + dataDirectory + ": there is no " + ControlSocket.NAME
                    + "; name its data directory with --data-dir");
        }
        if (request.indexOf('\n') >= 0) {
            throw new IOException("a request is one line");
        }
        AtomicBoolean late = new AtomicBoolean();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(THREADS);
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // A Unix domain channel knows no time limit: closed by another thread, it ends whatever waits for it.
            Future<?> deadline = clock.schedule(
                    () -> {
                        late.set(true);
                        close(channel);
                    },
                    patience.toMillis(),
                    TimeUnit.MILLISECONDS);
            JsonNode answer = ask(channel, path, request);
            deadline.cancel(false);
            return answer;
        } catch (IOException e) {
            if (late.get()) {
                throw new IOException(
                        "the node of " + path + " does not answer: no answer to '" + command(request) + "' within "
                                + patience.toSeconds() + " s; its process is stopped or overloaded, or its control"
                                + " socket has died. Look at its log, and take a thread dump (jstack) before you restart"
                                + " it",
                        e);
            }
            throw e;
        } finally {
            clock.shutdownNow();
        }
    }

    private static String command(String request) {
        int space = request.indexOf(' ');
        return space < 0 ? request : request.substring(0, space);
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // The thread that waits for it gets an exception of its own.
        }
    }

    private static JsonNode ask(SocketChannel channel, Path path, String request) throws IOException {
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            throw new IOException(
                    "the node of " + path + " does not answer: " + e.getMessage()
                            + "; it has ended, or runs as another user",
                    e);
        }
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
