package io.dromon.transport.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/** Collects the first bytes until their kind is known. Owns the collected bytes until it passes them on. */
abstract class Sniffer extends Negotiation {
    private @Nullable ByteBuf head;

    Sniffer(LinkSet links, NettyLink link) {
        super(links, link);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (link.phase == NettyLink.Phase.CLOSED) {
            in.release();
            return;
        }
        ByteBuf all = in;
        if (head != null) {
            // Bounded: the kind is known after a dozen bytes, so only these and one read are ever here.
            all = Unpooled.buffer(head.readableBytes() + in.readableBytes())
                    .writeBytes(head)
                    .writeBytes(in);
            head.release();
            head = null;
            in.release();
        }
        FirstBytes.Kind kind = FirstBytes.kind(all);
        head = all;
        if (kind != FirstBytes.Kind.UNKNOWN) {
            decide(ctx, kind);
        }
    }

    /** The kind is known. Ends with {@link #passOn} or a failure. */
    abstract void decide(ChannelHandlerContext ctx, FirstBytes.Kind kind);

    int collected() {
        return head == null ? 0 : head.readableBytes();
    }

    /** Leaves the pipeline; the collected bytes go to the handlers behind. */
    void passOn(ChannelHandlerContext ctx) {
        ByteBuf bytes = head;
        head = null;
        ctx.pipeline().remove(this);
        if (bytes != null) {
            ctx.fireChannelRead(bytes);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        super.handlerRemoved(ctx);
        if (head != null) {
            head.release();
            head = null;
        }
    }

    /** A plain stream from here on: the frames handler takes over, and what was read goes to it. */
    final void plain(ChannelHandlerContext ctx) {
        FramesHandler.add(ctx.pipeline(), links, link, true);
        links.up(link);
        passOn(ctx);
    }
}
