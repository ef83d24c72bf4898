package io.dromon.sst.tunnel;

import io.dromon.transport.tls.RecordHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;

/** A socket, with TLS before it in the pipeline or without. The last handler of its pipeline. */
@SuppressWarnings("FutureReturnValueIgnored") // failures of writes and closes end the channel, which is told anyway
final class ChannelSide extends ChannelInboundHandlerAdapter implements Side {
    private final Channel channel;
    private final Relay relay;
    private final boolean tls;
    private final boolean reset;
    private final GenericFutureListener<Future<Void>> onWritten;
    private boolean established;

    ChannelSide(Channel channel, Relay relay, boolean tls, boolean reset) {
        this.channel = channel;
        this.relay = relay;
        this.tls = tls;
        this.reset = reset;
        this.onWritten = future -> {
            if (future.isSuccess()) {
                relay.written();
            } else {
                relay.writeFailed(this);
            }
        };
    }

    /** The handshake is done. */
    void established() {
        established = true;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        relay.data(this, (ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        relay.readComplete(this);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (channel.isWritable()) {
            relay.writable(this);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            if (tls) {
                // After close_notify the relay knows already that nothing comes any more.
                relay.unannouncedEnd(this);
            } else {
                relay.ended(this);
            }
        } else if (event instanceof SslCloseCompletionEvent closed && closed.isSuccess()) {
            relay.ended(this);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        relay.closed(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        relay.failed(this, Reasons.TUNNEL.of(cause));
    }

    @Override
    public void write(ByteBuf data) {
        channel.write(data).addListener(onWritten);
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void requestRead() {
        channel.read();
    }

    @Override
    public void finish() {
        if (!tls) {
            // Netty would drop what is not flushed yet.
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(future -> {
                if (future.isSuccess()) {
                    ((DuplexChannel) channel).shutdownOutput();
                }
            });
            return;
        }
        RecordHandler records = channel.pipeline().get(RecordHandler.class);
        if (records != null) {
            records.closeOutbound();
        } else {
            SslHandler handler = channel.pipeline().get(SslHandler.class);
            if (handler != null) {
                handler.closeOutbound();
            }
        }
    }

    @Override
    public void close() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void abort() {
        if (tls && !established) {
            // Netty's handler is about to send the alert that says why.
            channel.eventLoop().execute(channel::close);
            return;
        }
        if (reset && channel.isActive()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        // Past Netty's own TLS handler, which would say that this was the end.
        ChannelHandlerContext handler = channel.pipeline().context(SslHandler.class);
        if (handler != null) {
            handler.close();
        } else {
            channel.close();
        }
    }
}
