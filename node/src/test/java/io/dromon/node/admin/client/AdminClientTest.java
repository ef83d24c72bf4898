package io.dromon.node.admin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.admin.local.ControlSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node that hangs. */
@Tag("sockets")
@Timeout(30)
final class AdminClientTest {
    @TempDir
    Path directory;

    @Test
    void givesUpOnASocketThatNobodyAnswers() throws Exception {
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(ControlSocket.in(directory)), 1);
            for (int i = 0; i < 4; i++) { // the last ones wait for a place in the queue of the system
                long begin = System.nanoTime();

                assertThatThrownBy(() -> AdminClient.local(directory).get("/api/v1/status", Duration.ofSeconds(1)))
                        .hasMessageContainingAll("does not answer", "'GET /api/v1/status' within 1 s", "jstack");

                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
            }
        }
    }
}
