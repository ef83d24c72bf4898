package io.dromon.sst.tunnel;

import io.dromon.transport.link.AcceptFailures;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ports of a tunnel: opened, kept over a reload, closed. */
final class TunnelPorts {
    private static final Logger LOG = LoggerFactory.getLogger(TunnelPorts.class);
    private final EventLoopGroup loops;
    private final BiConsumer<Supplier<ActiveService>, Channel> accepted;

    /** A port; the service behind it may be replaced by a reload. */
    static final class Listener {
        private final InetSocketAddress wanted;
        private final Channel channel;
        private volatile ActiveService running;

        Listener(InetSocketAddress wanted, Channel channel, ActiveService running) {
            this.wanted = wanted;
            this.channel = channel;
            this.running = running;
        }

        InetSocketAddress address() {
            return (InetSocketAddress) channel.localAddress();
        }
    }

    /** @param accepted gets each connection with what tells the service behind its port, on the connection's event loop */
    TunnelPorts(EventLoopGroup loops, BiConsumer<Supplier<ActiveService>, Channel> accepted) {
        this.loops = loops;
        this.accepted = accepted;
    }

    /**
     * A port for each service that has one: the one that is open already, or a new one.
     *
     * @throws TunnelException if one cannot be had; then no new one is open, and none of the old has another service
     */
    List<Listener> open(List<ActiveService> wanted, List<Listener> before) throws TunnelException {
        List<Listener> kept = new ArrayList<>();
        List<ActiveService> keptFor = new ArrayList<>();
        List<Listener> all = new ArrayList<>();
        List<Listener> made = new ArrayList<>();
        try {
            for (ActiveService running : wanted) {
                if (running.service().accept().isEmpty()) {
                    continue;
                }
                TunnelAddress accept = running.service().accept().get();
                InetSocketAddress address = resolve(running, accept);
                Optional<Listener> open = before.stream()
                        .filter(listener -> listener.wanted.equals(address) && !kept.contains(listener))
                        .findFirst();
                if (open.isPresent()) {
                    kept.add(open.get());
                    keptFor.add(running);
                    all.add(open.get());
                } else {
                    Listener listener = listen(running, accept, address);
                    made.add(listener);
                    all.add(listener);
                }
            }
        } catch (TunnelException e) {
            close(made);
            throw e;
        }
        for (int i = 0; i < kept.size(); i++) { // nothing can fail any more
            kept.get(i).running = keptFor.get(i);
        }
        return all;
    }

    private static InetSocketAddress resolve(ActiveService running, TunnelAddress accept) throws TunnelException {
        try {
            return accept.resolve(running.service().defaultHost());
        } catch (IOException e) {
            throw cannotListen(running, accept, e);
        }
    }

    private static TunnelException cannotListen(ActiveService running, TunnelAddress accept, Exception e) {
        return new TunnelException(
                "[" + running.service().name() + "] cannot listen on " + accept + ": " + e.getMessage(), e);
    }

    private Listener listen(ActiveService running, TunnelAddress accept, InetSocketAddress address)
            throws TunnelException {
        AtomicReference<@Nullable Listener> listener = new AtomicReference<>();
        try {
            ServerBootstrap bootstrap = TunnelSockets.listening()
                    .group(loops)
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            Listener behind = listener.get();
                            accepted.accept(() -> behind == null ? running : behind.running, channel);
                        }
                    });
            Listener made = new Listener(
                    address, bootstrap.bind(address).syncUninterruptibly().channel(), running);
            listener.set(made);
            made.channel
                    .pipeline()
                    .addLast(new AcceptFailures(
                            text -> LOG.warn("[{}] {}", running.service().name(), text)));
            return made;
            // Netty rethrows what the system said, which the compiler cannot know.
        } catch (Exception e) {
            throw cannotListen(running, accept, e);
        }
    }

    /**
     * Closes ports and returns when the system has closed them too. The JDK closes the socket of a channel that is
     * registered with a selector only at that selector's next selection; until then the port would accept.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the promises tell
    static void close(List<Listener> gone) {
        List<Promise<Void>> closed = new ArrayList<>();
        for (Listener listener : gone) {
            EventLoop loop = listener.channel.eventLoop();
            Promise<Void> selected = loop.newPromise();
            // A task that is scheduled from within a turn of the loop runs in a later turn, after its selection.
            listener.channel
                    .close()
                    .addListener(done -> loop.schedule(() -> selected.trySuccess(null), 1, TimeUnit.MILLISECONDS));
            closed.add(selected);
        }
        closed.forEach(Promise::syncUninterruptibly);
    }
}
