package io.dromon.transport.link;

import io.dromon.transport.tls.TlsContexts;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The means by which links are made: plain text or TLS contexts, or with {@code socket.dynamic} either. */
final class LinkModes {
    /** What new links are made with; a reload puts the next generation here. */
    private volatile Optional<TlsContexts> tls;
    /** Null unless both modes are allowed; set before the first link. */
    private volatile @Nullable DynamicMode dynamic;

    LinkModes(Optional<TlsContexts> tls) {
        this.tls = tls;
    }

    /** {@code socket.dynamic}: before the first link. */
    void allowBoth(DynamicMode mode) {
        dynamic = mode;
    }

    boolean isDynamic() {
        return dynamic != null;
    }

    /** Of the addresses of this node and its peers. */
    String scheme() {
        return tls.isPresent() && dynamic == null ? "ssl" : "tcp";
    }

    /** Whether a link to an address may be plain text although this node has TLS; without an address: to anyone. */
    boolean allowsPlain(String address) {
        DynamicMode mode = dynamic;
        return mode != null && (address.isEmpty() ? mode.allowsPlain() : mode.allowsPlain(address));
    }

    /** A peer that was dialled has shown that it speaks TLS. */
    void provedTls(String address) {
        DynamicMode mode = dynamic;
        if (mode != null) {
            mode.provedTls(address);
        }
    }

    boolean hasTls() {
        return tls.isPresent();
    }

    /** What a link is to be made with now; empty in plain text. Any thread. */
    Optional<TlsContexts> current() {
        return tls;
    }

    /** What a link is to be made with now. */
    TlsContexts tls() {
        return tls.orElseThrow(() -> new IllegalStateException("plain text"));
    }

    /** Returns the contexts before. */
    TlsContexts replaceTls(TlsContexts next) {
        TlsContexts before = tls();
        tls = Optional.of(next);
        return before;
    }
}
