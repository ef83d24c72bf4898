package io.dromon.it.bench;

import io.dromon.node.cli.bench.replication.BenchCluster;
import io.dromon.node.cli.bench.replication.BenchProcess;
import io.dromon.node.cli.bench.replication.JarPeer;
import io.dromon.node.cli.bench.replication.Payloads;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jgroups.protocols.TCP;
import org.jgroups.util.TLSClientAuth;
import org.jspecify.annotations.Nullable;

/**
 * One member of JGroups, or of jgroups-raft, as a measured process, in the protocol of {@link io.dromon.node.cli.bench.replication}.
 *
 * <pre>
 * --stack SEQUENCER|RAFT --node I --nodes N --writers W --size BYTES --port P --hosts 127.0.0.1[P0],127.0.0.1[P1],...
 * [--cert FILE --key FILE]    PEM, the shared self-signed pair (PKCS#8 key); without them plain text
 * </pre>
 */
public final class JGroupsBench {
    /** The coordinator waits 60 s. */
    private static final Duration LIMIT = Duration.ofSeconds(50);

    private JGroupsBench() {}

    /** Runs until the end of standard input. */
    public static void main(String[] arguments) throws Exception {
        try {
            run(arguments);
        } catch (Exception e) {
            for (Throwable at = e; at != null; at = at.getCause()) {
                if (at instanceof BindException) {
                    System.err.println(at);
                    System.exit(BenchCluster.PORT_TAKEN);
                }
            }
            throw e;
        }
        System.exit(0); // whatever threads the stack left behind
    }

    private static void run(String[] arguments) throws Exception {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        int writers = number(options, "--writers");
        int node = number(options, "--node");
        BenchProcess process = new BenchProcess(
                node, writers, number(options, "--size"), Payloads.valueOf(text(options, "--payload")));
        String certificate = options.get("--cert");
        SSLContext tls = certificate == null ? null : tls(Path.of(certificate), Path.of(text(options, "--key")));
        int nodes = number(options, "--nodes");
        int port = number(options, "--port");
        String hosts = text(options, "--hosts");
        if (JarPeer.Stack.valueOf(text(options, "--stack")) == JarPeer.Stack.RAFT) {
            try (RaftReplicator replicator = new RaftReplicator(node, nodes, port, hosts, tls)) {
                replicator.join(nodes, LIMIT);
                process.serve(replicator);
            }
        } else {
            try (JGroupsReplicator replicator = new JGroupsReplicator(node == 0, port, hosts, writers, tls)) {
                replicator.join(nodes, LIMIT);
                process.serve(replicator);
            }
        }
    }

    /**
     * Has a transport use TLS, if there is any; returns what it uses.
     *
     * @param suites what may be used; empty is the choice of the JDK
     */
    static String encrypt(TCP tcp, @Nullable SSLContext tls, String... suites) {
        if (tls == null) {
            return "plain";
        }
        tcp.tls().enabled(true).setSSLContext(tls).setClientAuth(TLSClientAuth.NEED);
        if (suites.length > 0) {
            tcp.tls().setProtocols(new String[] {"TLSv1.3"}).setCipherSuites(suites);
        }
        tcp.setSocketFactory(tcp.tls().createSocketFactory());
        return "JDK " + tls.getDefaultSSLParameters().getProtocols()[0] + " "
                + (suites.length > 0 ? suites[0] : tls.getDefaultSSLParameters().getCipherSuites()[0]);
    }

    private static String text(Map<String, String> options, String name) {
        @Nullable String value = options.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }

    private static int number(Map<String, String> options, String name) {
        return Integer.parseInt(text(options, name));
    }

    private static SSLContext tls(Path certificateFile, Path keyFile) throws GeneralSecurityException, IOException {
        Certificate certificate = CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(certificateFile)));
        String pem = Files.readString(keyFile, StandardCharsets.US_ASCII);
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        PrivateKey key = KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
                .generatePrivate(new PKCS8EncodedKeySpec(der));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("own", key, new char[0], new Certificate[] {certificate});
        store.setCertificateEntry("anchor", certificate);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
