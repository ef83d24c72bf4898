package io.dromon.transport.wire;

/**
 * Why a link was refused or dropped. {@link #message} names the peer, says what was seen and what to do about it; it
 * carries no payload and no secret.
 */
public sealed interface LinkFailure {
    /** One line for log and status. */
    String message();

    /** This node runs TLS, the peer spoke plain text. */
    record PlainPeer(String message) implements LinkFailure {}

    /** This node runs plain text, the peer spoke TLS. */
    record TlsPeer(String message) implements LinkFailure {}

    /** The peer said nothing until a deadline. */
    record SilentPeer(String message) implements LinkFailure {}

    /** No certificate, or none that chains to a trusted one, or of the wrong purpose; or an address that is not allowed. */
    record UntrustedPeer(String message) implements LinkFailure {}

    /** The peer's certificate is expired or not valid yet. */
    record ExpiredPeer(String message) implements LinkFailure {}

    /** The certificate is trusted, the peer it names does not belong here. */
    record WrongIdentity(String message) implements LinkFailure {}

    /** The peer is of another group, or refused this node for being of another group. */
    record WrongGroup(String message) implements LinkFailure {}

    /** No protocol version, TLS version or cipher in common. */
    record VersionMismatch(String message) implements LinkFailure {}

    /** The peer sent bytes that are no valid message, or a message out of order. */
    record Corrupt(String message) implements LinkFailure {}

    /** The connection was refused, reset or closed, or could not be made. */
    record Disconnected(String message) implements LinkFailure {}
}
