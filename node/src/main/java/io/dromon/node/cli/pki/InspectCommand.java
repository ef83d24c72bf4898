package io.dromon.node.cli.pki;

import io.dromon.transport.tls.pem.PemException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code dromon pki inspect}. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = "Says what is in PEM files: certificates, requests, revocation lists, kinds of keys.")
final class InspectCommand extends PkiAction {
    @Parameters(paramLabel = "FILE", arity = "1..*", description = "PEM files.")
    private List<Path> files = new ArrayList<>();

    @Override
    int run(PrintWriter out) throws PemException {
        for (Path file : files) {
            say(out, file, Instant.now());
        }
        return 0;
    }
}
