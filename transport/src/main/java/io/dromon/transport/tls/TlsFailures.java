package io.dromon.transport.tls;

import io.dromon.transport.wire.LinkFailure;
import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Names what went wrong in TLS: the rule that this node applied, or the alert that the peer sent. */
public final class TlsFailures {
    private TlsFailures() {}

    /**
     * @param peer address of the peer, for the text
     * @param cause what a TLS handler reported
     * @return empty if it is no matter of TLS
     */
    public static Optional<LinkFailure> of(String peer, Throwable cause) {
        return of(peer, cause, "");
    }

    /** @param ownTrust {@link TlsContexts#trustText}, told where the peer does not trust this node's certificate */
    public static Optional<LinkFailure> of(String peer, Throwable cause, String ownTrust) {
        for (Throwable at = cause; at != null; at = at.getCause() == at ? null : at.getCause()) {
            if (at instanceof Refused refused) {
                return Optional.of(refused(peer, refused));
            }
        }
        for (Throwable at = cause; at != null; at = at.getCause() == at ? null : at.getCause()) {
            if (at instanceof NotSslRecordException) {
                // Its message is the received buffer in hexadecimal: never shown.
                return Optional.of(new LinkFailure.Corrupt(peer + ": bytes that are no TLS record within TLS"));
            }
            if (at instanceof SSLException && !(at instanceof io.netty.handler.ssl.SslClosedEngineException)) {
                return Optional.ofNullable(text(peer, String.valueOf(at.getMessage()), ownTrust));
            }
            if (at instanceof ClosedChannelException) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /**
     * Whether a handshake failed because the peer's bytes were no TLS: it speaks plain text, or is no node. Only during a
     * handshake: later they would be damaged TLS.
     */
    public static boolean isPlain(Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause() == at ? null : at.getCause()) {
            boolean jdk = at instanceof SSLException
                    && String.valueOf(at.getMessage()).toLowerCase(Locale.ROOT).contains("unrecognized ssl message");
            if (jdk || at instanceof NotSslRecordException) {
                return true;
            }
        }
        return false;
    }

    private static LinkFailure refused(String peer, Refused refused) {
        String text = peer + ": refused " + refused.getMessage();
        return switch (refused.rule()) {
            case EXPIRED, NOT_YET_VALID -> new LinkFailure.ExpiredPeer(text);
            case IDENTITY -> new LinkFailure.WrongIdentity(text);
            default -> new LinkFailure.UntrustedPeer(text);
        };
    }

    private static @Nullable LinkFailure text(String peer, String message, String ownTrust) {
        String text = message.toUpperCase(Locale.ROOT);
        if (text.contains("ALERT") || text.contains("TLSV1_CERTIFICATE_REQUIRED")) {
            return alert(peer, text, ownTrust);
        }
        if (text.contains("DID_NOT_RETURN_A_CERTIFICATE") || text.contains("EMPTY CLIENT CERTIFICATE CHAIN")) {
            return new LinkFailure.UntrustedPeer(
                    peer + ": presented no certificate; set socket.ssl_cert and socket.ssl_key there, with a key of a"
                            + " kind that every TLS takes (EC P-256)");
        }
        if (isOfKeys(text)) {
            return new LinkFailure.UntrustedPeer(
                    peer + ": no kind of signature in common: the key of the peer's certificate or of this node's is of"
                            + " a kind that the other one's TLS does not take (BoringSSL: P-521, Ed25519, Ed448); use"
                            + " EC P-256 or RSA, or tls.provider=jdk on every Dromon node");
        }
        if (text.contains("UNSUPPORTED_PROTOCOL")
                || text.contains("VERSION_TOO_LOW")
                || text.contains("WRONG_VERSION")
                || text.contains("PREFERS TLSV1")
                || text.contains("NOT ACCEPTED BY SERVER PREFERENCES")
                || text.contains("CLIENT REQUESTED PROTOCOL")
                || text.contains("SERVER CHOSE")) {
            return new LinkFailure.VersionMismatch(peer
                    + ": speaks no version of TLS that this node allows; compare tls.protocols on both nodes, or update"
                    + " what speaks TLS 1.1 or older");
        }
        if (text.contains("NO_SHARED_CIPHER")
                || text.contains("NO CIPHER SUITES IN COMMON")
                || text.contains("NO_COMMON")
                || text.contains("NO_SHARED_GROUP")) {
            return new LinkFailure.VersionMismatch(
                    peer + ": no cipher suite in common; compare socket.ssl_cipher on both nodes");
        }
        if (text.contains("KEY_USAGE_BIT_INCORRECT")) {
            return new LinkFailure.UntrustedPeer(
                    peer + ": refused its certificate: the keyUsage lacks digitalSignature; issue it anew");
        }
        if (text.contains("CERTIFICATE CHAIN LENGTH")
                || text.contains("EXCESSIVE_MESSAGE_SIZE")
                || text.contains("SIZE OF THE HANDSHAKE MESSAGE")) {
            // No other message of a handshake comes near these limits.
            return new LinkFailure.UntrustedPeer(
                    peer + ": refused its certificates: there are too many; send the chain up to the CA alone");
        }
        if (text.contains("BAD_PACKET_LENGTH")) {
            // A client of OpenSSL encrypts nothing before it has accepted the server's certificate, its alert neither.
            return new LinkFailure.UntrustedPeer(
                    peer + ": the peer refused this node's certificate, it seems: it answered with an alert outside of"
                            + " the encryption, as OpenSSL does then; its log says why; give both nodes the same CA in"
                            + " socket.ssl_ca");
        }
        return new LinkFailure.Corrupt(peer + ": TLS failed: " + reason(message));
    }

    private static boolean isOfKeys(String text) {
        return text.contains("SIGNATURE_ALGORITHM")
                || text.contains("SIGNATURE ALGORITHM")
                || text.contains("SIGNATURE SCHEME")
                || text.contains("WRONG_SIGNATURE_TYPE")
                || text.contains("NO AVAILABLE AUTHENTICATION SCHEME");
    }

    private static LinkFailure alert(String peer, String text, String ownTrust) {
        String refused = peer + ": the peer refused this node's certificate: ";
        if (text.contains("CERTIFICATE_EXPIRED")) {
            return new LinkFailure.ExpiredPeer(refused
                    + "expired (alert certificate_expired); renew socket.ssl_cert here, and compare the clocks");
        }
        if (text.contains("UNKNOWN_CA")) {
            return new LinkFailure.UntrustedPeer(refused
                    + "its issuer is not trusted there (alert unknown_ca); give both nodes the same CA in"
                    + " socket.ssl_ca, or the same certificate in socket.ssl_cert" + ownTrust);
        }
        if (text.contains("CERTIFICATE_REQUIRED")) {
            return new LinkFailure.UntrustedPeer(
                    refused + "none was presented (alert certificate_required); set socket.ssl_cert here");
        }
        if (text.contains("UNSUPPORTED_CERTIFICATE")) {
            return new LinkFailure.UntrustedPeer(refused
                    + "unsuitable purpose (alert unsupported_certificate); its extendedKeyUsage needs serverAuth and"
                    + " clientAuth, its keyUsage digitalSignature");
        }
        if (text.contains("CERTIFICATE_REVOKED")) {
            return new LinkFailure.UntrustedPeer(refused
                    + "revoked, or the revocation list there is out of date (alert certificate_revoked); issue a new"
                    + " socket.ssl_cert, or renew tls.crl there");
        }
        if (text.contains("BAD_CERTIFICATE")
                || text.contains("CERTIFICATE_UNKNOWN")
                || text.contains("ACCESS_DENIED")) {
            return new LinkFailure.UntrustedPeer(refused + "alert " + alertName(text)
                    + "; see the peer's log for why: it may be damaged, or trusted there, but match no rule of"
                    + " tls.verify=identity");
        }
        if (text.contains("PROTOCOL_VERSION")) {
            return new LinkFailure.VersionMismatch(
                    peer + ": the peer has no version of TLS in common with this node (alert protocol_version);"
                            + " this node speaks 1.3 and 1.2");
        }
        if (text.contains("HANDSHAKE_FAILURE") || text.contains("INSUFFICIENT_SECURITY")) {
            return new LinkFailure.VersionMismatch(peer + ": the peer found nothing in common (alert " + alertName(text)
                    + "); compare socket.ssl_cipher and the kinds of the keys (EC P-256 works everywhere) on both nodes, and"
                    + " see the peer's log");
        }
        return new LinkFailure.Disconnected(
                peer + ": the peer ended TLS with alert " + alertName(text) + "; see the peer's log");
    }

    /** The name after the last "alert" of the text, in lower case. */
    private static String alertName(String text) {
        int at = text.lastIndexOf("ALERT");
        String name = text.substring(at + "ALERT".length())
                .replaceAll("[^A-Z_]+", " ")
                .trim();
        int space = name.indexOf(' ');
        String first = space < 0 ? name : name.substring(0, space);
        return first.replaceFirst("^_+", "").toLowerCase(Locale.ROOT);
    }

    /** OpenSSL's reason without its numbers; a text of the JDK as it is. */
    private static String reason(String message) {
        int colon = message.startsWith("error:") ? message.lastIndexOf(':') : -1;
        return CertificateText.printable(message.substring(colon + 1));
    }
}
