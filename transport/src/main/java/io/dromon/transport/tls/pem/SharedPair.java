package io.dromon.transport.tls.pem;

import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Galera's classic: one self-signed certificate and its key, shared by all nodes of a cluster. For demonstrations and
 * benchmarks; a cluster that matters has a certificate per node.
 *
 * @param certificate PEM file for {@code socket.ssl_cert}
 * @param key PEM file for {@code socket.ssl_key}, readable by its owner only
 */
public record SharedPair(Path certificate, Path key) {
    /**
     * Makes {@code cert.pem} and {@code key.pem} (EC P-256) in an existing directory; existing files are not
     * overwritten.
     */
    public static SharedPair create(Path directory, String commonName, Duration validity) throws IOException {
        KeyPair keys = KeyKind.EC.generate();
        SharedPair pair = new SharedPair(directory.resolve("cert.pem"), directory.resolve("key.pem"));
        Subject subject = new Subject(commonName, Optional.empty(), List.of(), List.of());
        PemOutput.absent(pair.key, pair.certificate);
        PemOutput.key(pair.key, keys.getPrivate(), new char[0]);
        PemOutput.certificates(pair.certificate, List.of(Authority.selfSigned(keys, subject, validity)));
        return pair;
    }
}
