package io.dromon.transport.link;

import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.LinkFailure;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Connects to peers: for good, or to see whether a peer takes other certificates. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells what fails through exceptionCaught and closeFuture
final class Dialler {
    private final LinkSet owner;
    private final IoEventLoop loop;
    private final LinkSettings settings;

    Dialler(LinkSet owner, IoEventLoop loop, LinkSettings settings) {
        this.owner = owner;
        this.loop = loop;
        this.settings = settings;
    }

    /** Begins at once or refuses; what becomes of it is told later, never from inside of the call. */
    void dial(NettyLink link) {
        String address = link.peer;
        Optional<InetSocketAddress> remote = LinkAddress.parse(address);
        LinkFailure refused = null;
        if (remote.isEmpty() || remote.get().getPort() == 0) {
            refused = new LinkFailure.Disconnected(address + ": not an address; tcp://ip:port with a numeric ip is");
        } else if (!owner.modes.hasTls() && !owner.modes.isDynamic() && LinkAddress.isTls(address)) {
            refused = Verdicts.addressWantsTls(address);
        } else if (owner.isStopped()) {
            refused = new LinkFailure.Disconnected(address + ": this node is stopping");
        }
        if (refused != null) {
            LinkFailure failure = refused;
            loop.execute(() -> owner.fail(link, failure));
            return;
        }
        // Netty may answer a connect that fails at once from inside the call; events never come from there.
        loop.execute(() -> connect(link, remote.orElseThrow()));
    }

    /** {@link NettyLinks#tryOut}. */
    void tryOut(String address, TlsContexts candidate, CompletableFuture<Optional<LinkFailure>> verdict) {
        InetSocketAddress remote = LinkAddress.parse(address).orElse(null);
        if (owner.isStopped() || remote == null) {
            verdict.complete(Optional.of(new LinkFailure.Disconnected(address + ": cannot be dialled")));
            return;
        }
        NettyLink link = owner.dialled(address);
        link.trial = new NettyLink.Trial(candidate, verdict);
        loop.schedule(
                () -> owner.fail(link, Verdicts.slowDial(link, settings.dialTimeout(), true)),
                2 * settings.dialTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
        connect(link, remote);
    }

    private void connect(NettyLink link, InetSocketAddress remote) {
        if (link.phase == NettyLink.Phase.CLOSED) {
            return;
        }
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(EventLoops.isEpoll(loop) ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        negotiate(channel, link);
                    }
                });
        if (settings.receiveBufferBytes() > 0) {
            bootstrap.option(ChannelOption.SO_RCVBUF, settings.receiveBufferBytes());
        }
        if (settings.sendBufferBytes() > 0) {
            bootstrap.option(ChannelOption.SO_SNDBUF, settings.sendBufferBytes());
        }
        owner.deadline(link, settings.dialTimeout(), () -> {
            boolean connected = link.channel != null && link.channel.isActive();
            return Verdicts.slowDial(link, settings.dialTimeout(), connected);
        });
        // Peers take the port of this node from its announcement and the IP from the socket (chapter 01, pitfall 3).
        InetSocketAddress own = LinkAddress.parse(settings.listenAddress()).orElseThrow();
        ChannelFuture connecting = own.getAddress().isAnyLocalAddress()
                ? bootstrap.connect(remote)
                : bootstrap.connect(remote, new InetSocketAddress(own.getAddress(), 0));
        link.channel = connecting.channel();
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                owner.caught(link, done.cause());
            } else if (!owner.modes.hasTls() && link.phase == NettyLink.Phase.NEGOTIATING) {
                owner.up(link);
            }
        });
    }

    private void negotiate(Channel channel, NettyLink link) {
        NettyLink.Trial trial = link.trial;
        if (!owner.modes.hasTls()) {
            FramesHandler.add(channel.pipeline(), owner, link, true);
        } else if (trial == null && owner.modes.allowsPlain(link.peer)) {
            channel.pipeline().addLast(Detection.Await.NAME, new Detection.Await(owner, link));
        } else {
            Reply.addTls(channel.pipeline(), owner, link, trial == null ? owner.modes.tls() : trial.contexts());
        }
    }
}
