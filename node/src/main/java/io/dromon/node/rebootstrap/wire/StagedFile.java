package io.dromon.node.rebootstrap.wire;

import java.util.Base64;
import java.util.regex.Pattern;

/**
 * A file that is staged, with its content; never logged.
 *
 * @param name of the file in the node's own directory, where the node keeps it in mode 0600: letters, digits, dot, dash and
 *     underscore, and no dot first
 * @param base64 the content
 */
public record StagedFile(String name, String base64) {
    /** The largest file; certificates, keys, and bundles of authorities are some KB. */
    public static final int MOST_BYTES = 256 << 10;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");

    public StagedFile {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a staged file has no plain name of letters, digits, '.', '-' and '_'");
        }
        int length;
        try {
            length = Base64.getDecoder().decode(base64).length;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the content of " + name + " is no base64", null);
        }
        if (length > MOST_BYTES) {
            throw new IllegalArgumentException(name + " has " + length + " bytes, " + MOST_BYTES + " are allowed");
        }
    }

    /** Of a file's content. */
    public static StagedFile of(String name, byte[] content) {
        return new StagedFile(name, Base64.getEncoder().encodeToString(content));
    }

    /** The content, a copy. */
    public byte[] content() {
        return Base64.getDecoder().decode(base64);
    }

    @Override
    public String toString() {
        return "StagedFile[" + name + "]";
    }
}
