package io.dromon.config;

/** Which implementation of TLS a node uses ({@code tls.provider}). */
public enum TlsProvider {
    /** BoringSSL where its library loads, else the JDK's. */
    AUTO,
    /** BoringSSL; the node does not start without it. */
    BORINGSSL,
    /** The JDK's. */
    JDK
}
