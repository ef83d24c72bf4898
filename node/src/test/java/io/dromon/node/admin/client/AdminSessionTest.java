package io.dromon.node.admin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.admin.client.AdminSession.Body;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One connection for several requests, as long as the other end keeps it. */
@Tag("sockets")
@Timeout(30)
final class AdminSessionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final AdminSessions sessions = new AdminSessions();
    private final AtomicInteger connections = new AtomicInteger();
    /** Requests that are answered on one connection; then it is closed. */
    private volatile int each = Integer.MAX_VALUE;

    @SuppressWarnings("NullAway.Init") // set by serve()
    private ServerSocket listener;

    @BeforeEach
    void serve() throws IOException {
        listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        Thread server = new Thread(this::accept, "server");
        server.setDaemon(true);
        server.start();
    }

    @AfterEach
    void end() throws IOException {
        sessions.close();
        listener.close();
    }

    private void accept() {
        try {
            while (true) {
                try (Socket socket = listener.accept()) {
                    connections.incrementAndGet();
                    answer(socket);
                }
            }
        } catch (IOException e) {
            // the test is over
        }
    }

    private void answer(Socket socket) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        for (int i = 0; i < each; i++) {
            String line = in.readLine();
            if (line == null) {
                return;
            }
            while (line != null && !line.isEmpty()) {
                line = in.readLine();
            }
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII));
        }
    }

    private AdminSession session() {
        URI url = URI.create("http://127.0.0.1:" + listener.getLocalPort());
        return sessions.with(AdminClient.remote(url, Optional.empty()));
    }

    private static String send(AdminSession session, Duration patience) throws IOException {
        return session.send("DELETE", "/x", Body.text(""), patience).text();
    }

    @Test
    void keepsItsConnection() throws Exception {
        try (AdminSession session = session()) {
            for (int i = 0; i < 5; i++) {
                assertThat(send(session, PATIENCE)).isEqualTo("ok");
            }
        }
        assertThat(connections).hasValue(1);
    }

    @Test
    void connectsAnewWhereTheOtherEndHasClosedIt() throws Exception {
        each = 1;

        try (AdminSession session = session()) {
            for (int i = 0; i < 5; i++) {
                assertThat(send(session, PATIENCE)).isEqualTo("ok");
            }
        }
        assertThat(connections).hasValue(5);
    }

    @Test
    void failsWhereANewConnectionIsClosedWithoutAnAnswer() {
        each = 0;

        try (AdminSession session = session()) {
            assertThatThrownBy(() -> send(session, PATIENCE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("closed the connection without an answer");
        }
        assertThat(connections).hasValue(1);
    }

    @Test
    void waitsNoLongerThanItsPatience() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
                AdminSession session = sessions.with(AdminClient.remote(
                        URI.create("http://127.0.0.1:" + silent.getLocalPort()), Optional.empty()))) {
            assertThatThrownBy(() -> send(session, Duration.ofMillis(200)))
                    .hasMessageContaining("no answer to 'DELETE /x'");
        }
    }

    @Test
    void saysThatNobodyListens() throws Exception {
        listener.close();

        try (AdminSession session = session()) {
            assertThatThrownBy(() -> send(session, PATIENCE)).hasMessageContaining("does not answer");
        }
    }
}
