package io.dromon.node.admin.client;

import io.dromon.transport.tls.TlsEndpoint;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Requests to one node, one after the other, over a connection that is kept as long as the node keeps it. For who asks often;
 * everybody else has {@link AdminClient}. One request at a time.
 */
public final class AdminSession implements AutoCloseable {
    private static final int LARGEST_ANSWER = 1 << 20;

    private final AdminClient.Door door;
    private final EventLoopGroup loop;
    private @Nullable Connection kept;

    AdminSession(AdminClient.Door door, EventLoopGroup loop) {
        this.door = door;
        this.loop = loop;
    }

    /**
     * A body and what it is.
     *
     * @param type its {@code Content-Type}
     */
    public record Body(String type, ByteBuffer content) {
        /** JSON. */
        public static Body json(String text) {
            return new Body("application/json", StandardCharsets.UTF_8.encode(text));
        }

        /** Text; none of it for a request without a body. */
        public static Body text(String text) {
            return new Body("text/plain", StandardCharsets.UTF_8.encode(text));
        }
    }

    /**
     * Sends a request and waits for the answer. It may come to the node twice: where the kept connection turns out to be
     * closed, it is sent again over a new one.
     *
     * @param patience from the connection to the whole answer
     * @throws IOException if no node answers; the message says what to do
     */
    public AdminClient.Answer send(String method, String path, Body body, Duration patience) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        Connection used = kept;
        boolean again = used != null && used.isOpen();
        while (true) {
            if (used == null || !used.isOpen()) {
                used = new Connection(door);
                used.connect(loop);
                kept = used;
            }
            try {
                return used.ask(request(method, path, body), end - System.nanoTime());
            } catch (TimeoutException e) {
                used.close();
                throw OneRequest.late(door, method + " " + path, patience, e);
            } catch (ExecutionException e) {
                used.close();
                if (!again) {
                    throw OneRequest.failure(door, e.getCause() == null ? e : e.getCause());
                }
                again = false;
            } catch (InterruptedException e) {
                used.close();
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for the node of " + door.shown(), e);
            }
        }
    }

    private FullHttpRequest request(String method, String path, Body body) {
        FullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.valueOf(method),
                path,
                Unpooled.wrappedBuffer(body.content().duplicate()));
        request.headers().set(HttpHeaderNames.HOST, door.host());
        request.headers().set(HttpHeaderNames.CONTENT_TYPE, body.type());
        request.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.content().remaining());
        return request;
    }

    @Override
    public void close() {
        Connection open = kept;
        if (open != null) {
            open.close();
        }
    }

    /** One connection: ready once TLS has proven who answers. Its handler runs on the event loop alone. */
    @SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, which is told
    private static final class Connection extends SimpleChannelInboundHandler<FullHttpResponse> {
        private final AdminClient.Door door;
        private final CompletableFuture<Channel> ready = new CompletableFuture<>();
        private volatile CompletableFuture<AdminClient.Answer> awaited = new CompletableFuture<>();
        private @Nullable SslHandler tls;

        Connection(AdminClient.Door door) {
            this.door = door;
        }

        void connect(EventLoopGroup loop) {
            boolean local = door.address() instanceof UnixDomainSocketAddress;
            new Bootstrap()
                    .group(loop)
                    .channel(local ? NioDomainSocketChannel.class : NioSocketChannel.class)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            install(channel);
                        }
                    })
                    .connect(door.address())
                    .addListener(connected -> {
                        if (!connected.isSuccess()) {
                            ready.completeExceptionally(connected.cause());
                        }
                    });
        }

        boolean isOpen() {
            Channel channel = ready.isCompletedExceptionally() ? null : ready.getNow(null);
            return channel != null && channel.isActive();
        }

        AdminClient.Answer ask(FullHttpRequest request, long patienceNs)
                throws InterruptedException, ExecutionException, TimeoutException {
            long end = System.nanoTime() + patienceNs;
            boolean sent = false;
            try {
                Channel channel = ready.get(patienceNs, TimeUnit.NANOSECONDS);
                CompletableFuture<AdminClient.Answer> answer = new CompletableFuture<>();
                awaited = answer;
                if (!channel.isActive()) {
                    answer.completeExceptionally(new OneRequest.ClosedWithoutAnswer());
                }
                sent = true;
                channel.writeAndFlush(request);
                return answer.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            } finally {
                if (!sent) {
                    request.release();
                }
            }
        }

        void close() {
            ready.whenComplete((channel, failure) -> {
                if (channel != null) {
                    channel.close();
                }
            });
            ready.completeExceptionally(new OneRequest.ClosedWithoutAnswer());
        }

        private void install(Channel channel) {
            door.tls()
                    .map(endpoint -> endpoint.handler(channel.alloc(), Optional.empty()))
                    .ifPresent(handler -> {
                        tls = handler;
                        channel.pipeline().addLast("tls", handler);
                    });
            channel.pipeline()
                    .addLast("codec", new HttpClientCodec())
                    .addLast("whole", new HttpObjectAggregator(LARGEST_ANSWER))
                    .addLast("session", this);
        }

        private void isReady(Channel channel) {
            if (!ready.complete(channel)) {
                channel.close(); // nobody waits any more
            }
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            if (tls == null) {
                isReady(ctx.channel());
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            SslHandler handler = tls;
            if (event instanceof SslHandshakeCompletionEvent done && handler != null) {
                try {
                    if (done.isSuccess()) {
                        TlsEndpoint endpoint = door.tls().orElseThrow();
                        endpoint.verify(handler.engine().getSession());
                        isReady(ctx.channel());
                    } else {
                        fail(ctx, done.cause());
                    }
                } catch (SSLException e) {
                    fail(ctx, e);
                }
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
            boolean stays = HttpUtil.isKeepAlive(response);
            AdminClient.Answer answer = OneRequest.answer(response);
            if (!stays) {
                ctx.close();
            }
            awaited.complete(answer);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            fail(ctx, new OneRequest.ClosedWithoutAnswer());
        }

        @Override
        @SuppressWarnings("deprecation") // deprecated in ChannelHandler only, not for inbound handlers
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            fail(ctx, cause);
        }

        private void fail(ChannelHandlerContext ctx, Throwable cause) {
            ready.completeExceptionally(cause);
            awaited.completeExceptionally(cause);
            ctx.close();
        }
    }
}
