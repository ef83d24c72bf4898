package io.dromon.node.cli.pki;

import io.dromon.transport.tls.pem.PemException;
import io.dromon.transport.tls.pem.RevocationList;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name the revocation list. */
final class RevocationListOptions {
    @Option(
            names = "--crl",
            paramLabel = "FILE",
            description = "The authority's list (ca.crl in its directory), for tls.crl. The edition before is kept"
                    + " with .before behind its name.")
    private @Nullable Path file;

    @Option(
            names = "--days",
            description = "How long the edition is valid (${DEFAULT-VALUE}). Nodes refuse all certificates of the CA"
                    + " once it has expired: make the next one in time, with dromon pki gen-crl.")
    private int days = 30;

    Path file(AuthorityOptions ca) {
        return file == null ? ca.revocationList() : file;
    }

    /** Writes the next edition and prints what is in it. */
    int write(PrintWriter out, RevocationList list, Path to) throws PemException, IOException {
        list.write(to, PkiAction.days(days));
        PkiAction.say(out, to, Instant.now());
        out.println("tls.crl=" + to + "; give it to all nodes and reload them.");
        return 0;
    }
}
