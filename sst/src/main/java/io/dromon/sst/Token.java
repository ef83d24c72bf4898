package io.dromon.sst;

import io.dromon.transport.recovery.FileTrust;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/**
 * The secret of one transfer, made by the joiner and known to the donor. It is never sent over the channel: both sides
 * prove that they know it.
 */
public final class Token {
    /** Name in the environment of a process that gets it there; programs that this one runs do not get it. */
    public static final String VARIABLE = "DROMON_SST_TOKEN";

    private static final int BYTES = 32;

    private final byte[] secret;

    private Token(byte[] secret) {
        this.secret = secret;
    }

    /** A new one, 256 random bits. */
    public static Token create() {
        byte[] secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        return new Token(secret);
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws IllegalArgumentException without the text in its message
     */
    public static Token parse(String text) {
        byte[] secret;
        try {
            secret = Base64.getUrlDecoder().decode(text.strip());
        } catch (IllegalArgumentException e) {
            // The cause would quote the text.
            secret = new byte[0];
        }
        if (secret.length != BYTES) {
            throw new IllegalArgumentException("this is no token: 43 characters of base64url are");
        }
        return new Token(secret);
    }

    /** Reads a file, which only its owner may read. */
    public static Token read(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException("there is no token file " + file
                    + ": the joiner makes it when it is ready, and removes it when it is done");
        }
        Optional<String> foreign = FileTrust.foreignOwner(file);
        if (foreign.isPresent()) {
            throw new IOException("the token file " + file + " belongs to " + foreign.get() + ", who knows it then");
        }
        Set<PosixFilePermission> modes = Files.getPosixFilePermissions(file);
        modes.retainAll(PosixFilePermissions.fromString("---rwxrwx"));
        if (!modes.isEmpty()) {
            throw new IOException("others than its owner may use the token file " + file + "; chmod 600 it");
        }
        try {
            return parse(Files.readString(file, StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /** Writes a new file with mode 0600. */
    public void write(Path file) throws IOException {
        Set<OpenOption> create = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (var channel = Files.newByteChannel(file, create, FileTrust.PRIVATE_FILE)) {
            ByteBuffer line = StandardCharsets.US_ASCII.encode(text() + "\n");
            while (line.hasRemaining()) {
                channel.write(line);
            }
        }
    }

    /** For the file or the state request; keep it from logs and from command lines. */
    public String text() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }

    public byte[] secret() {
        return secret;
    }

    @Override
    public String toString() {
        return "Token[********]";
    }
}
