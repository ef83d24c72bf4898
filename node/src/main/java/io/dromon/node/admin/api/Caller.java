package io.dromon.node.admin.api;

import io.dromon.transport.tls.ProvenPeer;
import io.dromon.transport.wire.PeerText;
import java.util.Optional;

/**
 * Who asks, as far as it is proven.
 *
 * @param door the way in
 * @param from the user of the process at the other end of the control socket, else the address
 * @param peer who the client's certificate says it is; empty without one
 */
public record Caller(Door door, String from, Optional<ProvenPeer> peer) {
    /** A way in. */
    public enum Door {
        /** The control socket in the data directory. */
        SOCKET("the control socket"),
        /** The admin listener without TLS. */
        HTTP("HTTP"),
        /** The admin listener with TLS. */
        HTTPS("HTTPS");

        private final String words;

        Door(String words) {
            this.words = words;
        }

        /** For people. */
        public String words() {
            return words;
        }
    }

    /** For log and audit: the subject of the certificate, else the user or the address. */
    public String name() {
        return peer.map(ProvenPeer::subject).orElseGet(() -> PeerText.printable(from));
    }

    /** The serial number of the certificate; empty without one. */
    public String serial() {
        return peer.map(ProvenPeer::serial).orElse("");
    }
}
