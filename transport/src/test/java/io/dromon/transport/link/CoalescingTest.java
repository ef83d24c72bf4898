package io.dromon.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.Bytes;
import io.netty.pkitesting.X509Bundle;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many small messages of a turn are few TLS records. Counted by a proxy between the nodes. */
@Tag("sockets")
@Timeout(60)
class CoalescingTest {
    private static final X509Bundle SHARED = TestPki.selfSigned("shared");

    private static void start(Runnable body) {
        Thread thread = new Thread(body);
        thread.setDaemon(true);
        thread.start();
    }

    /** Copies whole TLS records and counts them. */
    private static void copyRecords(Socket from, Socket to, AtomicInteger records) {
        try {
            DataInputStream in = new DataInputStream(from.getInputStream());
            OutputStream out = to.getOutputStream();
            byte[] header = new byte[5];
            while (true) {
                in.readFully(header);
                byte[] body = in.readNBytes((header[3] & 0xff) << 8 | (header[4] & 0xff));
                records.incrementAndGet();
                out.write(header);
                out.write(body);
            }
        } catch (IOException end) {
            // the nodes have closed
        }
    }

    private static void copy(Socket from, Socket to) {
        try (InputStream in = from.getInputStream()) {
            in.transferTo(to.getOutputStream());
        } catch (IOException end) {
            // the nodes have closed
        }
    }

    @Test
    void thousandMessagesOfATurnAreAFewFullRecords() throws Exception {
        int count = 1000;
        int size = 100;
        try (TestNode a = TestNode.tls(TestPki.contexts(TlsSettings.Provider.AUTO, SHARED));
                TestNode b = TestNode.tls(TestPki.contexts(TlsSettings.Provider.AUTO, SHARED));
                ServerSocket proxy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            long link = a.dial("ssl://127.0.0.1:" + proxy.getLocalPort());
            AtomicInteger records = new AtomicInteger();
            try (Socket fromA = proxy.accept();
                    Socket toB = new Socket(InetAddress.getLoopbackAddress(), b.port())) {
                start(() -> copyRecords(fromA, toB, records));
                start(() -> copy(toB, fromA));
                a.await("connected");
                b.await("accepted");
                int before = records.get();

                a.loop.execute(() -> {
                    for (int i = 0; i < count; i++) {
                        a.links.send(link, new Bytes(new byte[size]));
                    }
                });
                b.await("message", count - 1, Duration.ofSeconds(20));

                int fullRecords = count * (size + 8) / 16384 + 1;
                assertThat(records.get() - before).isBetween(fullRecords, fullRecords + 2);
            }
        }
    }
}
