package io.dromon.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.testpeer.NoLeaks;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.LinkFailure;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A second handshake within a connection of TLS 1.2 is refused by name, whoever asks for it. */
@Tag("sockets")
@ExtendWith(NoLeaks.class)
@Timeout(60)
class RenegotiationTest {
    private static final X509Bundle SHARED = TestPki.selfSigned("shared");

    private static SSLContext peer() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                SHARED.toKeyManagerFactory().getKeyManagers(),
                SHARED.toTrustManagerFactory().getTrustManagers(),
                null);
        return context;
    }

    private static TestNode node(TlsSettings.Provider provider) throws Exception {
        return TestNode.tls(TestPki.contexts(provider, SHARED));
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsSettings.Provider.class,
            names = {"BORINGSSL", "JDK"})
    void ofAClientIsRefused(TlsSettings.Provider provider) throws Exception {
        try (TestNode node = node(provider);
                SSLSocket client = (SSLSocket)
                        peer().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), node.port())) {
            client.setEnabledProtocols(new String[] {"TLSv1.2"});
            client.startHandshake();
            node.await("accepted");

            again(client);

            assertThat(node.failure()).isInstanceOf(LinkFailure.Corrupt.class);
            assertThat(node.failure().message()).contains("127.0.0.1").contains("renegotiation");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsSettings.Provider.class,
            names = {"BORINGSSL", "JDK"})
    void ofAServerIsRefused(TlsSettings.Provider provider) throws Exception {
        try (TestNode node = node(provider);
                SSLServerSocket server = (SSLServerSocket)
                        peer().getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            server.setEnabledProtocols(new String[] {"TLSv1.2"});
            server.setNeedClientAuth(true);
            node.dial("ssl://127.0.0.1:" + server.getLocalPort());
            try (SSLSocket accepted = (SSLSocket) server.accept()) {
                accepted.startHandshake();
                node.await("connected");

                again(accepted);

                assertThat(node.failure()).isInstanceOf(LinkFailure.Corrupt.class);
                assertThat(node.failure().message()).contains("renegotiation");
            }
        }
    }

    private static void again(SSLSocket socket) {
        try {
            socket.setSoTimeout(5000);
            socket.startHandshake();
            socket.getInputStream().read();
        } catch (IOException refused) {
            assertThat(refused).isNotNull(); // the node's side is what matters
        }
    }

    @Test
    void messagesAfterTheHandshakeAreNone() throws Exception {
        try (TestNode node = node(TlsSettings.Provider.JDK);
                SSLSocket client = (SSLSocket)
                        peer().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), node.port())) {
            client.setEnabledProtocols(new String[] {"TLSv1.2"});
            client.startHandshake();
            node.await("accepted");
            byte[] empty = {0, 0, 0, 2, (byte) 0xc7, 0x4b, 0x67, 0x48};

            for (byte next : empty) {
                client.getOutputStream().write(next);
            }

            assertThat(node.failure()).as("the end of a stream").isInstanceOf(LinkFailure.Disconnected.class);
        }
    }
}
