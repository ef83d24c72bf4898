package io.dromon.sst.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a running tunnel does about other files, services and ports. */
@Tag("sockets")
@Timeout(60)
class TunnelReloadTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir
    Path pki;

    private final List<AutoCloseable> open = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // made before each
    private ServerSocket service;

    @BeforeEach
    void makeCertificates() throws IOException {
        X509Bundle ca = TestPki.ca("ca");
        write("a", TestPki.issue(TestPki.builder("a"), ca));
        write("b", TestPki.issue(TestPki.builder("b"), ca));
        Files.writeString(pki.resolve("ca.pem"), ca.getCertificatePEM());
        service = keep(new ServerSocket(0, 50, LOOPBACK));
        service.setSoTimeout(10_000);
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        open.add(0, closeable);
        return closeable;
    }

    private void write(String name, X509Bundle bundle) throws IOException {
        Files.writeString(pki.resolve(name + ".pem"), bundle.getCertificatePEM());
        Files.writeString(pki.resolve(name + "-key.pem"), bundle.getPrivateKeyPEM());
    }

    private TunnelService.Tls tls(String name) {
        return TunnelService.Tls.mutual(
                pki.resolve(name + ".pem"), pki.resolve(name + "-key.pem"), pki.resolve("ca.pem"));
    }

    private static TunnelAddress at(int port) {
        return new TunnelAddress("127.0.0.1", port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, LOOPBACK)) {
            return free.getLocalPort();
        }
    }

    private TunnelConfig server(int... ports) {
        List<TunnelService> services = new ArrayList<>();
        for (int port : ports) {
            services.add(TunnelService.server("far" + port, at(port), at(service.getLocalPort()), tls("a")));
        }
        return TunnelConfig.of(services.toArray(TunnelService[]::new));
    }

    private int near(int farPort) throws TunnelException {
        Tunnel near = keep(Tunnel.start(TunnelConfig.of(TunnelService.client("near", at(0), at(farPort), tls("b")))));
        return near.addresses().get(0).getPort();
    }

    /** A byte there and back. */
    private static void exchange(Socket near, Socket behind) throws IOException {
        near.getOutputStream().write(7);
        assertThat(behind.getInputStream().read()).isEqualTo(7);
        behind.getOutputStream().write(8);
        assertThat(near.getInputStream().read()).isEqualTo(8);
    }

    private Socket connect(int port) throws IOException {
        Socket socket = keep(new Socket(LOOPBACK, port));
        socket.setSoTimeout(10_000);
        return socket;
    }

    private void assertServed(int nearPort) throws IOException {
        try (Socket near = connect(nearPort);
                Socket behind = service.accept()) {
            exchange(near, behind);
        }
    }

    private void assertRefused(int nearPort) throws IOException {
        try (Socket near = connect(nearPort)) {
            assertThatThrownBy(() -> {
                        if (near.getInputStream().read() < 0) {
                            throw new IOException("ended");
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void readsCertificatesAndAuthoritiesAnewAndKeepsOpenConnections() throws Exception {
        int port = freePort();
        Tunnel far = keep(Tunnel.start(server(port)));
        int near = near(port);
        Socket before = connect(near);
        Socket behind = service.accept();
        exchange(before, behind);

        X509Bundle otherCa = TestPki.ca("other");
        write("a", TestPki.issue(TestPki.builder("a"), otherCa));
        Files.writeString(pki.resolve("ca.pem"), otherCa.getCertificatePEM());
        assertServed(near);
        far.reload(server(port));

        assertRefused(near);
        exchange(before, behind);
        write("b", TestPki.issue(TestPki.builder("b"), otherCa));
        assertServed(near(port));
    }

    @Test
    void opensNewPortsAndClosesThoseThatAreGone() throws Exception {
        int first = freePort();
        int second = freePort();
        Tunnel far = keep(Tunnel.start(server(first)));
        int throughFirst = near(first);
        assertServed(throughFirst);

        far.reload(server(first, second));
        assertServed(throughFirst);
        assertServed(near(second));

        far.reload(server(second));
        assertServed(near(second));
        assertThatThrownBy(() -> connect(first)).isInstanceOf(ConnectException.class);
        assertThat(far.addresses()).extracting(address -> address.getPort()).containsExactly(second);
    }

    @Test
    void staysAsItIsWhereTheNewCannotWork() throws Exception {
        int port = freePort();
        int other = freePort();
        Tunnel far = keep(Tunnel.start(server(port)));
        int near = near(port);

        assertThatThrownBy(() -> far.reload(server(port, other, service.getLocalPort())))
                .isInstanceOf(TunnelException.class)
                .hasMessageContaining("cannot listen");
        assertThatThrownBy(() -> connect(other)).isInstanceOf(ConnectException.class);
        assertServed(near);

        Files.copy(
                pki.resolve("b-key.pem"), pki.resolve("a-key.pem"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> far.reload(server(port)))
                .isInstanceOf(TunnelException.class)
                .hasMessageContaining("the key in");
        assertServed(near);
    }

    /** The first connection comes while the old service is replaced again and again. */
    @Test
    void losesNoConnectionToAReload() throws Exception {
        int port = freePort();
        Tunnel far = keep(Tunnel.start(server(port)));
        TunnelConfig client = TunnelConfig.of(TunnelService.client("near", at(freePort()), at(port), tls("b")));
        Tunnel near = keep(Tunnel.start(client));
        int nearPort = near.addresses().get(0).getPort();

        for (int i = 0; i < 30; i++) {
            Socket socket = connect(nearPort);
            near.reload(client);
            far.reload(server(port));
            try (socket;
                    Socket behind = service.accept()) {
                exchange(socket, behind);
            }
        }
    }
}
