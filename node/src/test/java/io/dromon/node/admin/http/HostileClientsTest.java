package io.dromon.node.admin.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.config.AdminAddress;
import io.dromon.node.admin.api.AccessClass;
import io.dromon.node.admin.api.AccessRules;
import io.dromon.node.admin.api.AdminAnswer;
import io.dromon.node.admin.api.AdminApi;
import io.dromon.node.admin.api.Route;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients that mean harm can send to the listener, and what comes of it. */
@Tag("sockets")
@Timeout(120)
final class HostileClientsTest {
    private static final String BEGIN = " HTTP/1.1\r\nHost: 127.0.0.1\r\n";

    private final AdminApi api = new AdminApi();
    private final AtomicInteger changes = new AtomicInteger();
    private final CountDownLatch hold = new CountDownLatch(1);
    private final List<Socket> open = new ArrayList<>();
    private AdminServer server = new AdminServer("hostile", api);
    private InetSocketAddress address = new InetSocketAddress(0);

    @BeforeEach
    void listen() throws IOException {
        api.add(() -> List.of(
                Route.get("/read", request -> AdminAnswer.text(request.query().toString())),
                Route.get(
                        "/events",
                        request -> AdminAnswer.events(client -> {
                            client.send(": " + "x".repeat(24 << 20) + "\n\n");
                            client.send(": more\n\n");
                            client.send(": more\n\n");
                            return () -> {};
                        })),
                Route.get("/slow", request -> {
                    try {
                        hold.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return AdminAnswer.text("slow");
                }),
                Route.post("/change", Route.Pace.LONG, request -> {
                    ObjectNode order = (ObjectNode) request.json();
                    changes.incrementAndGet();
                    return AdminAnswer.json(order);
                })));
        AccessRules.Rule all = new AccessRules.Rule(AccessRules.Grant.OPEN, List.of());
        address = server.listen(
                AdminAddress.parse("127.0.0.1:0"),
                Optional.empty(),
                new AccessRules(Map.of(
                        AccessClass.HEALTH,
                        all,
                        AccessClass.READ,
                        all,
                        AccessClass.CHANGE,
                        all,
                        AccessClass.DATA,
                        all)));
        server.start();
    }

    @AfterEach
    void end() throws IOException {
        hold.countDown();
        for (Socket socket : open) {
            socket.close();
        }
        server.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(20_000);
        open.add(socket);
        return socket;
    }

    /** What comes until the connection is closed. */
    private static String all(Socket socket) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(bytes);
        } catch (SocketException e) {
            bytes.writeBytes("RESET".getBytes(StandardCharsets.ISO_8859_1));
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    private String send(String text) throws IOException {
        Socket socket = connect();
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return all(socket);
    }

    private void refuses(String text, int status, String... words) throws IOException {
        String answer = send(text);

        assertThat(answer).as(text).startsWith("HTTP/1.1 " + status + " ");
        for (String word : words) {
            assertThat(answer).contains(word);
        }
        assertThat(answer).contains("application/problem+json", "\"remedy\"", "connection: close");
        assertThat(answer).as("one answer").doesNotContainPattern("(?s)HTTP/1.1 .*HTTP/1.1 [0-9]");
        assertThat(changes).hasValue(0);
    }

    @Test
    void refusesBodiesThatCouldBeReadInTwoWays() throws IOException {
        String smuggled = "\r\n\r\n0\r\n\r\nGET /read HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
        String json = "Content-Type: application/json\r\n";
        refuses("POST /change" + BEGIN + json + "Content-Length: 5\r\nTransfer-Encoding: chunked" + smuggled, 400);
        refuses("POST /change" + BEGIN + json + "Transfer-Encoding: chunked\r\nContent-Length: 5" + smuggled, 400);
        refuses("POST /change" + BEGIN + json + "Content-Length: 5\r\nContent-Length: 0" + smuggled, 400);
        refuses("POST /change" + BEGIN + json + "Content-Length: 5, 0" + smuggled, 400);
        refuses("POST /change" + BEGIN + json + "Content-Length: +5" + smuggled, 400);
        refuses("POST /change" + BEGIN + json + "Content-Length: -5" + smuggled, 400);
        refuses("POST /change" + BEGIN + json + "Transfer-Encoding: chunked, identity" + smuggled, 400);
        refuses("POST /change" + BEGIN + json + "Transfer-Encoding: xchunked" + smuggled, 400);
        refuses("POST /change" + BEGIN + json + "Transfer-Encoding:\r\n chunked" + smuggled, 400);
        refuses("POST /change" + BEGIN + json + "Transfer-Encoding : chunked" + smuggled, 400);
        refuses("POST /change" + BEGIN + json + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", 400);
        refuses("POST /change" + BEGIN + json + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}xx0\r\n\r\n", 400);
        refuses("GET /read" + BEGIN + "Content-Length: 3\r\n\r\nabc", 400, "a GET has no body");
    }

    @Test
    void refusesHeadsThatAreNoHttp() throws IOException {
        refuses("GET /read" + BEGIN + "X: a\r\n folded\r\n\r\n", 400);
        refuses("GET /read HTTP/1.1\nHost: 127.0.0.1\n\n", 400);
        refuses("GET /read" + BEGIN + "Host: 127.0.0.1\r\n\r\n", 400, "there are 2 Host headers");
        refuses("GET /read HTTP/1.1\r\n\r\n", 400, "there are 0 Host headers");
        refuses("GET /read HTTP/2.0\r\nHost: 127.0.0.1\r\n\r\n", 505);
        refuses("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "--http1.1");
        refuses("GET /read HTTP/1.9\r\nHost: 127.0.0.1\r\n\r\n", 505);
        refuses("GET /read" + BEGIN + "Expect: tea\r\n\r\n", 417);
        refuses("GET /read" + BEGIN + "X: " + "y".repeat(9000) + "\r\n\r\n", 431);
        refuses("GET /read" + BEGIN + "X: y\r\n".repeat(100) + "\r\n", 431);
        refuses("GET /" + "y".repeat(9000) + BEGIN + "\r\n", 414);
    }

    @ParameterizedTest
    @CsvSource({
        "GET http://127.0.0.1/read, 400",
        "GET *, 400",
        "GET read, 400",
        "GET //read, 400",
        "GET /x/../read, 400",
        "GET /x/%2e%2e/read, 400",
        "GET /read%00, 400",
        "GET /read%2fmore, 400",
        "GET /read%, 400",
        "GET /read%zz, 400",
        "GET /read\\more, 400",
        "GET /read%c0%af, 400",
        "GET /other, 404",
        "POST /read, 405",
        "TRACE /read, 501",
        "CONNECT 127.0.0.1:1, 501",
        "GET /change, 405"
    })
    void refusesPathsAndMethodsThatThereAreNot(String line, int status) throws IOException {
        assertThat(send(line + BEGIN + "Connection: close\r\n\r\n")).startsWith("HTTP/1.1 " + status + " ");
        assertThat(changes).hasValue(0);
    }

    @Test
    void tellsWhichMethodsAPathHas() throws IOException {
        assertThat(send("DELETE /read" + BEGIN + "Connection: close\r\n\r\n")).contains("Allow: GET, HEAD");
        String head = send("HEAD /read" + BEGIN + "Connection: close\r\n\r\n");
        assertThat(head).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n").contains("content-length: 2");
    }

    @Test
    void refusesWhatABrowserSendsForAnotherSite() throws IOException {
        String body = "Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
        refuses(
                "GET /read HTTP/1.1\r\nHost: evil.example\r\n\r\n".replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"),
                421);
        refuses("POST /change" + BEGIN + "Origin: http://evil.example\r\n" + body, 403);
        refuses("POST /change" + BEGIN + "Origin: null\r\n" + body, 403);
        refuses("POST /change" + BEGIN + "Sec-Fetch-Site: cross-site\r\n" + body, 403);
        refuses("POST /change" + BEGIN + body.replace("application/json", "text/plain"), 415);

        assertThat(send("POST /change" + BEGIN + "Origin: http://127.0.0.1\r\n" + body))
                .startsWith("HTTP/1.1 200 ");
        assertThat(changes).hasValue(1);
    }

    @Test
    void refusesBodiesThatAreTooLargeOrNoJson() throws IOException {
        String json = "POST /change" + BEGIN + "Content-Type: application/json\r\nConnection: close\r\n";
        refuses(json + "Content-Length: 9999999\r\n\r\n", 413);
        refuses(json + "Transfer-Encoding: chunked\r\n\r\n100001\r\n" + "x".repeat(0x100001) + "\r\n", 413);
        for (String body : List.of(
                "[".repeat(100_000),
                "{\"a\":1,\"a\":2}",
                "{\"a\":" + "9".repeat(1000) + "}",
                "[]",
                "{} {}",
                "{\"a\":\u0000}")) {
            refuses(json + "Content-Length: " + body.length() + "\r\n\r\n" + body, 400);
        }
        refuses(json + "Content-Length: 2\r\n\r\n\u00ff\u00fe", 400, "not UTF-8");
    }

    @Test
    void answersOneRequestAfterTheOther() throws IOException {
        String answers = send("GET /read?n=1" + BEGIN + "\r\nGET /read?n=2" + BEGIN + "\r\nGET /read?n=3" + BEGIN
                + "Connection: close\r\n\r\n");

        assertThat(answers.indexOf("{n=1}")).isPositive().isLessThan(answers.indexOf("{n=2}"));
        assertThat(answers.indexOf("{n=3}")).isGreaterThan(answers.indexOf("{n=2}"));
    }

    @Test
    void whoDripsAHeadIsCutOff() throws Exception {
        Socket slow = connect();
        long begin = System.nanoTime();

        await().pollInterval(Duration.ofMillis(200))
                .atMost(Duration.ofSeconds(20))
                .until(() -> {
                    try {
                        slow.getOutputStream().write('G');
                        return false;
                    } catch (IOException closed) {
                        return true;
                    }
                });

        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofSeconds(9), Duration.ofSeconds(15));
    }

    @Test
    void aFloodOfSilentConnectionsKeepsNobodyOut() throws IOException {
        for (int i = 0; i < 1000; i++) {
            connect();
        }

        assertThat(send("GET /read" + BEGIN + "Connection: close\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void requestsThatWaitForWorkersAreBounded() throws Exception {
        for (int i = 0; i < Limits.READERS + Limits.MOST_QUEUED; i++) {
            connect().getOutputStream().write(("GET /slow" + BEGIN + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(send("GET /read" + BEGIN + "Connection: close\r\n\r\n"))
                        .startsWith("HTTP/1.1 503 ")
                        .contains("Retry-After: 1"));
        hold.countDown();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(send("GET /read" + BEGIN + "Connection: close\r\n\r\n"))
                        .startsWith("HTTP/1.1 200 "));
    }

    @Test
    void aClientOfEventsThatDoesNotReadIsDropped() throws Exception {
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < Limits.MOST_FEEDS; i++) {
            Socket client = connect();
            client.setReceiveBufferSize(4096);
            client.getOutputStream().write(("GET /events" + BEGIN + "\r\n").getBytes(StandardCharsets.US_ASCII));
            clients.add(client);
        }
        assertThat(clients).hasSize(Limits.MOST_FEEDS);

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            Socket next = connect();
            next.getOutputStream().write(("GET /events" + BEGIN + "\r\n").getBytes(StandardCharsets.US_ASCII));
            byte[] first = next.getInputStream().readNBytes(15);
            assertThat(new String(first, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200 OK");
        });
    }

    @Test
    void theEndLetsARequestThatIsCarriedOutFinish() throws Exception {
        Socket busy = connect();
        busy.getOutputStream().write(("GET /slow" + BEGIN + "\r\n").getBytes(StandardCharsets.US_ASCII));
        Socket idle = connect();
        idle.getOutputStream().write(("GET /read" + BEGIN + "\r\n").getBytes(StandardCharsets.US_ASCII));
        assertThat(idle.getInputStream().readNBytes(15))
                .startsWith("HTTP/1.1 200 OK".getBytes(StandardCharsets.US_ASCII));

        server.close();
        hold.countDown();

        assertThat(all(busy)).startsWith("HTTP/1.1 200 OK").endsWith("slow");
        assertThat(all(idle)).doesNotContain("HTTP/1.1");
        server = new AdminServer("hostile", api);
    }
}
