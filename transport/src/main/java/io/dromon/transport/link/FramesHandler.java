package io.dromon.transport.link;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.FrameDecoder;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.MalformedMessageException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/** A link that is up: bytes to messages. Releases every buffer it gets. */
final class FramesHandler extends ChannelInboundHandlerAdapter implements FrameDecoder.Sink {
    static final String NAME = "frames";

    private final LinkSet links;
    private final NettyLink link;
    private final FrameDecoder decoder;
    /** The first bytes of a plain stream, until they say what the peer speaks; null afterwards and with TLS. */
    private @Nullable ByteBuf first;

    private long nowNs;

    private FramesHandler(LinkSet links, NettyLink link, boolean plain) {
        this.links = links;
        this.link = link;
        this.decoder = new FrameDecoder(links.checksum());
        this.first = plain ? Unpooled.buffer(16) : null;
    }

    /** Adds what makes messages of bytes to a pipeline, decompression included where ALPN agreed on it. */
    static void add(ChannelPipeline pipeline, LinkSet links, NettyLink link, boolean plain) {
        SslHandler handler = pipeline.get(SslHandler.class);
        if (handler != null && Compression.PROTOCOL.equals(handler.applicationProtocol())) {
            link.compressed = true;
            Compression.add(pipeline, link, failure -> links.fail(link, failure));
        }
        pipeline.addLast(NAME, new FramesHandler(links, link, plain));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (link.phase != NettyLink.Phase.UP) {
                return;
            }
            links.scheduleEndTurn();
            link.bytesIn += in.readableBytes();
            nowNs = links.nowNs();
            if (first == null || sniff(in, first)) {
                decode(in);
            }
        } catch (MalformedMessageException e) {
            links.fail(link, new LinkFailure.Corrupt(link.peer + ": " + e.getMessage()));
        } finally {
            in.release();
        }
    }

    private void decode(ByteBuf in) throws MalformedMessageException {
        if (!decoder.decode(in, this)) {
            links.fail(link, new LinkFailure.Disconnected(link.peer + ": ended the stream (a frame without a body)"));
        }
    }

    /** Looks at the first bytes of a plain stream; whether the rest of {@code in} is to be decoded. */
    private boolean sniff(ByteBuf in, ByteBuf head) throws MalformedMessageException {
        FirstBytes.Kind kind = FirstBytes.Kind.UNKNOWN;
        while (kind == FirstBytes.Kind.UNKNOWN && in.isReadable()) {
            head.writeByte(in.readByte());
            kind = FirstBytes.kind(head);
        }
        switch (kind) {
            case UNKNOWN -> {
                return false;
            }
            case TLS_HANDSHAKE, TLS_ALERT, TLS_NOTICE -> {
                links.fail(link, Verdicts.tlsPeer(link));
                return false;
            }
            default -> {
                first = null;
                decode(head);
                return link.phase == NettyLink.Phase.UP;
            }
        }
    }

    @Override
    public void accept(Bytes body) {
        if (link.phase == NettyLink.Phase.UP) {
            link.framesIn++;
            links.message(link, body, nowNs);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        links.fail(link, new LinkFailure.Disconnected(link.peer + ": closed by the peer"));
    }

    @Override
    @SuppressWarnings("deprecation") // deprecated in ChannelHandler only, not for inbound handlers
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        links.caught(link, cause);
    }
}
