package io.dromon.it.peers;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What one member presents and trusts, as PEM files.
 *
 * @param key the private key
 * @param certificate its certificate
 * @param authority the trust anchors; empty in the classic set-up, where the certificate is its own anchor
 */
public record TlsFiles(Path key, Path certificate, Optional<Path> authority) {
    /** The provider options that name the files. */
    public String providerOptions() {
        return "socket.ssl_key=" + key + ";socket.ssl_cert=" + certificate
                + authority.map(ca -> ";socket.ssl_ca=" + ca).orElse("");
    }
}
