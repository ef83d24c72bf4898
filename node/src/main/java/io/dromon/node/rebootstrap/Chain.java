package io.dromon.node.rebootstrap;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Lines that vouch for each other: {@code DIGEST TEXT}, where the digest is SHA-256 of the digest before and the text. So
 * the last one vouches for all.
 */
final class Chain {
    private static final int DIGEST_CHARACTERS = 64;
    private String last = "0".repeat(DIGEST_CHARACTERS);

    /** The line of the next text, with its line feed. */
    String line(String text) {
        last = digest(text);
        return last + " " + text + "\n";
    }

    /**
     * The text of the next line, which stands there without its line feed.
     *
     * @throws IllegalArgumentException if it is not the line that was written behind the one before
     */
    String text(String line) {
        if (line.length() <= DIGEST_CHARACTERS || line.charAt(DIGEST_CHARACTERS) != ' ') {
            throw new IllegalArgumentException("it has no digest");
        }
        String text = line.substring(DIGEST_CHARACTERS + 1);
        String digest = digest(text);
        if (!digest.equals(line.substring(0, DIGEST_CHARACTERS))) {
            throw new IllegalArgumentException(
                    "its digest is not that of its text behind the lines before: one of them was changed or removed");
        }
        last = digest;
        return text;
    }

    private String digest(String text) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(last.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
