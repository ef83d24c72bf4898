package io.dromon.node.cli.pki;

import io.dromon.transport.tls.pem.Authority;
import io.dromon.transport.tls.pem.PemException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The authority's files. */
final class AuthorityOptions {
    @Option(
            names = "--ca",
            paramLabel = "DIR",
            description = "Directory of ca.crt and ca.key (the current one if not given).")
    private Path directory = Path.of(".");

    @Option(
            names = "--ca-password-file",
            paramLabel = "FILE",
            description = "Its first line is the password of ca.key.")
    private @Nullable Path password;

    Authority read() throws PemException {
        return Authority.read(certificate(), directory.resolve("ca.key"), Optional.ofNullable(password));
    }

    /** Where its revocation list is, if nothing else is said. */
    Path revocationList() {
        return directory.resolve("ca.crl");
    }

    Path certificate() {
        return directory.resolve("ca.crt");
    }
}
