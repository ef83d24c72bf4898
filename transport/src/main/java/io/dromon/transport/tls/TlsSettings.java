package io.dromon.transport.tls;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The settings of TLS: where key, certificates and trust come from, and how TLS is spoken (specification, chapter 01
 * section 3).
 *
 * @param certificate {@code socket.ssl_cert}: own certificate, with its chain
 * @param key {@code socket.ssl_key}
 * @param ca {@code socket.ssl_ca}: trust anchors; the certificates of {@code certificate} if unset
 * @param passwordFile {@code socket.ssl_password_file}: its first line is the password of the key
 * @param cipher {@code socket.ssl_cipher}: OpenSSL cipher list; empty for the provider's default
 * @param provider {@code tls.provider}
 * @param protocols {@code tls.protocols}: {@code TLSv1.3}, {@code TLSv1.2}, at least one
 * @param peers who is admitted
 * @param applicationProtocols what is offered by ALPN; a Galera node takes none
 */
public record TlsSettings(
        Path certificate,
        Path key,
        Optional<Path> ca,
        Optional<Path> passwordFile,
        String cipher,
        Provider provider,
        List<String> protocols,
        PeerSettings peers,
        List<String> applicationProtocols) {
    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    public TlsSettings {
        protocols = List.copyOf(protocols);
        applicationProtocols = List.copyOf(applicationProtocols);
        if (protocols.isEmpty() || !PROTOCOLS.containsAll(protocols)) {
            throw new IllegalArgumentException("TLS versions are some of " + PROTOCOLS + ", not " + protocols);
        }
    }

    /** Nothing is offered by ALPN. */
    public TlsSettings(
            Path certificate,
            Path key,
            Optional<Path> ca,
            Optional<Path> passwordFile,
            String cipher,
            Provider provider,
            List<String> protocols,
            PeerSettings peers) {
        this(certificate, key, ca, passwordFile, cipher, provider, protocols, peers, List.of());
    }

    /** Both versions of TLS, and any peer with a certificate of a trusted CA. */
    public TlsSettings(
            Path certificate,
            Path key,
            Optional<Path> ca,
            Optional<Path> passwordFile,
            String cipher,
            Provider provider) {
        this(certificate, key, ca, passwordFile, cipher, provider, PROTOCOLS, PeerSettings.ANY);
    }

    /** Who does the cryptography. */
    public enum Provider {
        /** BoringSSL where its library loads and can do what is configured, the JDK elsewhere. */
        AUTO,
        BORINGSSL,
        JDK
    }

    /** A pair, trusted by itself: Galera's classic. */
    public static TlsSettings of(Path certificate, Path key) {
        return new TlsSettings(certificate, key, Optional.empty(), Optional.empty(), "", Provider.AUTO);
    }

    /** The same with other rules for peers. */
    public TlsSettings with(PeerSettings other) {
        return new TlsSettings(
                certificate, key, ca, passwordFile, cipher, provider, protocols, other, applicationProtocols);
    }

    /** The same with these versions of TLS. */
    public TlsSettings withProtocols(String... versions) {
        return new TlsSettings(
                certificate, key, ca, passwordFile, cipher, provider, List.of(versions), peers, applicationProtocols);
    }

    /** Whether a version, {@code TLSv1.3} or {@code TLSv1.2}, may be used. */
    boolean allows(String version) {
        return protocols.contains(version);
    }

    /** The same with other files. */
    public TlsSettings withFiles(Path newCertificate, Path newKey, Path newCa) {
        return new TlsSettings(
                newCertificate,
                newKey,
                Optional.of(newCa),
                passwordFile,
                cipher,
                provider,
                protocols,
                peers,
                applicationProtocols);
    }

    /** All files that a generation is made of, to be watched. */
    public List<Path> files() {
        List<Path> files = new ArrayList<>(List.of(certificate, key));
        ca.ifPresent(files::add);
        passwordFile.ifPresent(files::add);
        peers.crl().ifPresent(files::add);
        new TreeMap<>(peers.clientCas()).values().forEach(files::addAll);
        return files;
    }
}
