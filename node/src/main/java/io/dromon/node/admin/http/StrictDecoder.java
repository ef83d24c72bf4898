package io.dromon.node.admin.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Netty's decoder of requests, which takes nothing that two readers could take in two ways: no body with two lengths, no line
 * that goes on in the next one, no bare line feed.
 */
final class StrictDecoder extends HttpRequestDecoder {
    private boolean inHead = true;
    private boolean broken;

    StrictDecoder() {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(Limits.REQUEST_LINE_BYTES)
                .setMaxHeaderSize(Limits.HEADER_BYTES)
                .setStrictLineParsing(true)
                .setAllowDuplicateContentLengths(false)
                .setUseRfc9112TransferEncoding(true));
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (broken || (inHead && hasFoldedLine(in))) {
            refuse(in, out);
            return;
        }
        int before = out.size();
        super.decode(ctx, in, out);
        for (int i = before; i < out.size(); i++) {
            Object part = out.get(i);
            if (part instanceof LastHttpContent) {
                inHead = true;
            } else if (part instanceof HttpMessage) {
                inHead = false;
            }
        }
    }

    private void refuse(ByteBuf in, List<Object> out) {
        in.skipBytes(in.readableBytes());
        if (!broken) {
            broken = true; // nothing behind it can be told from the rest of it
            HttpMessage message = createInvalidMessage();
            message.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("a folded header")));
            out.add(message);
        }
    }

    /**
     * Whether a line of the head begins with a blank. A folded header (RFC 9112 section 5.2) is joined by the decoder and could
     * not be told afterwards. What is left in the buffer always begins with a line.
     */
    private static boolean hasFoldedLine(ByteBuf in) {
        boolean lineBegins = true;
        boolean lineIsEmpty = true;
        for (int i = in.readerIndex(); i < in.writerIndex(); i++) {
            byte b = in.getByte(i);
            if (lineBegins && (b == ' ' || b == '\t')) {
                return true;
            }
            lineBegins = b == '\n';
            if (b == '\n') {
                if (lineIsEmpty && i > in.readerIndex() + 1) {
                    return false; // the end of the header
                }
                lineIsEmpty = true;
            } else if (b != '\r') {
                lineIsEmpty = false;
            }
        }
        return false;
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("Content-Length and Transfer-Encoding in one request");
    }
}
