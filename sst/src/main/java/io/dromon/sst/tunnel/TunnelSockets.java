package io.dromon.sst.tunnel;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/** The sockets of a tunnel, and what is set on them: nothing is read that was not asked for. */
final class TunnelSockets {
    private static final int PORTION = 128 * 1024;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(PORTION, 2 * PORTION);

    private TunnelSockets() {}

    /** Of a port, and of the connections that it accepts. */
    static ServerBootstrap listening() {
        return new ServerBootstrap()
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, portions());
    }

    /** Of a connection to a target. */
    static Bootstrap dialling() {
        return new Bootstrap()
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .option(ChannelOption.RECVBUF_ALLOCATOR, portions());
    }

    private static AdaptiveRecvByteBufAllocator portions() {
        AdaptiveRecvByteBufAllocator portions = new AdaptiveRecvByteBufAllocator(2048, 16 * 1024, PORTION);
        portions.maxMessagesPerRead(1);
        return portions;
    }
}
