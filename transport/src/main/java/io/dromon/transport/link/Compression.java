package io.dromon.transport.link;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.dromon.transport.wire.LinkFailure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The stream inside TLS, compressed, between two Dromon nodes that agreed on it by ALPN. Each write becomes one block
 * (some, if it is larger than {@link #LARGEST_BLOCK}):
 *
 * <pre>
 *  | kind, 1 byte | plain length, 3 bytes | length, 3 bytes | bytes |      big endian
 *    0: as they are
 *    1: the next part of one zstd stream, flushed; its window is bounded ({@link #WINDOW_LOG})
 * </pre>
 *
 * What does not shrink goes as it is, beside the zstd stream, and is tried again after a while. A block never yields
 * more than it announced, which is at most {@link #LARGEST_BLOCK}: there is no bomb.
 */
@SuppressWarnings("FutureReturnValueIgnored") // failures arrive as exceptionCaught
final class Compression {
    /** The ALPN name. */
    static final String PROTOCOL = "dromon-zstd/1";

    static final int LARGEST_BLOCK = 64 * 1024;
    static final int HEADER = 7;
    /** 128 KiB on either side of a link, whatever a peer says. */
    static final int WINDOW_LOG = 17;

    private static final int LEVEL = 1;
    private static final int RAW = 0;
    private static final int ZSTD = 1;
    /** Not worth a call. */
    private static final int SMALLEST = 64;

    private static final int MOST_SKIPPED = 256;

    private Compression() {}

    /**
     * To the end of the pipeline.
     *
     * @param failures takes what a peer does wrong: the link is over
     */
    static void add(ChannelPipeline pipeline, NettyLink link, Consumer<LinkFailure> failures) {
        pipeline.addLast("inflate", new Inflate(link, failures));
        pipeline.addLast("deflate", new Deflate(link));
    }

    /** Owns each written buffer until its block is handed on. */
    private static final class Deflate extends ChannelOutboundHandlerAdapter {
        private final NettyLink link;
        private final ZstdCompressCtx zstd = new ZstdCompressCtx();
        /** Blocks that go as they are before the next attempt. */
        private int skip;

        private int penalty;

        Deflate(NettyLink link) {
            this.link = link;
            zstd.setLevel(LEVEL).setWindowLog(WINDOW_LOG).setChecksum(false);
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ByteBuf in = (ByteBuf) message;
            try {
                while (in.readableBytes() > LARGEST_BLOCK) {
                    block(ctx, in.readSlice(LARGEST_BLOCK), ctx.voidPromise());
                }
                if (in.isReadable()) {
                    block(ctx, in, promise);
                } else {
                    ctx.write(in.retain(), promise);
                }
            } finally {
                in.release();
            }
        }

        private void block(ChannelHandlerContext ctx, ByteBuf plain, ChannelPromise promise) {
            int length = plain.readableBytes();
            ByteBuf out;
            if (length < SMALLEST || skip > 0 || !plain.isDirect()) {
                skip = Math.max(0, skip - 1);
                out = ctx.alloc().directBuffer(HEADER + length);
                header(out, RAW, length, length);
                out.writeBytes(plain, plain.readerIndex(), length);
            } else {
                out = compressed(ctx, plain, length);
            }
            link.wireOut += out.readableBytes();
            ctx.write(out, promise);
        }

        private ByteBuf compressed(ChannelHandlerContext ctx, ByteBuf plain, int length) {
            int bound = Math.toIntExact(Zstd.compressBound(length)) + 64;
            ByteBuf out = ctx.alloc().directBuffer(HEADER + bound, HEADER + bound);
            boolean done = false;
            try {
                ByteBuffer target = out.nioBuffer(HEADER, bound);
                if (!zstd.compressDirectByteBufferStream(
                        target, plain.nioBuffer(plain.readerIndex(), length), EndDirective.FLUSH)) {
                    throw new IllegalStateException("a block of " + length + " bytes does not fit");
                }
                int size = target.position();
                header(out, ZSTD, length, size);
                out.writerIndex(HEADER + size);
                adapt(length, size);
                done = true;
                return out;
            } finally {
                if (!done) {
                    out.release();
                }
            }
        }

        private void adapt(int length, int size) {
            if (size > length - length / 8) {
                penalty = Math.min(MOST_SKIPPED, Math.max(4, 2 * penalty));
                skip = penalty;
            } else {
                penalty = 0;
            }
        }

        private static void header(ByteBuf out, int kind, int plainLength, int length) {
            out.writeByte(kind);
            out.writeMedium(plainLength);
            out.writeMedium(length);
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            zstd.close();
        }
    }

    /** Reads blocks; holds one at most. */
    private static final class Inflate extends ByteToMessageDecoder {
        private final NettyLink link;
        private final Consumer<LinkFailure> failures;
        private final ZstdDecompressCtx zstd = new ZstdDecompressCtx();

        Inflate(NettyLink link, Consumer<LinkFailure> failures) {
            this.link = link;
            this.failures = failures;
            zstd.setLongMax(WINDOW_LOG);
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
            if (link.phase == NettyLink.Phase.CLOSED) {
                in.skipBytes(in.readableBytes());
                return;
            }
            if (in.readableBytes() < HEADER) {
                return;
            }
            int at = in.readerIndex();
            int kind = in.getByte(at);
            int plainLength = in.getUnsignedMedium(at + 1);
            int length = in.getUnsignedMedium(at + 4);
            if (kind < RAW
                    || kind > ZSTD
                    || plainLength == 0
                    || plainLength > LARGEST_BLOCK
                    || length == 0
                    || length > LARGEST_BLOCK + 1024
                    || (kind == RAW && length != plainLength)) {
                corrupt(in, "a compressed block with a damaged header");
                return;
            }
            if (in.readableBytes() < HEADER + length) {
                return;
            }
            in.skipBytes(HEADER);
            link.wireIn += HEADER + length;
            if (kind == RAW) {
                out.add(in.readRetainedSlice(length));
                return;
            }
            ByteBuf plain = inflate(ctx, in.readSlice(length), plainLength);
            if (plain == null) {
                corrupt(in, "a compressed block that does not hold what it announces");
            } else {
                out.add(plain);
            }
        }

        private @Nullable ByteBuf inflate(ChannelHandlerContext ctx, ByteBuf block, int plainLength) {
            // One byte more, to see a block that yields more.
            ByteBuf plain = ctx.alloc().directBuffer(plainLength + 1, plainLength + 1);
            ByteBuf source = block.isDirect()
                    ? block.retain()
                    : ctx.alloc().directBuffer(block.readableBytes()).writeBytes(block);
            boolean whole = false;
            try {
                ByteBuffer from = source.nioBuffer();
                ByteBuffer to = plain.nioBuffer(0, plainLength + 1);
                int before = -1;
                while (from.hasRemaining() && from.remaining() + to.remaining() != before) {
                    before = from.remaining() + to.remaining();
                    zstd.decompressDirectByteBufferStream(to, from);
                }
                whole = !from.hasRemaining() && to.position() == plainLength;
            } catch (ZstdException e) {
                whole = false;
            } finally {
                source.release();
                if (whole) {
                    plain.writerIndex(plainLength);
                } else {
                    plain.release();
                }
            }
            return whole ? plain : null;
        }

        private void corrupt(ByteBuf in, String what) {
            in.skipBytes(in.readableBytes());
            failures.accept(new LinkFailure.Corrupt(link.peer + ": " + what));
        }

        @Override
        protected void handlerRemoved0(ChannelHandlerContext ctx) {
            zstd.close();
        }
    }
}
