package io.dromon.transport.tls;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a node's key, certificates and trust come from, and how TLS is spoken (specification, chapter 01 section 3).
 *
 * @param certificate {@code socket.ssl_cert}: own certificate, a chain leaf first
 * @param key {@code socket.ssl_key}
 * @param ca {@code socket.ssl_ca}: trust anchors; the certificates of {@code certificate} if unset
 * @param passwordFile {@code socket.ssl_password_file}: its first line is the password of the key
 * @param cipher {@code socket.ssl_cipher}: OpenSSL cipher list for TLS 1.2; empty for the provider's default
 * @param provider {@code tls.provider}
 */
public record TlsSettings(
        Path certificate, Path key, Optional<Path> ca, Optional<Path> passwordFile, String cipher, Provider provider) {
    /** Who does the cryptography. */
    public enum Provider {
        /** BoringSSL where its library loads, the JDK elsewhere. */
        AUTO,
        BORINGSSL,
        JDK
    }

    /** A pair, trusted by itself: Galera's classic. */
    public static TlsSettings of(Path certificate, Path key) {
        return new TlsSettings(certificate, key, Optional.empty(), Optional.empty(), "", Provider.AUTO);
    }
}
