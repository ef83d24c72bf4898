package io.dromon.transport.wire;

/**
 * The reason why a link was refused or dropped. {@link #message} names the peer, says what was seen and what to do
 * about it; it carries no payload and no secret, and of what a peer chose nothing that could fake a line ({@link
 * PeerText#printable}).
 */
public sealed interface LinkFailure {
    /** One line for log and status. */
    String message();

    /** This node runs TLS, the peer spoke plain text. */
    record PlainPeer(String message) implements LinkFailure {
        public PlainPeer {
            message = PeerText.printable(message);
        }
    }

    /** This node runs plain text, the peer spoke TLS. */
    record TlsPeer(String message) implements LinkFailure {
        public TlsPeer {
            message = PeerText.printable(message);
        }
    }

    /** The peer said nothing until a deadline. */
    record SilentPeer(String message) implements LinkFailure {
        public SilentPeer {
            message = PeerText.printable(message);
        }
    }

    /** No certificate, or none that chains to a trusted one, or of the wrong purpose; or an address that is not allowed. */
    record UntrustedPeer(String message) implements LinkFailure {
        public UntrustedPeer {
            message = PeerText.printable(message);
        }
    }

    /** The peer's certificate is expired or not valid yet. */
    record ExpiredPeer(String message) implements LinkFailure {
        public ExpiredPeer {
            message = PeerText.printable(message);
        }
    }

    /** The certificate is trusted, the peer it names does not belong here. */
    record WrongIdentity(String message) implements LinkFailure {
        public WrongIdentity {
            message = PeerText.printable(message);
        }
    }

    /** The peer is of another group, or refused this node for being of another group. */
    record WrongGroup(String message) implements LinkFailure {
        public WrongGroup {
            message = PeerText.printable(message);
        }
    }

    /** No protocol version, TLS version or cipher in common. */
    record VersionMismatch(String message) implements LinkFailure {
        public VersionMismatch {
            message = PeerText.printable(message);
        }
    }

    /** The peer sent bytes that are no valid message, or a message out of order. */
    record Corrupt(String message) implements LinkFailure {
        public Corrupt {
            message = PeerText.printable(message);
        }
    }

    /** The connection was refused, reset or closed, or could not be made. */
    record Disconnected(String message) implements LinkFailure {
        public Disconnected {
            message = PeerText.printable(message);
        }
    }
}
