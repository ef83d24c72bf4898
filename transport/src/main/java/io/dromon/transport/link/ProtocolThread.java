package io.dromon.transport.link;

import io.dromon.transport.tls.TlsContexts;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The one thread that owns a node's sockets, TLS and protocol state: an event loop. May be used from any thread. */
public final class ProtocolThread implements Executor {
    final IoEventLoop loop;
    /** The thread was asked to end. */
    private volatile boolean ending;

    private volatile Runnable onDeath = () -> {};
    private volatile @Nullable Thread thread;

    ProtocolThread(String name, IoHandlerFactory io) {
        this.loop = EventLoops.create(task -> thread(name, task), io);
        loop.execute(() -> {}); // which starts it
    }

    /** Starts a thread of this name. Its owner calls {@link #end}. */
    public static ProtocolThread start(String name) {
        return new ProtocolThread(name, EventLoops.io());
    }

    /** An error that Netty's loop does not survive (no memory) ends the thread and leaves all its sockets open. */
    private Thread thread(String name, Runnable task) {
        Thread made = new FastThreadLocalThread(
                () -> {
                    try {
                        task.run();
                    } finally {
                        if (!ending) {
                            onDeath.run();
                        }
                    }
                },
                name);
        thread = made;
        return made;
    }

    /** The thread itself. */
    public Thread thread() {
        return Objects.requireNonNull(thread, "it was started when this was made");
    }

    /**
     * What is to be done if the thread dies without having been asked to end: its last act. Nothing may be given to it
     * then, and sockets are closed by {@link NettyLinks#closeByForce}.
     */
    public void onDeath(Runnable lastAct) {
        onDeath = lastAct;
    }

    /** Links whose events all happen on this thread; see {@link NettyLinks}. */
    public NettyLinks links(
            LinkSettings settings, Optional<TlsContexts> tls, Runnable endTurn, Consumer<Throwable> bugs) {
        return new NettyLinks(loop, settings, tls, endTurn, bugs, System::nanoTime);
    }

    /**
     * Inspects what answers at an address; see {@link PeerInspection}.
     *
     * @param address {@code scheme://ip:port}, numeric
     * @param own what is shown to a peer that speaks TLS; open until the answer is there
     */
    public CompletableFuture<PeerInspection.Result> inspect(
            String address, LinkSettings settings, Optional<TlsContexts> own) {
        return PeerInspection.at(loop, address, settings, own);
    }

    /**
     * Runs a task on the thread, after those that were given before.
     *
     * @throws java.util.concurrent.RejectedExecutionException if the thread has ended
     */
    @Override
    public void execute(Runnable task) {
        loop.execute(task);
    }

    /** Runs a task on the thread, not before {@code delayNs} have passed. The task must not throw. */
    @SuppressWarnings("FutureReturnValueIgnored")
    public void schedule(Runnable task, long delayNs) {
        loop.schedule(task, delayNs, TimeUnit.NANOSECONDS);
    }

    /** Ends the thread after the tasks that it was given; returns at once. */
    @SuppressWarnings("FutureReturnValueIgnored")
    public void end() {
        ending = true;
        EventLoopGroup group = Objects.requireNonNullElse(loop.parent(), loop);
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
