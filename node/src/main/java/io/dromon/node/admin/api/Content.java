package io.dromon.node.admin.api;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The body of a request or an answer; never changes. */
public final class Content {
    /** No byte. */
    public static final Content NONE = new Content(new byte[0]);

    private final byte[] bytes;

    private Content(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes the array over: the caller must not change it any more. */
    public static Content of(byte[] bytes) {
        return bytes.length == 0 ? NONE : new Content(bytes);
    }

    /** The text in UTF-8. */
    public static Content of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** How many bytes. */
    public int length() {
        return bytes.length;
    }

    /** The bytes, read-only. */
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /**
     * The text.
     *
     * @throws Problem.Refusal if it is not UTF-8
     */
    public String text() {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes()).toString();
        } catch (CharacterCodingException e) {
            throw Problem.of(400, "the body is not UTF-8 text", "send UTF-8").refusal();
        }
    }
}
