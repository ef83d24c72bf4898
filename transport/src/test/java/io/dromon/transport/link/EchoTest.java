package io.dromon.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.testpeer.NoLeaks;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.Bytes;
import io.netty.pkitesting.X509Bundle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages over real sockets. */
@Tag("sockets")
@ExtendWith(NoLeaks.class)
@Timeout(60)
class EchoTest {
    private static final X509Bundle SHARED = TestPki.selfSigned("shared");

    enum Mode {
        PLAIN,
        BORINGSSL,
        JDK
    }

    private static TestNode node(Mode mode) throws Exception {
        return node(mode, TestNode.settings());
    }

    private static TestNode node(Mode mode, LinkSettings settings) throws Exception {
        return new TestNode(
                mode == Mode.PLAIN
                        ? Optional.empty()
                        : Optional.of(TestPki.contexts(TlsSettings.Provider.valueOf(mode.name()), SHARED)),
                settings);
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void messagesOfAllSizesComeBackInOrder(Mode mode) throws Exception {
        try (TestNode a = node(mode);
                TestNode b = node(mode)) {
            b.onMessage = event -> b.links.send(event.link(), (Bytes) event.detail());
            long link = a.dial(b);
            a.await("connected");
            Random random = new Random(7);
            List<Bytes> sent = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                byte[] body = new byte[i % 50 == 0 ? 32768 : 1 + random.nextInt(3000)];
                random.nextBytes(body);
                sent.add(new Bytes(body));
                a.send(link, sent.get(i));
            }

            a.await("message", sent.size() - 1, Duration.ofSeconds(20));

            assertThat(a.all("message").stream().map(event -> event.detail()).toList())
                    .isEqualTo(sent);
            assertThat(b.await("accepted").detail()).isEqualTo((mode == Mode.PLAIN ? "tcp" : "ssl") + " 127.0.0.1");
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void everyChecksumKindIsUnderstood(Mode mode) throws Exception {
        for (int kind = 0; kind <= 2; kind++) {
            try (TestNode a = node(mode, TestNode.settings().withChecksum(kind));
                    TestNode b = node(mode)) {
                long link = a.dial(b);
                a.await("connected");

                a.send(link, new Bytes(new byte[] {1, 2, 3}));

                assertThat(b.await("message").detail()).isEqualTo(new Bytes(new byte[] {1, 2, 3}));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void whatWasSentBeforeCloseArrives(Mode mode) throws Exception {
        try (TestNode a = node(mode);
                TestNode b = node(mode)) {
            long link = a.dial(b);
            a.await("connected");
            b.await("accepted");

            a.loop.execute(() -> {
                a.links.send(link, new Bytes(new byte[30000]));
                a.links.send(link, new Bytes(new byte[] {9}));
                a.links.close(link);
            });

            b.await("closed");
            assertThat(b.all("message")).hasSize(2);
            assertThat(a.all("closed")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"BORINGSSL", "JDK"})
    void statusNamesProtocolCipherAndPeer(Mode mode) throws Exception {
        try (TestNode a = node(mode);
                TestNode b = node(mode)) {
            a.dial(b);
            a.await("connected");
            b.await("accepted");

            LinkStatus status = b.links.status().get(5, TimeUnit.SECONDS).get(0);

            assertThat(status.accepted()).isTrue();
            assertThat(status.remoteAddress()).startsWith("ssl://127.0.0.1:");
            assertThat(status.tls().orElseThrow().protocol()).isEqualTo("TLSv1.3");
            assertThat(status.tls().orElseThrow().cipher()).startsWith("TLS_AES_");
            assertThat(status.tls().orElseThrow().subject()).isEqualTo("CN=shared");
            assertThat(status.since()).isPresent();
        }
    }

    @Test
    void providersUnderstandEachOther() throws Exception {
        try (TestNode a = node(Mode.JDK);
                TestNode b = node(Mode.BORINGSSL)) {
            long there = a.dial(b);
            long back = b.dial(a);
            a.await("connected");
            b.await("connected");

            a.send(there, new Bytes(new byte[] {1}));
            b.send(back, new Bytes(new byte[] {2}));

            assertThat(b.await("message").detail()).isEqualTo(new Bytes(new byte[] {1}));
            assertThat(a.await("message").detail()).isEqualTo(new Bytes(new byte[] {2}));
        }
    }

    @Test
    void reconnectsWithoutResumption() throws Exception {
        try (TestNode a = node(Mode.JDK);
                TestNode b = node(Mode.BORINGSSL)) {
            for (int i = 0; i < 4; i++) {
                long link = a.dial(b);
                a.await("connected", i, Duration.ofSeconds(5));
                a.loop.execute(() -> a.links.close(link));
                b.await("closed", i, Duration.ofSeconds(5));
            }

            assertThat(a.all("closed")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void aTurnIsOneHookCallForManyMessages(Mode mode) throws Exception {
        int count = 1000;
        try (TestNode a = node(mode);
                TestNode b = node(mode);
                TestNode c = node(mode)) {
            AtomicInteger received = new AtomicInteger();
            b.onMessage = event -> received.incrementAndGet();
            c.onMessage = event -> received.incrementAndGet();
            long toB = a.dial(b);
            long toC = a.dial(c);
            a.await("connected", 1, Duration.ofSeconds(5));
            int before = a.turns.get();

            a.loop.execute(() -> {
                for (int i = 0; i < count; i++) {
                    Bytes message = new Bytes(new byte[100 + i % 200]);
                    a.links.send(toB, message);
                    a.links.send(toC, message);
                }
            });

            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> received.get() == 2 * count);
            assertThat(a.turns.get() - before).isLessThanOrEqualTo(2);
            assertThat(b.turns.get()).isLessThan(count / 4);
        }
    }

    @Test
    void dialToClosedPortIsDisconnectedAndAnsweredLater() throws Exception {
        try (TestNode a = TestNode.plain()) {
            long link = a.on(() -> {
                long id = a.links.dial("tcp://127.0.0.1:1");
                assertThat(a.events).isEmpty();
                return id;
            });

            assertThat(a.failure().message()).contains("tcp://127.0.0.1:1").contains("refused");
            assertThat(a.await("closed").link()).isEqualTo(link);
        }
    }

    @Test
    void contextsOfBothProvidersAreMade() {
        try (TlsContexts boring = TestPki.contexts(TlsSettings.Provider.BORINGSSL, SHARED);
                TlsContexts jdk = TestPki.contexts(TlsSettings.Provider.JDK, SHARED)) {
            assertThat(boring.provider()).isEqualTo("BoringSSL");
            assertThat(jdk.provider()).isEqualTo("JDK");
        }
    }
}
