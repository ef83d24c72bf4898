package io.dromon.node.cli.pki;

import io.dromon.node.cli.process.CommandFailure;
import io.dromon.transport.tls.pem.KeyKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A key to be made. */
final class NewKeyOptions {
    @Option(names = "--key", description = "ec (P-256, the default), rsa (3072 bits) or ed25519.")
    private KeyKind kind = KeyKind.EC;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "Encrypt the key; the first line is the password.")
    private @Nullable Path passwordFile;

    KeyPair generate() {
        return kind.generate();
    }

    /** Empty for a key in clear text. */
    char[] password() throws IOException {
        if (passwordFile == null) {
            return new char[0];
        }
        String line = Files.readString(passwordFile).lines().findFirst().orElse("");
        if (line.isEmpty()) {
            throw new CommandFailure(passwordFile + " is empty; its first line is the password");
        }
        return line.toCharArray();
    }

    /** What a node needs to read it. */
    String option() {
        return passwordFile == null ? "" : ";socket.ssl_password_file=" + passwordFile;
    }
}
