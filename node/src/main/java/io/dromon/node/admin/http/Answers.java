package io.dromon.node.admin.http;

import io.dromon.node.admin.api.AdminAnswer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/** Answers in the words of HTTP. */
final class Answers {
    private Answers() {}

    /**
     * A whole answer.
     *
     * @param stays whether the connection does
     * @param head whether the body is left out, its length told all the same
     */
    static FullHttpResponse whole(AdminAnswer answer, boolean stays, boolean head) {
        ByteBuf body = head
                ? Unpooled.EMPTY_BUFFER
                : Unpooled.wrappedBuffer(answer.body().bytes());
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()), body);
        common(answer, response.headers());
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length());
        if (!stays) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        return response;
    }

    /** The beginning of one that ends with the connection. */
    static HttpResponse begin(AdminAnswer answer) {
        HttpResponse response =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()));
        common(answer, response.headers());
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return response;
    }

    /** What no browser may make of an answer; a page says more of itself. */
    private static void common(AdminAnswer answer, HttpHeaders headers) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, answer.mediaType());
        headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Referrer-Policy", "no-referrer");
        answer.headers().forEach(headers::set);
    }
}
