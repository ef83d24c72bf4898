package io.dromon.transport.link;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listening socket: takes connections and begins to negotiate. */
@SuppressWarnings("FutureReturnValueIgnored") // closing tells nothing that is not known
final class Acceptor {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

    private final LinkSet owner;
    private final LinkSettings settings;
    private @Nullable Channel listener;

    Acceptor(LinkSet owner, LinkSettings settings) {
        this.owner = owner;
        this.settings = settings;
    }

    /** {@link NettyLinks#listen}. */
    String listen(IoEventLoop loop) throws IOException {
        InetSocketAddress address = LinkAddress.parse(settings.listenAddress())
                .orElseThrow(() -> new IOException("gmcast.listen_addr: " + settings.listenAddress()
                        + " is not of the form tcp://ip:port with a numeric ip"));
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop, loop)
                .channel(EventLoops.isEpoll(loop) ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, 128)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accepted(channel);
                    }
                });
        if (settings.receiveBufferBytes() > 0) {
            bootstrap.option(ChannelOption.SO_RCVBUF, settings.receiveBufferBytes());
        }
        if (settings.sendBufferBytes() > 0) {
            bootstrap.childOption(ChannelOption.SO_SNDBUF, settings.sendBufferBytes());
        }
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen at " + settings.listenAddress() + ": " + reason(bound.cause())
                            + "; choose another gmcast.listen_addr, or end what uses this one",
                    bound.cause());
        }
        Channel channel = bound.channel();
        listener = channel;
        channel.pipeline().addLast(new AcceptFailures(text -> LOG.warn("{}: {}", settings.listenAddress(), text)));
        return LinkAddress.format(owner.modes.scheme(), (InetSocketAddress) channel.localAddress());
    }

    private static String reason(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        return message.isEmpty() ? cause.getClass().getSimpleName() : message;
    }

    /** Connections are taken from now on. */
    void start() {
        if (listener != null) {
            listener.config().setAutoRead(true);
        }
    }

    /** No connection is taken any more. Returns the listening socket, null if there is none. */
    @Nullable
    Channel stop() {
        if (listener != null) {
            listener.close();
        }
        return listener;
    }

    /** {@link NettyLinks#closeByForce}. */
    void closeByForce() {
        if (listener != null) {
            LinkSet.closeByForce(listener);
        }
    }

    private void accepted(Channel channel) {
        InetSocketAddress remote = (InetSocketAddress) channel.remoteAddress();
        if (remote != null && !isAllowed(remote.getAddress())) {
            owner.refuse(LinkAddress.ip(remote.getAddress()), Verdicts.notAllowed(LinkAddress.ip(remote.getAddress())));
            channel.close();
            return;
        }
        NettyLink link = remote == null ? null : owner.accepted(channel, remote);
        if (link == null) {
            channel.close();
            return;
        }
        if (owner.modes.hasTls()) {
            owner.deadline(
                    link, settings.handshakeTimeout(), () -> Verdicts.slowHandshake(link, settings.handshakeTimeout()));
            channel.pipeline().addLast(Probe.NAME, new Probe(owner, link));
        } else if (owner.modes.isDynamic()) {
            channel.pipeline().addLast(Detection.Drop.NAME, new Detection.Drop(owner, link));
        } else {
            channel.pipeline().addLast(Peek.NAME, new Peek(owner, link));
        }
    }

    private boolean isAllowed(InetAddress peer) {
        return settings.allowedPeers().isEmpty() || settings.allowedPeers().contains(peer);
    }
}
