package io.dromon.transport.link;

import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Checksum;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.PeerIdentity;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.IoEventLoop;
import io.netty.channel.nio.AbstractNioChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All connections of a node, and what becomes of each: negotiated, up, closed. The handlers of the pipelines report here,
 * and the mesh is told what concerns it. Everything on the event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells what fails through exceptionCaught and closeFuture
final class LinkSet {
    private static final Logger LOG = LoggerFactory.getLogger(LinkSet.class);
    private static final LinkEvents NO_MESH = new LinkEvents() {
        @Override
        public void onAccepted(long link, String scheme, String remoteIp, long nowNs) {}

        @Override
        public void onConnected(long link, long nowNs) {}

        @Override
        public void onClosed(long link, LinkFailure failure, long nowNs) {}

        @Override
        public void onResolved(String address, List<String> numeric, long nowNs) {}

        @Override
        public void onMessage(long link, Bytes message, long nowNs) {}
    };

    final LinkModes modes;
    final RefusalLog refusals = new RefusalLog();
    private final IoEventLoop loop;
    private final LinkSettings settings;
    private final Runnable endTurnHook;
    private final Consumer<Throwable> bugs;
    private final LongSupplier clock;
    private final Checksum checksum;
    private final Runnable endTurnTask = this::endTurn;
    private final TurnBuffer out;
    private final List<NettyLink> written = new ArrayList<>();
    /** Accepted and not proven to be a peer. */
    private final HalfOpen<NettyLink> halfOpen;

    private final LongObjectHashMap<NettyLink> links = new LongObjectHashMap<>();
    private long lastId;
    private LinkEvents events = NO_MESH;
    private boolean turnScheduled;
    private boolean stopped;

    /** Parameters as those of {@link NettyLinks}. */
    LinkSet(
            IoEventLoop loop,
            LinkSettings settings,
            Optional<TlsContexts> tls,
            Runnable endTurn,
            Consumer<Throwable> bugs,
            LongSupplier clockNs) {
        this.loop = loop;
        this.settings = settings;
        this.modes = new LinkModes(tls);
        this.endTurnHook = endTurn;
        this.bugs = bugs;
        this.clock = clockNs;
        this.checksum = Checksum.of(settings.checksum());
        this.out = new TurnBuffer(PooledByteBufAllocator.DEFAULT, checksum);
        this.halfOpen = new HalfOpen<>(
                settings.halfOpenLinks(), link -> fail(link, Verdicts.tooManyHalfOpen(link, settings.halfOpenLinks())));
    }

    void start(LinkEvents sink) {
        events = sink;
    }

    boolean isStopped() {
        return stopped;
    }

    LinkSettings settings() {
        return settings;
    }

    Checksum checksum() {
        return checksum;
    }

    long nowNs() {
        return clock.getAsLong();
    }

    Iterable<NettyLink> all() {
        return links.values();
    }

    /** A connection came; null if it is not welcome. */
    @Nullable
    NettyLink accepted(Channel channel, InetSocketAddress remote) {
        if (stopped) {
            return null;
        }
        NettyLink link = new NettyLink(
                ++lastId, true, LinkAddress.format(modes.scheme(), remote), LinkAddress.ip(remote.getAddress()));
        link.channel = channel;
        links.put(link.id, link);
        link.halfOpen = true;
        halfOpen.enter(link.ip, link);
        return link;
    }

    /** A link to be. */
    NettyLink dialled(String address) {
        NettyLink link = new NettyLink(++lastId, false, address, "");
        links.put(link.id, link);
        return link;
    }

    /** The answer to a look-up of a name. */
    void resolved(String address, List<String> numeric) {
        if (!stopped) {
            scheduleEndTurn();
            try {
                events.onResolved(address, numeric, nowNs());
            } catch (RuntimeException | Error bug) {
                bugs.accept(bug);
            }
        }
    }

    /** The negotiation ends with this verdict if it takes too long. */
    void deadline(NettyLink link, Duration limit, Supplier<LinkFailure> verdict) {
        link.deadline = loop.schedule(
                () -> {
                    link.deadline = null;
                    if (link.phase == NettyLink.Phase.NEGOTIATING) {
                        fail(link, verdict.get());
                    }
                },
                limit.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    /** The negotiation is over, the mesh learns of the link. */
    void up(NettyLink link) {
        link.phase = NettyLink.Phase.UP;
        link.since = Instant.now();
        link.cancelDeadline();
        SslHandler handler =
                link.channel == null ? null : link.channel.pipeline().get(SslHandler.class);
        if (handler != null) {
            proven(link);
            if (!link.accepted) {
                modes.provedTls(link.peer);
            }
            link.proven(handler);
        }
        if (link.trial != null) {
            return; // with TLS 1.3 the peer's verdict is still on its way
        }
        scheduleEndTurn();
        try {
            if (link.accepted) {
                events.onAccepted(link.id, modes.scheme(), link.ip, nowNs());
            } else {
                events.onConnected(link.id, nowNs());
            }
        } catch (RuntimeException | Error bug) {
            bugs.accept(bug);
        }
    }

    /** The link has proven to be a peer's, or is gone: not half-open any more. */
    private void proven(NettyLink link) {
        if (link.halfOpen) {
            link.halfOpen = false;
            halfOpen.leave(link);
        }
    }

    void message(NettyLink link, Bytes body, long nowNs) {
        proven(link);
        if (link.trial != null) {
            link.trial.verdict().complete(Optional.empty());
            close(link.id);
            return;
        }
        try {
            events.onMessage(link.id, body, nowNs);
        } catch (RuntimeException | Error bug) {
            bugs.accept(bug);
        }
    }

    /** Ends a link for a reason that the mesh did not give; harmless if it is closed already. */
    void fail(NettyLink link, LinkFailure failure) {
        if (link.phase == NettyLink.Phase.CLOSED) {
            return;
        }
        boolean announced = !link.accepted || link.phase == NettyLink.Phase.UP;
        forget(link);
        if (link.channel != null) {
            link.channel.close();
        }
        if (link.trial != null) {
            link.trial.verdict().complete(Optional.of(failure));
            return;
        }
        if (!announced) {
            refuse(link.ip, failure);
            return;
        }
        refusals.count(failure);
        scheduleEndTurn();
        try {
            events.onClosed(link.id, failure, nowNs());
        } catch (RuntimeException | Error bug) {
            bugs.accept(bug);
        }
    }

    /** A peer of which the mesh never learns. */
    void refuse(String ip, LinkFailure failure) {
        refusals.count(failure);
        refusals.log(ip, failure, nowNs());
    }

    /** {@link NettyLinks#endPlain}. */
    void endPlain(long id) {
        NettyLink link = links.get(id);
        if (link != null && link.phase == NettyLink.Phase.UP && link.tls == null) {
            fail(link, Verdicts.plainIsOver(link));
        }
    }

    private void forget(NettyLink link) {
        link.phase = NettyLink.Phase.CLOSED;
        links.remove(link.id);
        proven(link);
        link.cancelDeadline();
    }

    Optional<PeerIdentity> identity(long id) {
        NettyLink link = links.get(id);
        return link == null ? Optional.empty() : link.identity;
    }

    void close(long id) {
        NettyLink link = links.get(id);
        if (link != null) {
            boolean up = link.phase == NettyLink.Phase.UP;
            forget(link);
            if (link.trial != null) {
                link.trial.verdict().complete(Optional.of(new LinkFailure.Disconnected(link.peer + ": given up")));
            }
            Channel channel = link.channel;
            if (channel != null && up) {
                out.write(link);
                drain(channel, link);
            } else if (channel != null) {
                channel.close();
            }
        }
    }

    /** Sends what is queued, then closes; by force if the peer does not take it. */
    private void drain(Channel channel, NettyLink link) {
        io.netty.util.concurrent.Future<?> force = loop.schedule(
                () -> channel.unsafe().close(channel.newPromise()),
                settings.closeTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(closed -> force.cancel(false));
        if (link.tls != null) {
            // TLS flushes by itself before its close_notify, which is not awaited.
            channel.flush();
            channel.close();
        } else {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    void send(long id, Encodable message) {
        NettyLink link = links.get(id);
        if (link != null && link.phase == NettyLink.Phase.UP) {
            out.add(link, message);
            scheduleEndTurn();
        }
    }

    /** {@link NettyLinks#scheduleEndTurn}. */
    void scheduleEndTurn() {
        if (!turnScheduled) {
            turnScheduled = true;
            loop.execute(endTurnTask);
        }
    }

    private void endTurn() {
        turnScheduled = false;
        try {
            endTurnHook.run();
        } catch (RuntimeException | Error bug) {
            bugs.accept(bug);
        }
        out.flush(written);
        for (int i = 0; i < written.size(); i++) {
            checkBacklog(written.get(i));
        }
        written.clear();
        if (stopped) {
            out.release();
        }
    }

    private void checkBacklog(NettyLink link) {
        Channel channel = link.channel;
        ChannelOutboundBuffer buffer = channel == null ? null : channel.unsafe().outboundBuffer();
        if (channel != null && buffer != null && buffer.totalPendingWriteBytes() > settings.outboundBytes()) {
            LinkFailure failure = Verdicts.doesNotRead(link, buffer.totalPendingWriteBytes());
            fail(link, failure);
            // Not politely: the peer would not read the farewell either.
            channel.unsafe().close(channel.newPromise());
        }
    }

    /** Closes every link after its queue was sent, without events; returns what is still to be closed. */
    List<Channel> stop() {
        stopped = true;
        List<Channel> closing = new ArrayList<>();
        for (NettyLink link : new ArrayList<>(links.values())) {
            if (link.channel != null) {
                closing.add(link.channel);
            }
            close(link.id);
        }
        out.release();
        return closing;
    }

    /** Closes every socket at once. */
    void closeByForce() {
        stopped = true;
        for (NettyLink link : links.values()) {
            if (link.channel != null) {
                closeByForce(link.channel);
            }
        }
    }

    static void closeByForce(Channel channel) {
        try {
            if (channel instanceof UnixChannel unix) {
                unix.fd().close();
            } else if (channel.unsafe() instanceof AbstractNioChannel.NioUnsafe nio) {
                nio.ch().close();
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("a socket could not be closed: {}", e.toString());
        }
    }

    /** What Netty caught in a pipeline: the end of the link, or of the node if it is out of memory. */
    void caught(NettyLink link, Throwable cause) {
        // Netty's own error is about the memory for sockets, which other links give back.
        if (cause instanceof OutOfMemoryError && !(cause instanceof OutOfDirectMemoryError)) {
            bugs.accept(cause);
        } else {
            fail(link, Verdicts.of(link, cause));
        }
    }
}
