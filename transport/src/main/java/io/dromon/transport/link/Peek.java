package io.dromon.transport.link;

import io.netty.channel.ChannelHandlerContext;

/** Accepted, TLS off: a short look for a ClientHello, which can only be answered before this node speaks. */
@SuppressWarnings("FutureReturnValueIgnored") // farewells: whether they arrive changes nothing
final class Peek extends Sniffer {
    static final String NAME = "peek";

    Peek(LinkSet links, NettyLink link) {
        super(links, link);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        long peekNs = links.settings().peekTime().toNanos();
        if (peekNs <= 0) {
            up(ctx);
        } else {
            after(peekNs, ctx, this::up);
        }
        ctx.fireChannelActive();
    }

    @Override
    void decide(ChannelHandlerContext ctx, FirstBytes.Kind kind) {
        if (kind == FirstBytes.Kind.TLS_HANDSHAKE) {
            ctx.writeAndFlush(FirstBytes.plainHere());
            links.fail(link, Verdicts.tlsPeer(link));
        } else {
            up(ctx);
        }
    }

    private void up(ChannelHandlerContext ctx) {
        if (!ctx.isRemoved() && link.phase == NettyLink.Phase.NEGOTIATING) {
            plain(ctx);
        }
    }
}
