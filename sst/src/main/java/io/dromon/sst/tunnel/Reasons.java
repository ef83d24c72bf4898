package io.dromon.sst.tunnel;

import io.dromon.transport.tls.OptionWords;
import io.dromon.transport.tls.TlsFailures;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.PeerText;
import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The reasons of failed connections, in the words of the configuration that they belong to. */
public final class Reasons {
    /** In those of a tunnel's. */
    static final Reasons TUNNEL = new Reasons(
            "tunnels",
            Map.of(
                    "socket.ssl_cert", "cert",
                    "socket.ssl_key", "key",
                    "socket.ssl_cipher", "ciphers",
                    "socket.ssl_ca", "CAfile"));

    /** In those of a state transfer's. */
    public static final Reasons SST = new Reasons(
            "state transfers",
            Map.of(
                    "socket.ssl_cert", "[sst] tcert",
                    "socket.ssl_key", "tkey",
                    "socket.ssl_cipher", "the ciphers",
                    "socket.ssl_ca", "[sst] tca",
                    "tls.protocols", "the versions of TLS",
                    "tls.verify=identity", "ssl-mode=VERIFY_IDENTITY"));

    private static final String PEER = "the peer ";
    private static final String REFUSED = "refused ";

    private final OptionWords options;

    private Reasons(String who, Map<String, String> names) {
        this.options = new OptionWords(
                names,
                who + " take no password: decrypt it into a file of mode 0600 (openssl pkey -in KEY -out NEW) and name"
                        + " that one");
    }

    /** Behind a subject: what happened to it. */
    String of(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (message.toLowerCase(Locale.ROOT).contains("connection reset")) {
            return "reset the connection";
        }
        Optional<LinkFailure> tls = TlsFailures.of("", cause);
        if (tls.isPresent()) {
            return "broke TLS" + words(tls.get().message());
        }
        return "broke: " + printable(cause instanceof IOException ? message : cause.toString());
    }

    /**
     * A handshake that failed.
     *
     * @param peer the subject of the text
     */
    LinkFailure handshake(String peer, Throwable cause) {
        return tls(peer, cause, "")
                .orElseGet(
                        () -> new LinkFailure.Disconnected(peer + ": closed the connection during the TLS handshake"));
    }

    /**
     * The same where it may be no matter of TLS.
     *
     * @param ownTrust told where the peer does not trust this end's certificate
     */
    public Optional<LinkFailure> tls(String peer, Throwable cause, String ownTrust) {
        for (Throwable at = cause; at != null; at = at.getCause() == at ? null : at.getCause()) {
            if (at instanceof NotSslRecordException) {
                // Its message holds the bytes: never shown.
                return Optional.of(new LinkFailure.PlainPeer(peer + ": speaks no TLS; this port takes TLS only"));
            }
        }
        return TlsFailures.of(peer, cause, ownTrust).map(this::translate);
    }

    private LinkFailure translate(LinkFailure failure) {
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

    /** The rules are those of the links; the options of others have other names. */
    public String words(String text) {
        return options.in(text).replace("this node", "this end").replace("both nodes", "both ends");
    }

    /**
     * The reason of a {@link #tls} of that peer as a sentence that says who refused whom.
     *
     * @param text begins with the peer
     */
    public static String whoRefused(String peer, String text) {
        String why = text.startsWith(peer + ": ") ? text.substring(peer.length() + 2) : text;
        if (why.startsWith(PEER)) {
            return peer + " " + why.substring(PEER.length());
        }
        return "refused " + peer + ": " + (why.startsWith(REFUSED) ? why.substring(REFUSED.length()) : why);
    }

    /** A peer chose this text: nothing that could fake a line of log or environment or turn it round, and an end. */
    static String printable(String text) {
        return PeerText.printable(text, 200);
    }
}
