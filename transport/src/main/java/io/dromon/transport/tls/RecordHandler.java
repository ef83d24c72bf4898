package io.dromon.transport.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The TLS records of an established connection, by BoringSSL itself. Takes the place of Netty's handler after the
 * handshake, where a connection has to end one direction at a time.
 *
 * <h2>Why not Netty's handler, or the engine</h2>
 *
 * <ul>
 *   <li>Netty's {@code SslHandler} answers the peer's {@code close_notify} with its own and so ends the other direction
 *       too, and {@code ReferenceCountedOpenSslEngine} shuts its native connection down on either of the two. A tunnel
 *       has to pass on the end of one direction and keep the other one.
 *   <li>The engine works record by record. This encrypts and decrypts whatever came in one go, between two pieces of
 *       native memory, into one buffer: one call and one buffer for a portion of 128 KiB instead of eight of each.
 * </ul>
 *
 * <p>Links keep Netty's handler: they end as a whole, and what they send is small. Works with the native library only;
 * a connection by the JDK's engine keeps Netty's handler.
 *
 * <p>All calls on the event loop of the channel. Who passes a buffer in or gets one owns it. The engine is kept, since it
 * owns the native connection; it is not used any more.
 */
@SuppressWarnings("FutureReturnValueIgnored") // failures of writes and closes end the channel, which is told anyway
public final class RecordHandler extends ChannelDuplexHandler {
    private static final int RECORD = 16384;
    /** Header, nonce, content type, tag of a record, with room. */
    private static final int OVERHEAD = 64;
    /** Replies of the protocol itself (key update, alert) that wait to be written. */
    private static final int OWN_OUTPUT = 4096;

    private final ReferenceCountedOpenSslEngine engine;
    private final long ssl;
    private long bio;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean failed;
    private @Nullable ChannelHandlerContext context;

    private RecordHandler(ReferenceCountedOpenSslEngine engine) {
        this.engine = engine;
        this.ssl = engine.sslPointer();
    }

    /** Replaces the handler, whose handshake is done; nothing happens if it is the JDK's. */
    public static void takeOver(ChannelPipeline pipeline, SslHandler handler) {
        ChannelHandlerContext context = pipeline.context(handler);
        if (context != null
                && handler.engine() instanceof ReferenceCountedOpenSslEngine engine
                && engine.sslPointer() != 0) {
            engine.retain();
            flushOwn(context, engine);
            pipeline.replace(handler, "records", new RecordHandler(engine));
        }
    }

    /** What the engine still has to say must go first: records are numbered. */
    private static void flushOwn(ChannelHandlerContext context, ReferenceCountedOpenSslEngine engine) {
        ByteBuf out = context.alloc().directBuffer(RECORD + OWN_OUTPUT);
        try {
            ByteBuffer space = out.nioBuffer(0, out.capacity());
            int produced = engine.wrap(ByteBuffer.allocate(0), space).bytesProduced();
            if (produced > 0) {
                context.write(out.writerIndex(produced).retain());
            }
        } catch (SSLException e) {
            context.fireExceptionCaught(e);
        } finally {
            out.release();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        bio = SSL.bioNewByteBuffer(ssl, OWN_OUTPUT);
        SSL.setRenegotiateMode(ssl, SSL.SSL_RENEGOTIATE_NEVER);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (bio != 0) {
            bio = 0;
            engine.release(); // frees the native connection, which owns the buffers between it and us
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (inputEnded || failed || bio == 0) {
            in.release(); // what follows close_notify does not count
            return;
        }
        ByteBuf cipher = direct(ctx, in);
        SSLException failure = null;
        // What is decrypted is never longer, but for a record whose beginning came before.
        ByteBuf out = ctx.alloc().directBuffer(cipher.readableBytes() + RECORD);
        try {
            SSL.bioSetByteBuffer(bio, cipher.memoryAddress() + cipher.readerIndex(), cipher.readableBytes(), false);
            while (true) {
                int count = SSL.readFromSSL(ssl, out.memoryAddress() + out.writerIndex(), out.writableBytes());
                if (count > 0) {
                    out.writerIndex(out.writerIndex() + count);
                    continue;
                }
                int error = SSL.getError(ssl, count);
                if (error == SSL.SSL_ERROR_ZERO_RETURN) {
                    inputEnded = true;
                } else if (error != SSL.SSL_ERROR_WANT_READ) {
                    failure = failure(error);
                }
                break;
            }
        } finally {
            SSL.bioClearByteBuffer(bio);
            cipher.release();
        }
        if (out.isReadable()) {
            ctx.fireChannelRead(out);
        } else {
            out.release();
        }
        if (bio != 0 && SSL.bioLengthNonApplication(bio) > 0) {
            ctx.writeAndFlush(ownOutput(ctx));
        }
        if (failure != null) {
            failed = true;
            ctx.fireExceptionCaught(failure);
        } else if (inputEnded) {
            ctx.fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ByteBuf in = (ByteBuf) message;
        if (!in.isReadable()) {
            ctx.write(in, promise);
            return;
        }
        if (outputEnded || failed || bio == 0) {
            in.release();
            promise.tryFailure(new ClosedChannelException());
            return;
        }
        ByteBuf plain = direct(ctx, in);
        int length = plain.readableBytes();
        int capacity = length + (length / RECORD + 1) * OVERHEAD + OWN_OUTPUT;
        ByteBuf out = ctx.alloc().directBuffer(capacity, capacity);
        SSLException failure = null;
        try {
            begin(out);
            long address = plain.memoryAddress() + plain.readerIndex();
            int done = 0;
            while (done < length) {
                int count = SSL.writeToSSL(ssl, address + done, length - done);
                if (count <= 0) {
                    failure = failure(SSL.getError(ssl, count));
                    break;
                }
                done += count;
            }
            end(out);
        } finally {
            plain.release();
        }
        if (failure != null) {
            failed = true;
            out.release();
            promise.tryFailure(failure);
            ctx.fireExceptionCaught(failure);
            return;
        }
        ctx.write(out, promise);
    }

    /** Says close_notify; input goes on. */
    public void closeOutbound() {
        ChannelHandlerContext ctx = context;
        if (outputEnded || failed || bio == 0 || ctx == null) {
            return;
        }
        outputEnded = true;
        ByteBuf out = ctx.alloc().directBuffer(OWN_OUTPUT, OWN_OUTPUT);
        begin(out);
        SSL.shutdownSSL(ssl);
        SSL.clearError();
        end(out);
        ctx.writeAndFlush(out);
    }

    private ByteBuf ownOutput(ChannelHandlerContext ctx) {
        ByteBuf out = ctx.alloc().directBuffer(OWN_OUTPUT, OWN_OUTPUT);
        begin(out);
        end(out);
        return out;
    }

    /** What BoringSSL writes from here on goes into the buffer, after what it had to say before. */
    private void begin(ByteBuf out) {
        SSL.bioSetByteBuffer(bio, out.memoryAddress() + out.writerIndex(), out.writableBytes(), true);
        SSL.bioFlushByteBuffer(bio);
    }

    private void end(ByteBuf out) {
        out.writerIndex(out.capacity() - SSL.bioLengthByteBuffer(bio));
        SSL.bioClearByteBuffer(bio);
    }

    private static SSLException failure(int error) {
        int number = SSL.getLastErrorNumber();
        SSL.clearError();
        return new SSLException(number == 0 ? "error " + error : String.valueOf(SSL.getErrorString(number)));
    }

    /** The bytes in one piece of native memory; takes the buffer over. */
    private static ByteBuf direct(ChannelHandlerContext ctx, ByteBuf in) {
        if (in.hasMemoryAddress()) {
            return in;
        }
        ByteBuf copy = ctx.alloc().directBuffer(in.readableBytes());
        try {
            return copy.writeBytes(in);
        } finally {
            in.release();
        }
    }
}
