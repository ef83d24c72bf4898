package io.dromon.node.admin.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.transport.link.HalfOpen;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers on the control socket. One thread accepts, a few others answer; a client that is slow or sends too much is
 * cut off. {@link #close} removes the socket.
 */
final class ControlServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
    /** Half-open clients: those that have not sent their request yet. When full, an older one is evicted. */
    private static final int MOST_SILENT = 4;

    private static final int MOST_CLIENTS = 2 * MOST_SILENT;
    private static final Duration REQUEST_TIME = Duration.ofSeconds(5);
    /** How soon accepting is tried again after it failed. */
    private static final Duration ACCEPT_AGAIN = Duration.ofMillis(100);

    /** What a command does. May block: relinking takes its time. */
    interface Commands {
        /**
         * The answer; never throws for a bad request.
         *
         * @param user who asks, for the log
         */
        ObjectNode execute(String command, String argument, String user);
    }

    private final Path path;
    private final Commands commands;
    private final ServerSocketChannel listener;
    private final HalfOpen<SocketChannel> silent = new HalfOpen<>(MOST_SILENT, ControlServer::closeQuietly);
    private final ExecutorService clients;
    private final ScheduledExecutorService deadlines;
    private volatile boolean closed;

    /**
     * Opens the socket in a directory. One that a dead process left behind is replaced.
     *
     * @param deadlines ends slow clients; stays the caller's
     * @throws IOException with the reason, if there can be no socket there
     */
    static ControlServer open(Path directory, String threadName, ScheduledExecutorService deadlines, Commands commands)
            throws IOException {
        Path path = ControlSocket.in(directory).toAbsolutePath();
        checkLength(path.resolveSibling("ctl-00000000000000000000").resolve("s"));
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && isAnswered(path)) {
            throw new IOException(path + " is answered already: another node runs in this data directory");
        }
        return new ControlServer(path, bind(path), threadName, deadlines, commands);
    }

    private static void checkLength(Path path) throws IOException {
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > ControlSocket.LONGEST_PATH) {
            throw new IOException(path + " is too long for a Unix domain socket, " + length + " bytes, at most "
                    + ControlSocket.LONGEST_PATH + " are possible; choose a shorter data directory");
        }
    }

    private static boolean isAnswered(Path path) {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return probe.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            return false;
        }
    }

    /** Bound in a directory that no other user can enter and then moved: at no time can another user connect. */
    private static ServerSocketChannel bind(Path path) throws IOException {
        Path directory = path.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException(path + " has no directory");
        }
        Path closet = Files.createTempDirectory(
                directory, "ctl-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path fresh = closet.resolve("s");
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(fresh));
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return listener;
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        } finally {
            Files.deleteIfExists(fresh);
            Files.deleteIfExists(closet);
        }
    }

    private ControlServer(
            Path path,
            ServerSocketChannel listener,
            String threadName,
            ScheduledExecutorService deadlines,
            Commands commands) {
        this.path = path;
        this.listener = listener;
        this.deadlines = deadlines;
        this.commands = commands;
        ThreadFactory threads = new DefaultThreadFactory(threadName, true);
        this.clients = new ThreadPoolExecutor(0, MOST_CLIENTS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), threads);
        threads.newThread(this::accept).start();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // serve() handles what can go wrong
    private void accept() {
        boolean told = false;
        while (!closed) {
            SocketChannel client;
            try {
                client = listener.accept();
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // No file descriptor is free, say: that passes, and the socket must be there when it has.
                if (!told) {
                    LOG.warn("control socket {}: cannot accept, trying again: {}", path, e.getMessage());
                }
                told = true;
                LockSupport.parkNanos(ACCEPT_AGAIN.toNanos());
                continue;
            }
            told = false;
            silent.enter(path, client);
            try {
                clients.submit(() -> serve(client));
            } catch (RejectedExecutionException e) {
                silent.leave(client);
                closeQuietly(client); // too many at a time
            } catch (OutOfMemoryError e) {
                LOG.warn("control socket {}: no thread for a client: {}", path, e.getMessage());
                silent.leave(client);
                closeQuietly(client);
            }
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            String request = read(client);
            int space = request.indexOf(' ');
            String user = user(client);
            ObjectNode answer = space < 0
                    ? commands.execute(request, "", user)
                    : commands.execute(
                            request.substring(0, space),
                            request.substring(space + 1).strip(),
                            user);
            write(client, answer + "\n");
        } catch (IOException e) {
            LOG.debug("control socket: a client went away: {}", e.toString());
        } catch (RuntimeException e) {
            LOG.error("control socket: a command failed", e);
        }
    }

    /** Whom the kernel names as the owner of the process at the other end. */
    private static String user(SocketChannel client) {
        try {
            return client.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
        } catch (IOException | UnsupportedOperationException e) {
            return "an unknown user";
        }
    }

    /** Closing the channel from another thread ends a read that waits. */
    private Future<?> deadline(SocketChannel client) {
        return deadlines.schedule(() -> closeQuietly(client), REQUEST_TIME.toMillis(), TimeUnit.MILLISECONDS);
    }

    private String read(SocketChannel client) throws IOException {
        Future<?> deadline = deadline(client);
        ByteBuffer request = ByteBuffer.allocate(ControlSocket.LONGEST_REQUEST);
        try {
            while (true) {
                int from = request.position();
                if (!request.hasRemaining() || client.read(request) < 0) {
                    throw new IOException("no whole line");
                }
                for (int i = from; i < request.position(); i++) {
                    if (request.get(i) == '\n') {
                        return new String(request.array(), 0, i, StandardCharsets.UTF_8).strip();
                    }
                }
            }
        } finally {
            silent.leave(client);
            deadline.cancel(false);
        }
    }

    private void write(SocketChannel client, String answer) throws IOException {
        Future<?> deadline = deadline(client);
        try {
            ByteBuffer bytes = ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                client.write(bytes);
            }
        } finally {
            deadline.cancel(false);
        }
    }

    private static void closeQuietly(SocketChannel client) {
        try {
            client.close();
        } catch (IOException e) {
            LOG.debug("control socket: {}", e.toString());
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            Files.deleteIfExists(path); // before the end of the listener: a node that starts now must not lose its own
            listener.close();
        } catch (IOException e) {
            LOG.warn("control socket {} was not removed: {}", path, e.toString());
        }
        clients.shutdown();
    }
}
