package io.dromon.transport.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import java.util.concurrent.TimeUnit;

/** The handlers of {@link DynamicMode}: which mode a new connection gets. */
@SuppressWarnings("FutureReturnValueIgnored")
final class Detection {
    private Detection() {}

    /** Dialled, with key and certificate: a plain acceptor speaks at once, one with TLS waits for a ClientHello. */
    static final class Await extends Sniffer {
        static final String NAME = "await";

        Await(LinkSet links, NettyLink link) {
            super(links, link);
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            after(TimeUnit.MILLISECONDS.toNanos(DynamicMode.DIAL_MS), ctx, this::startTls);
            ctx.fireChannelActive();
        }

        private void startTls(ChannelHandlerContext ctx) {
            if (collected() > 0) {
                return; // a plain acceptor has begun to speak
            }
            ChannelPipeline pipeline = ctx.pipeline();
            Reply.addTls(pipeline, links, link, links.modes.tls());
            passOn(ctx);
        }

        @Override
        void decide(ChannelHandlerContext ctx, FirstBytes.Kind kind) {
            if (kind == FirstBytes.Kind.PLAIN_FRAME && links.modes.allowsPlain(link.peer)) {
                plain(ctx);
            } else {
                links.fail(link, Verdicts.plainPeer(link, kind));
            }
        }
    }

    /**
     * Accepted, without key and certificate: a ClientHello is dropped, and a dialler that sent one reads this node's
     * plain text once it has waited for TLS in vain.
     */
    static final class Drop extends Negotiation {
        static final String NAME = "drop";
        private int dropped;

        Drop(LinkSet links, NettyLink link) {
            super(links, link);
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            speakIn(ctx);
            ctx.fireChannelActive();
        }

        private void speakIn(ChannelHandlerContext ctx) {
            after(TimeUnit.MILLISECONDS.toNanos(DynamicMode.ACCEPT_MS), ctx, this::up);
        }

        private void up(ChannelHandlerContext ctx) {
            FramesHandler.add(ctx.pipeline(), links, link, true);
            links.up(link);
            ctx.pipeline().remove(this);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            boolean first = dropped == 0;
            dropped += in.readableBytes();
            in.release();
            if (first) {
                speakIn(ctx); // Galera's dialler takes what comes within 500 ms for an answer in TLS
            }
            if (dropped > 65_536) {
                links.fail(link, Verdicts.tlsPeer(link));
            }
        }
    }
}
