package io.dromon.node.state.snapshot;

import io.dromon.config.Address;
import io.dromon.sst.Token;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.PeerText;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The SST part of a Dromon node's state request, in the form that a database's has (chapter 06 section 9.2).
 *
 * <pre>
 *  method NUL token@host:port NUL
 * </pre>
 *
 * @param method by its name in {@code wsrep_sst_method}; of a request that was read, not looked at yet
 * @param joiner where it listens: a host and a port, no scheme
 * @param token of the transfer; never to be logged
 */
public record SnapshotRequest(String method, Address joiner, Token token) {
    private static final int LONGEST = 1024;
    private static final Pattern METHOD = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern FORM = Pattern.compile("([^\0]*)\0(?:([^\0@]*)@)?([^\0@]*)\0");

    public SnapshotRequest {
        if (!METHOD.matcher(method).matches() || !joiner.scheme().isEmpty() || joiner.port() <= 0) {
            throw new IllegalArgumentException("a snapshot by '" + method + "' to " + joiner);
        }
    }

    /** The bytes of the part; their count includes the last NUL. */
    public Bytes encode() {
        return new Bytes(
                (method + "\0" + token.text() + "@" + joiner.hostPort() + "\0").getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Reads the part of another member. No text of the part but the method's name gets into the exception.
     *
     * @throws MalformedMessageException if it is none, or a database's, which has no token
     */
    public static SnapshotRequest decode(Bytes part) throws MalformedMessageException {
        if (part.length() > LONGEST) {
            throw new MalformedMessageException("the SST part of a state request has " + part.length() + " bytes");
        }
        String text = new String(part.array(), part.offset(), part.length(), StandardCharsets.ISO_8859_1);
        Matcher form = FORM.matcher(text);
        if (!form.matches() || !METHOD.matcher(form.group(1)).matches()) {
            throw new MalformedMessageException(
                    "the SST part of a state request, of " + part.length() + " bytes, names no method and address");
        }
        String method = form.group(1);
        if (form.group(2) == null) {
            throw new MalformedMessageException("a snapshot by method " + PeerText.printable(method, 64)
                    + " is asked for without a token: the joiner is no Dromon node");
        }
        try {
            return new SnapshotRequest(method, Address.parse(form.group(3)), Token.parse(form.group(2)));
        } catch (IllegalArgumentException e) {
            throw new MalformedMessageException("a snapshot by method " + PeerText.printable(method, 64)
                    + " is asked for with what is no token, or no host and port");
        }
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "a snapshot by method " + method + " for " + joiner.hostPort();
    }
}
