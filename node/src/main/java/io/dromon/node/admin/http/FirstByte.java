package io.dromon.node.admin.http;

import io.dromon.config.AdminAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Tells HTTPS from HTTP by the first byte of a connection, and answers the one that the port does not take: with a TLS alert,
 * or with 400 and a sentence. Leaves the pipeline then.
 */
@SuppressWarnings("FutureReturnValueIgnored") // who is refused is closed, whatever becomes of the last bytes
final class FirstByte extends ChannelInboundHandlerAdapter {
    private static final int TLS_HANDSHAKE = 0x16;
    /** Fatal alert protocol_version: what clients report as "wrong version" or "tlsv1 alert protocol version". */
    private static final byte[] NO_TLS_HERE = {0x15, 3, 1, 0, 2, 2, 70};

    /** What comes of it. */
    interface Verdict {
        /** The connection has TLS: its handler goes in front of the others. */
        void tls(ChannelHandlerContext ctx);

        /** The port takes no TLS; the alert is sent. */
        void refusedTls(ChannelHandlerContext ctx);

        /** The port takes HTTPS alone: the request is to be answered with a refusal. */
        void refusesPlain();
    }

    private final AdminAddress.Protocol protocol;
    private final boolean hasTls;
    private final Verdict verdict;

    /** @param hasTls whether there is a certificate */
    FirstByte(AdminAddress.Protocol protocol, boolean hasTls, Verdict verdict) {
        this.protocol = protocol;
        this.hasTls = hasTls && protocol != AdminAddress.Protocol.HTTP;
        this.verdict = verdict;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (!in.isReadable()) {
            in.release();
            return;
        }
        boolean tls = in.getUnsignedByte(in.readerIndex()) == TLS_HANDSHAKE;
        if (tls && !hasTls) {
            in.release();
            verdict.refusedTls(ctx);
            ctx.writeAndFlush(Unpooled.wrappedBuffer(NO_TLS_HERE)).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        if (tls) {
            verdict.tls(ctx);
        } else if (protocol == AdminAddress.Protocol.HTTPS) {
            verdict.refusesPlain();
        }
        ctx.pipeline().remove(this);
        ctx.fireChannelRead(in);
    }
}
