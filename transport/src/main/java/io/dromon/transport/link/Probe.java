package io.dromon.transport.link;

import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.LinkFailure;
import io.netty.channel.ChannelHandlerContext;
import java.time.Duration;

/** Accepted, TLS on: is it a ClientHello? */
@SuppressWarnings("FutureReturnValueIgnored") // farewells: whether they arrive changes nothing
final class Probe extends Sniffer {
    static final String NAME = "probe";

    Probe(LinkSet links, NettyLink link) {
        super(links, link);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        after(limit().toNanos(), ctx, this::silent);
        ctx.fireChannelActive();
    }

    private Duration limit() {
        return links.modes.isDynamic()
                ? Duration.ofMillis(DynamicMode.ACCEPT_MS)
                : links.settings().probeTimeout();
    }

    private void silent(ChannelHandlerContext ctx) {
        if (collected() == 0 && links.modes.allowsPlain("")) {
            plain(ctx);
        } else {
            refuse(ctx, Verdicts.silentDialler(link, limit(), collected()));
        }
    }

    @Override
    void decide(ChannelHandlerContext ctx, FirstBytes.Kind kind) {
        if (kind != FirstBytes.Kind.TLS_HANDSHAKE) {
            refuse(ctx, Verdicts.plainPeer(link, kind));
            return;
        }
        TlsContexts tls = links.modes.tls();
        ctx.pipeline().addAfter(NAME, OneHandshake.NAME, new OneHandshake(links, link));
        ctx.pipeline().addAfter(OneHandshake.NAME, TlsHandshake.TLS, tls.serverHandler(ctx.alloc()));
        ctx.pipeline().addAfter(TlsHandshake.TLS, TlsHandshake.NAME, new TlsHandshake(links, link, tls));
        passOn(ctx);
    }

    private void refuse(ChannelHandlerContext ctx, LinkFailure failure) {
        ctx.writeAndFlush(FirstBytes.tlsRequired());
        links.fail(link, failure);
    }
}
