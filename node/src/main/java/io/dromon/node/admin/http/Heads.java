package io.dromon.node.admin.http;

import io.dromon.node.admin.api.Problem;
import io.dromon.node.admin.api.RequestHead;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The head of a request as Netty has decoded it, checked and read. */
final class Heads {
    private static final int MOST_PARAMETERS = 16;
    /** Digits alone: a sign, which the decoder takes, is none of HTTP. */
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

    private Heads() {}

    /**
     * Checks the form of a head.
     *
     * @throws Problem.Refusal what is answered; the connection is closed then
     */
    static RequestHead read(HttpRequest head) {
        checkVersion(head.protocolVersion());
        if (head.decoderResult().isFailure()) {
            throw malformed(head.decoderResult().cause());
        }
        HttpHeaders headers = head.headers();
        if (headers.size() > Limits.MOST_HEADERS) {
            throw Problem.of(431, "there are " + headers.size() + " headers", "at most " + Limits.MOST_HEADERS)
                    .refusal();
        }
        int hosts = headers.getAll(HttpHeaderNames.HOST).size();
        boolean old = head.protocolVersion().equals(HttpVersion.HTTP_1_0);
        if (hosts > 1 || (hosts == 0 && !old)) {
            throw Problem.of(400, "there are " + hosts + " Host headers", "send one")
                    .refusal();
        }
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!codings.isEmpty() && !(codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked") && !old)) {
            throw Problem.of(400, "a Transfer-Encoding other than chunked", "send the body with a Content-Length")
                    .refusal();
        }
        String expectation = headers.get(HttpHeaderNames.EXPECT, "100-continue");
        if (!expectation.equalsIgnoreCase("100-continue")) {
            throw Problem.of(417, "an expectation other than 100-continue", "send none")
                    .refusal();
        }
        String length = headers.get(HttpHeaderNames.CONTENT_LENGTH, "0");
        if (!LENGTH.matcher(length).matches()) {
            throw Problem.of(400, "a Content-Length that is no number", "send its digits alone")
                    .refusal();
        }
        String target = head.uri();
        int question = target.indexOf('?');
        long bytes = Long.parseLong(length);
        if (bytes > Limits.BODY_BYTES) {
            throw Problem.of(
                            413,
                            "the body has " + bytes + " bytes, at most " + Limits.BODY_BYTES + " are taken",
                            "send less, in several requests")
                    .refusal();
        }
        return new RequestHead(
                head.method().name(),
                question < 0 ? target : target.substring(0, question),
                headers(head),
                bytes > 0 || !codings.isEmpty());
    }

    private static void checkVersion(HttpVersion version) {
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            boolean known = version.protocolName().equals("HTTP");
            throw Problem.of(
                            505,
                            known
                                    ? "this listener does not speak HTTP/" + version.majorVersion()
                                    : "this is no request of HTTP/1.1",
                            "use HTTP/1.1 (curl --http1.1)")
                    .refusal();
        }
    }

    /** What the decoder found; its words may hold what was sent, and are not passed on. */
    static Problem.Refusal malformed(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return Problem.of(414, "the request line is too long", "at most " + Limits.REQUEST_LINE_BYTES + " bytes")
                    .refusal();
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return Problem.of(431, "the header is too large", "at most " + Limits.HEADER_BYTES + " bytes")
                    .refusal();
        }
        return Problem.of(
                        400,
                        "the request is malformed, or could be read in two ways (two lengths, a folded header, a bare"
                                + " line feed, a bad chunk)",
                        "send it as RFC 9112 says")
                .refusal();
    }

    static boolean isKeptAlive(HttpRequest head) {
        return HttpUtil.isKeepAlive(head) && head.protocolVersion().equals(HttpVersion.HTTP_1_1);
    }

    static boolean expectsContinue(HttpRequest head) {
        return HttpUtil.is100ContinueExpected(head);
    }

    /** By name in lower case, values joined by commas. */
    static Map<String, String> headers(HttpRequest head) {
        Map<String, String> all = new HashMap<>();
        head.headers()
                .forEach(header -> all.merge(
                        header.getKey().toLowerCase(Locale.ROOT),
                        header.getValue(),
                        (one, other) -> one + ", " + other));
        return all;
    }

    /**
     * The parameters behind the question mark.
     *
     * @throws Problem.Refusal if one comes twice, or cannot be decoded
     */
    static Map<String, String> query(HttpRequest head) {
        Map<String, String> query = new HashMap<>();
        try {
            QueryStringDecoder.builder()
                    .maxParams(MOST_PARAMETERS)
                    .build(head.uri())
                    .parameters()
                    .forEach((name, values) -> {
                        if (values.size() != 1) {
                            throw Problem.of(400, "a parameter comes more than once", "send it once")
                                    .refusal();
                        }
                        query.put(name, values.get(0));
                    });
        } catch (IllegalArgumentException e) {
            throw Problem.of(400, "the query cannot be decoded", "encode it as name=value&name=value")
                    .refusal();
        }
        return query;
    }
}
