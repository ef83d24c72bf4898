package io.dromon.node.admin.client;

import io.dromon.node.admin.api.Content;
import io.dromon.transport.tls.TlsEndpoint;
import io.dromon.transport.tls.TlsFailures;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A connection, a request, its answer. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, which is told
final class OneRequest extends SimpleChannelInboundHandler<FullHttpResponse> {
    private static final int LARGEST_ANSWER = 16 << 20;
    /** What the system says where so many wait for the control socket that none more can. */
    private static final String QUEUE_IS_FULL = "Resource temporarily unavailable";

    private static final long AGAIN_MS = 50;

    private final AdminClient.Door door;
    private final FullHttpRequest request;
    private final CompletableFuture<AdminClient.Answer> answer;
    private @Nullable SslHandler tls;

    private OneRequest(AdminClient.Door door, FullHttpRequest request, CompletableFuture<AdminClient.Answer> answer) {
        this.door = door;
        this.request = request;
        this.answer = answer;
    }

    /**
     * Sends it and waits.
     *
     * @throws AdminClient.NoAnswer if it may have been carried out all the same
     * @throws IOException if no node answers; the message says what to do
     */
    static AdminClient.Answer send(AdminClient.Door door, AdminClient.Request what, Duration patience)
            throws IOException {
        FullHttpRequest request = form(door, what);
        CompletableFuture<AdminClient.Answer> answer = new CompletableFuture<>();
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("dromon-admin-client", true), NioIoHandler.newFactory());
        try {
            Bootstrap bootstrap = new Bootstrap()
                    .group(loop)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0) // the patience counts
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            new OneRequest(door, request, answer).install(channel); // one for each attempt
                        }
                    });
            if (door.address() instanceof UnixDomainSocketAddress) {
                bootstrap.channel(NioDomainSocketChannel.class);
            } else {
                bootstrap.channel(NioSocketChannel.class);
            }
            connect(bootstrap, loop, door, answer);
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw late(door, what.method() + " " + what.path(), patience, e);
        } catch (ExecutionException e) {
            throw failure(door, e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the node of " + door.shown(), e);
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    private static FullHttpRequest form(AdminClient.Door door, AdminClient.Request what) {
        FullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.valueOf(what.method()),
                what.path(),
                Unpooled.wrappedBuffer(what.body().bytes()));
        what.headers().forEach(request.headers()::set);
        request.headers().set(HttpHeaderNames.HOST, door.host());
        request.headers().set(HttpHeaderNames.CONNECTION, "close");
        if (!what.mediaType().isEmpty()) {
            request.headers().set(HttpHeaderNames.CONTENT_TYPE, what.mediaType());
        }
        if (!what.method().equals("GET")) {
            request.headers().set(HttpHeaderNames.CONTENT_LENGTH, what.body().length());
        }
        return request;
    }

    private static void connect(
            Bootstrap bootstrap, EventLoopGroup loop, AdminClient.Door door, CompletableFuture<?> answer) {
        bootstrap.connect(door.address()).addListener(connected -> {
            if (connected.isSuccess() || answer.isDone()) {
                return;
            }
            if (String.valueOf(connected.cause().getMessage()).startsWith(QUEUE_IS_FULL)) {
                loop.schedule(() -> connect(bootstrap, loop, door, answer), AGAIN_MS, TimeUnit.MILLISECONDS);
            } else {
                answer.completeExceptionally(connected.cause());
            }
        });
    }

    static IOException late(AdminClient.Door door, String what, Duration patience, TimeoutException e) {
        return new AdminClient.NoAnswer(
                "the node of " + door.shown() + " does not answer: no answer to '" + what + "' within "
                        + patience.toSeconds() + " s; its process is stopped or overloaded, or its"
                        + " admin interface has died. Look at its log, and take a thread dump (jstack) before you"
                        + " restart it",
                e);
    }

    static IOException failure(AdminClient.Door door, Throwable cause) {
        if (cause instanceof ClosedWithoutAnswer) {
            return new AdminClient.NoAnswer(
                    "the node of " + door.shown() + " closed the connection without an answer; it is"
                            + " stopping, or answers too many others",
                    cause);
        }
        String tls = TlsFailures.of(door.shown(), cause)
                .map(failure -> failure.message())
                .orElse("");
        return new IOException(
                tls.isEmpty()
                        ? "the node of " + door.shown() + " does not answer: " + cause.getMessage() + "; "
                                + door.endsBecause()
                        : tls,
                cause);
    }

    static final class ClosedWithoutAnswer extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private void install(Channel channel) {
        door.tls()
                .map(endpoint -> endpoint.handler(channel.alloc(), java.util.Optional.empty()))
                .ifPresent(handler -> {
                    tls = handler;
                    channel.pipeline().addLast("tls", handler);
                });
        channel.pipeline()
                .addLast("codec", new HttpClientCodec())
                .addLast("whole", new HttpObjectAggregator(LARGEST_ANSWER))
                .addLast("request", this);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (tls == null) {
            ctx.writeAndFlush(request);
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
                    ctx.writeAndFlush(request);
                } else {
                    answer.completeExceptionally(done.cause());
                }
            } catch (SSLException e) {
                answer.completeExceptionally(e);
                ctx.close();
            }
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
        answer.complete(answer(response));
        ctx.close();
    }

    static AdminClient.Answer answer(FullHttpResponse response) {
        Map<String, String> headers = new TreeMap<>();
        response.headers().forEach(header -> headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
        return new AdminClient.Answer(
                response.status().code(), headers, Content.of(ByteBufUtil.getBytes(response.content())));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        answer.completeExceptionally(new ClosedWithoutAnswer());
    }

    @Override
    @SuppressWarnings("deprecation") // deprecated in ChannelHandler only, not for inbound handlers
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        answer.completeExceptionally(cause);
        ctx.close();
    }
}
