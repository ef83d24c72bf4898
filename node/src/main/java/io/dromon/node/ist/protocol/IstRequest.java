package io.dromon.node.ist.protocol;

import io.dromon.config.Address;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.PeerText;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The IST part of a state request (chapter 06 section 4.2): one line of text, ended by a NUL.
 *
 * <pre>
 *  UUID:lastApplied-lastNeeded|scheme://host:port NUL
 * </pre>
 *
 * @param history the joiner's, nil if it has no state
 * @param lastApplied where its state ends, -1 if it has none of the group's history
 * @param lastNeeded the configuration change for which it asks
 * @param joiner where its listener is, with scheme and port
 */
public record IstRequest(UUID history, long lastApplied, long lastNeeded, Address joiner) {
    private static final int LONGEST = 1024;
    private static final Pattern FORM = Pattern.compile(
            "([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}):(-?[0-9]{1,19})-([0-9]{1,19})\\|(\\S+)");

    public IstRequest {
        if (lastApplied < -1 || lastNeeded < 0 || joiner.scheme().isEmpty() || !joiner.hasPort()) {
            throw new IllegalArgumentException("a request of " + lastApplied + " to " + lastNeeded + " for " + joiner
                    + ", which needs scheme and port");
        }
    }

    /** The bytes of the part; their count includes the NUL. */
    public Bytes encode() {
        String text = history + ":" + lastApplied + "-" + lastNeeded + "|" + joiner + "\0";
        return new Bytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Reads the part of another member. */
    public static IstRequest decode(Bytes part) throws MalformedMessageException {
        int length = part.length();
        if (length < 2 || length > LONGEST || part.array()[part.offset() + length - 1] != 0) {
            throw new MalformedMessageException("the IST part of a state request, of " + length + " bytes, is no text");
        }
        String text = new String(part.array(), part.offset(), length - 1, StandardCharsets.US_ASCII);
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw malformed(text);
        }
        try {
            return new IstRequest(
                    UUID.fromString(form.group(1)),
                    Long.parseLong(form.group(2)),
                    Long.parseLong(form.group(3)),
                    Address.parse(form.group(4)));
        } catch (IllegalArgumentException e) {
            throw malformed(text);
        }
    }

    private static MalformedMessageException malformed(String text) {
        return new MalformedMessageException("the IST part of a state request is not of the form"
                + " UUID:SEQNO-SEQNO|tcp://HOST:PORT: " + PeerText.printable(text, 200));
    }
}
