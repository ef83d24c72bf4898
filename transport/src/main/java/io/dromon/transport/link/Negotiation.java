package io.dromon.transport.link;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The handlers between a new socket and a link that is up. Each removes itself when it has decided. */
@SuppressWarnings("FutureReturnValueIgnored") // farewells: whether they arrive changes nothing
abstract class Negotiation extends ChannelInboundHandlerAdapter {
    final LinkSet links;
    final NettyLink link;
    private @Nullable Future<?> timer;

    Negotiation(LinkSet links, NettyLink link) {
        this.links = links;
        this.link = link;
    }

    /** What to do if nothing is decided by then; takes the place of what was to be done before. */
    final void after(long delayNs, ChannelHandlerContext ctx, Consumer<ChannelHandlerContext> action) {
        stopTimer();
        timer = ctx.executor()
                .schedule(
                        () -> {
                            if (!ctx.isRemoved() && link.phase == NettyLink.Phase.NEGOTIATING) {
                                action.accept(ctx);
                            }
                        },
                        delayNs,
                        TimeUnit.NANOSECONDS);
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        stopTimer();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        links.fail(link, Verdicts.of(link, new java.nio.channels.ClosedChannelException()));
        ctx.fireChannelInactive();
    }

    @Override
    @SuppressWarnings("deprecation") // deprecated in ChannelHandler only, not for inbound handlers
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        links.caught(link, cause);
    }
}
