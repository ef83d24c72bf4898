package io.dromon.transport.link;

import io.dromon.transport.tls.TlsContexts;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;

/** Dialled, TLS on: is the first answer TLS? */
final class Reply extends Sniffer {
    static final String NAME = "reply";

    Reply(LinkSet links, NettyLink link) {
        super(links, link);
    }

    @Override
    void decide(ChannelHandlerContext ctx, FirstBytes.Kind kind) {
        if (kind == FirstBytes.Kind.TLS_HANDSHAKE || kind == FirstBytes.Kind.TLS_ALERT) {
            passOn(ctx);
        } else if (kind == FirstBytes.Kind.PLAIN_FRAME && link.trial == null && links.modes.allowsPlain(link.peer)) {
            fallBack(ctx);
        } else {
            links.fail(link, Verdicts.plainPeer(link, kind));
        }
    }

    /** The answer to a ClientHello was plain: the acceptor has no key and dropped it. */
    private void fallBack(ChannelHandlerContext ctx) {
        ctx.pipeline().remove(TlsHandshake.NAME);
        ctx.pipeline().remove(TlsHandshake.TLS);
        ctx.pipeline().remove(OneHandshake.NAME);
        plain(ctx);
    }

    /** The handlers of a TLS dial, in their order. */
    static void addTls(ChannelPipeline pipeline, LinkSet links, NettyLink link, TlsContexts contexts) {
        pipeline.addLast(Reply.NAME, new Reply(links, link))
                .addLast(OneHandshake.NAME, new OneHandshake(links, link))
                .addLast(
                        TlsHandshake.TLS,
                        contexts.clientHandler(pipeline.channel().alloc()))
                .addLast(TlsHandshake.NAME, new TlsHandshake(links, link, contexts));
    }
}
