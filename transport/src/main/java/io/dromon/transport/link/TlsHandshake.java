package io.dromon.transport.link;

import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.LinkFailure;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Waits until TLS is done, the peer's certificate verified. */
@SuppressWarnings("FutureReturnValueIgnored") // farewells: whether they arrive changes nothing
final class TlsHandshake extends Negotiation {
    static final String NAME = "handshake";
    static final String TLS = "tls";
    private final TlsContexts tls;

    TlsHandshake(LinkSet links, NettyLink link, TlsContexts tls) {
        super(links, link);
        this.tls = tls;
        link.ownTrust = tls.trustText();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent done && link.phase == NettyLink.Phase.NEGOTIATING) {
            if (done.isSuccess()) {
                done(ctx);
            } else {
                links.caught(link, done.cause());
            }
        }
    }

    private void done(ChannelHandlerContext ctx) {
        SslHandler handler = (SslHandler) ctx.pipeline().get(TLS);
        handler.setCloseNotifyFlushTimeoutMillis(links.settings().closeTimeout().toMillis());
        InetSocketAddress remote = (InetSocketAddress) ctx.channel().remoteAddress();
        String ip = remote == null ? "" : remote.getAddress().getHostAddress();
        Optional<LinkFailure> refused = tls.identify(
                handler.engine().getSession(), link.accepted, link.peer, ip, identified -> link.tls = identified);
        if (refused.isPresent()) {
            links.fail(link, refused.get());
            return;
        }
        if (!handler.engine().getSession().getProtocol().equals("TLSv1.2")) {
            ctx.pipeline().remove(OneHandshake.NAME);
        }
        FramesHandler.add(ctx.pipeline(), links, link, false);
        links.up(link);
        ctx.pipeline().remove(this);
    }
}
