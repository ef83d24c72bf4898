package io.dromon.sst.tunnel;

import io.dromon.transport.tls.TlsFailures;
import io.dromon.transport.wire.LinkFailure;
import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/** Why a connection failed, in the words of a tunnel's configuration. */
final class Reasons {
    private Reasons() {}

    /** Behind a subject: what happened to it. */
    static String of(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (message.toLowerCase(Locale.ROOT).contains("connection reset")) {
            return "reset the connection";
        }
        Optional<LinkFailure> tls = TlsFailures.of("", cause);
        if (tls.isPresent()) {
            return "broke TLS" + words(tls.get().message());
        }
        return cause instanceof IOException ? "broke: " + message : "broke: " + cause;
    }

    /** A handshake that failed. */
    static LinkFailure handshake(String peer, Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause() == at ? null : at.getCause()) {
            if (at instanceof NotSslRecordException) {
                // Its message holds the bytes: never shown.
                return new LinkFailure.PlainPeer(peer + ": speaks no TLS; this port takes TLS only");
            }
        }
        Optional<LinkFailure> failure = TlsFailures.of(peer, cause);
        return failure.<LinkFailure>map(Reasons::translate)
                .orElseGet(
                        () -> new LinkFailure.Disconnected(peer + ": closed the connection during the TLS handshake"));
    }

    private static LinkFailure translate(LinkFailure failure) {
        String text = words(failure.message());
        if (failure instanceof LinkFailure.UntrustedPeer) {
            return new LinkFailure.UntrustedPeer(text);
        }
        if (failure instanceof LinkFailure.ExpiredPeer) {
            return new LinkFailure.ExpiredPeer(text);
        }
        if (failure instanceof LinkFailure.WrongIdentity) {
            return new LinkFailure.WrongIdentity(text);
        }
        if (failure instanceof LinkFailure.VersionMismatch) {
            return new LinkFailure.VersionMismatch(text);
        }
        return failure instanceof LinkFailure.Corrupt
                ? new LinkFailure.Corrupt(text)
                : new LinkFailure.Disconnected(text);
    }

    /** The rules are those of the links; a tunnel's keys have stunnel's names. */
    static String words(String text) {
        return text.replace(" (without socket.ssl_ca: use the same socket.ssl_cert on all nodes)", "")
                .replace("socket.ssl_password_file", "a password file, which tunnels do not have")
                .replace("socket.ssl_cert", "cert")
                .replace("socket.ssl_key", "key")
                .replace("socket.ssl_cipher", "ciphers")
                .replace("socket.ssl_ca", "CAfile")
                .replace("this node", "this end")
                .replace("both nodes", "both ends");
    }

    /** A peer chose this text: no control characters in log or environment, and an end. */
    static String printable(String text) {
        String cut = text.length() > 200 ? text.substring(0, 200) + "..." : text;
        StringBuilder out = new StringBuilder();
        cut.chars()
                .forEach(
                        c -> out.append(Character.isISOControl(c) || Character.isSurrogate((char) c) ? '?' : (char) c));
        return out.toString();
    }
}
