package io.dromon.node.admin.http;

import io.dromon.node.admin.api.AccessRules;
import io.dromon.node.admin.api.AdminAnswer;
import io.dromon.node.admin.api.AdminApi;
import io.dromon.node.admin.api.AdminRequest;
import io.dromon.node.admin.api.Caller;
import io.dromon.node.admin.api.Content;
import io.dromon.node.admin.api.Problem;
import io.dromon.node.admin.api.RequestHead;
import io.dromon.node.admin.api.Route;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of one connection, one after the other. On the event loop; work that waits for the node runs on a worker and
 * its answer comes back here. Owns every part of a request that it is given.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel, which is told anyway
final class Exchange extends ChannelInboundHandlerAdapter {
    static final String NAME = "exchange";

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    /** What a connection does. */
    private enum Phase {
        /** No request has come whole. */
        WAITING,
        /** Its body is being received. */
        BODY,
        /** It is being carried out. */
        WORKING,
        /** Events are being sent. */
        FEED,
        /** It is being closed, and what comes is passed over. */
        OVER
    }

    private final AdminServer server;
    private final AdminApi api;
    private final AccessRules rules;
    /** What stands for the client where connections are counted. */
    private final Object address;

    private Identity identity;
    private @Nullable Caller caller;
    private Phase phase = Phase.WAITING;
    private @Nullable Future<?> deadline;
    private boolean keepAlive;
    private AdminApi.@Nullable Admitted admitted;
    private @Nullable HttpRequest request;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream(0);
    private @Nullable Runnable endOfFeed;

    /** Finds out who the client is, when the first request has come. */
    interface Identity {
        /** @throws Problem.Refusal if the client may not use the port at all */
        Caller prove();
    }

    /** @param identity of a client without TLS */
    Exchange(AdminServer server, AccessRules rules, Object address, Identity identity) {
        this.server = server;
        this.api = server.api();
        this.rules = rules;
        this.address = address;
        this.identity = identity;
    }

    /** The connection has turned out to be another kind of one. */
    void identity(Identity other) {
        identity = other;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        await(ctx, Limits.REQUEST_TIME);
    }

    /** Waits for a request; the connection may be evicted for another one meanwhile. */
    private void await(ChannelHandlerContext ctx, Duration time) {
        if (server.isClosing()) {
            ctx.close();
            return;
        }
        phase = Phase.WAITING;
        server.waiting().enter(address, ctx.channel());
        deadline(ctx, time, () -> ctx.close());
    }

    private void deadline(ChannelHandlerContext ctx, Duration time, Runnable late) {
        cancelDeadline();
        deadline = ctx.executor().schedule(late, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object part) {
        try {
            if (phase == Phase.WAITING && part instanceof HttpRequest head) {
                takeHead(ctx, head);
            }
            if (phase == Phase.BODY && part instanceof HttpContent piece) {
                takeBody(ctx, piece);
            }
        } catch (Problem.Refusal refusal) {
            keepAlive = keepAlive && isWhole(part); // what follows may be the rest of a body
            answer(ctx, refusal.problem().answer());
        } finally {
            ReferenceCountUtil.release(part);
        }
    }

    private static boolean isWhole(Object part) {
        return part instanceof LastHttpContent last && last.decoderResult().isSuccess();
    }

    private void takeHead(ChannelHandlerContext ctx, HttpRequest head) {
        server.waiting().leave(ctx.channel());
        phase = Phase.BODY;
        request = head;
        keepAlive = false;
        deadline(ctx, Limits.REQUEST_TIME, () -> tooSlow(ctx));
        RequestHead plain = Heads.read(head);
        Caller known = caller == null ? identity.prove() : caller;
        caller = known;
        admitted = api.admit(plain, known, rules);
        keepAlive = Heads.isKeptAlive(head);
        if (Heads.expectsContinue(head)) {
            ctx.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        }
    }

    private void tooSlow(ChannelHandlerContext ctx) {
        keepAlive = false;
        answer(
                ctx,
                Problem.of(
                                408,
                                "the request was not whole within " + Limits.REQUEST_TIME.toSeconds() + " s",
                                "send it faster")
                        .answer());
    }

    private void takeBody(ChannelHandlerContext ctx, HttpContent piece) {
        if (piece.decoderResult().isFailure()) {
            throw Heads.malformed(piece.decoderResult().cause());
        }
        ByteBuf bytes = piece.content();
        int more = bytes.readableBytes();
        if (body.size() + more > Limits.BODY_BYTES) {
            throw Problem.of(
                            413,
                            "the body has more than " + Limits.BODY_BYTES + " bytes",
                            "send less, in several requests")
                    .refusal();
        }
        if (more > 0 && !server.bodies().take(more)) {
            throw Problem.of(503, "too many requests with a body are being received", "try again")
                    .refusal();
        }
        try {
            bytes.readBytes(body, more);
        } catch (IOException e) {
            throw new IllegalStateException("memory alone", e);
        }
        if (piece instanceof LastHttpContent) {
            carryOut(ctx);
        }
    }

    private void carryOut(ChannelHandlerContext ctx) {
        AdminApi.Admitted may = admitted;
        HttpRequest head = request;
        Caller known = caller;
        if (may == null || head == null || known == null) {
            throw new IllegalStateException("no head");
        }
        phase = Phase.WORKING;
        cancelDeadline();
        ctx.channel().config().setAutoRead(false); // one request at a time
        AdminRequest whole = new AdminRequest(
                head.method().name(),
                may.path(),
                may.variables(),
                Heads.query(head),
                Heads.headers(head),
                Content.of(body.toByteArray()),
                known,
                rules);
        forgetBody();
        Route route = may.route();
        if (route.pace() == Route.Pace.IMMEDIATE) {
            answer(ctx, api.answer(route, whole));
            return;
        }
        boolean begun = server.workers().run(route.pace(), () -> {
            AdminAnswer answer = api.answer(route, whole);
            server.onLoop(() -> answer(ctx, answer));
        });
        if (!begun) {
            answer(
                    ctx,
                    Problem.of(503, "the node is busy with other requests of this kind", "try again in a second")
                            .answer()
                            .with(Map.of("Retry-After", "1")));
        }
    }

    private void forgetBody() {
        server.bodies().giveBack(body.size());
        body.reset();
    }

    private void answer(ChannelHandlerContext ctx, AdminAnswer answer) {
        forgetBody();
        if (phase == Phase.OVER || !ctx.channel().isActive()) {
            return;
        }
        phase = Phase.OVER; // until it is written
        if (answer.feed().isPresent() && !isHead()) {
            feed(ctx, answer);
            return;
        }
        boolean stays = keepAlive && !server.isClosing();
        deadline(ctx, Limits.ANSWER_TIME, () -> ctx.close());
        ctx.writeAndFlush(Answers.whole(answer, stays, isHead())).addListener(written -> {
            cancelDeadline();
            if (!written.isSuccess()) {
                ctx.close();
            } else if (!stays) {
                closeSoon(ctx);
            } else {
                await(ctx, Limits.IDLE_TIME);
                ctx.channel().config().setAutoRead(true);
            }
        });
    }

    /** What the client still sends is read and dropped: a reset would take the answer from it. */
    private void closeSoon(ChannelHandlerContext ctx) {
        ctx.channel().config().setAutoRead(true);
        boolean sendsMore = admitted == null || body.size() > 0;
        deadline(ctx, sendsMore ? Limits.LINGER : Duration.ZERO, () -> ctx.close());
    }

    private boolean isHead() {
        return request != null && request.method().name().equals("HEAD");
    }

    private void feed(ChannelHandlerContext ctx, AdminAnswer answer) {
        if (!server.feeds().enter()) {
            ctx.writeAndFlush(Answers.whole(
                            Problem.of(
                                            503,
                                            Limits.MOST_FEEDS + " clients get events already",
                                            "end one of them, or read /api/v1/status now and then")
                                    .answer(),
                            false,
                            false))
                    .addListener(ChannelFutureListener.CLOSE);
            return;
        }
        phase = Phase.FEED;
        cancelDeadline();
        ctx.writeAndFlush(Answers.begin(answer));
        FeedClient client = new FeedClient(server, ctx.channel());
        endOfFeed = answer.feed().orElseThrow().start(client);
        ctx.channel().config().setAutoRead(true); // so that its end is seen
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancelDeadline();
        server.waiting().leave(ctx.channel());
        forgetBody();
        if (phase == Phase.FEED) {
            server.feeds().leave();
        }
        phase = Phase.OVER;
        if (endOfFeed != null) {
            endOfFeed.run();
            endOfFeed = null;
        }
    }

    /** Whether the listener's end waits for it: a request is being carried out, or its answer is being sent. */
    boolean isBusy() {
        return phase == Phase.WORKING || phase == Phase.OVER;
    }

    @Override
    @SuppressWarnings("deprecation") // deprecated in ChannelHandler only, not for inbound handlers
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug(
                "admin: the connection of {} broke: {}",
                address,
                cause.getClass().getSimpleName());
        server.broken(cause, String.valueOf(address));
        ctx.close();
    }
}
