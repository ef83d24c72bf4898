package io.dromon.transport.link;

import io.dromon.transport.wire.LinkFailure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * In front of TLS: ends a link whose peer begins a second handshake, which only TLS 1.2 has. The JDK would carry it out
 * as often as a peer likes, and BoringSSL answers with a warning that is not shown. No node needs one.
 *
 * <p>Looks at the headers of records, whose type is never encrypted in TLS 1.2: behind a peer's ChangeCipherSpec comes
 * one record of the handshake, its Finished, and no other. Passes everything on.
 */
final class OneHandshake extends ChannelInboundHandlerAdapter {
    static final String NAME = "one-handshake";

    private static final int HEADER = 5;
    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int HANDSHAKE = 22;

    private final LinkSet links;
    private final NettyLink link;
    /** Bytes of the current record that are still to come, its header without. */
    private int body;
    /** Bytes of the header that have come. */
    private int header;

    private int type;
    private int length;
    private boolean encrypted;
    private boolean finished;

    OneHandshake(LinkSet links, NettyLink link) {
        this.links = links;
        this.link = link;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (!watch(in)) {
            in.release();
            links.fail(
                    link,
                    new LinkFailure.Corrupt(link.peer + ": the peer began a second TLS handshake within the connection"
                            + " (renegotiation), which no node does; it is a scanner or another program"));
            return;
        }
        ctx.fireChannelRead(in);
    }

    /** Whether all is well. */
    private boolean watch(ByteBuf in) {
        int at = in.readerIndex();
        int end = in.writerIndex();
        while (at < end) {
            if (body > 0) {
                int skipped = Math.min(body, end - at);
                body -= skipped;
                at += skipped;
                continue;
            }
            int next = in.getUnsignedByte(at++);
            if (header == 0) {
                type = next;
            } else if (header >= HEADER - 2) {
                length = length << 8 | next;
            }
            if (++header == HEADER) {
                header = 0;
                body = length;
                length = 0;
                if (!record()) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean record() {
        if (type == CHANGE_CIPHER_SPEC) {
            encrypted = true;
        } else if (type == HANDSHAKE && encrypted) {
            if (finished) {
                return false;
            }
            finished = true;
        }
        return true;
    }
}
