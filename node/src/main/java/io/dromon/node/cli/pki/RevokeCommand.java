package io.dromon.node.cli.pki;

import io.dromon.transport.tls.pem.PemException;
import io.dromon.transport.tls.pem.RevocationList;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dromon pki revoke}. */
@Command(
        name = "revoke",
        mixinStandardHelpOptions = true,
        description = "Revokes certificates: the next edition of the authority's list holds them as well.")
final class RevokeCommand extends PkiAction {
    @Mixin
    private AuthorityOptions ca = new AuthorityOptions();

    @Mixin
    private RevocationListOptions crl = new RevocationListOptions();

    @Option(names = "--reason", description = "One of ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    private RevocationList.Reason reason = RevocationList.Reason.UNSPECIFIED;

    @Parameters(paramLabel = "CERTIFICATE", arity = "1..*", description = "PEM files.")
    private List<Path> certificates = new ArrayList<>();

    @Override
    int run(PrintWriter out) throws PemException, IOException {
        Path file = crl.file(ca);
        RevocationList list = RevocationList.after(file, ca.read(), reason);
        for (Path certificate : certificates) {
            list.revoke(certificate);
        }
        return crl.write(out, list, file);
    }
}
