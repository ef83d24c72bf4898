package io.dromon.node.cli.pki;

import io.dromon.transport.tls.pem.PemException;
import io.dromon.transport.tls.pem.RevocationList;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dromon pki gen-crl}. */
@Command(
        name = "gen-crl",
        mixinStandardHelpOptions = true,
        description = "Makes the next edition of the authority's list, with the entries of the one before: the first"
                + " one is empty.")
final class GenCrlCommand extends PkiAction {
    @Mixin
    private AuthorityOptions ca = new AuthorityOptions();

    @Mixin
    private RevocationListOptions crl = new RevocationListOptions();

    @Override
    int run(PrintWriter out) throws PemException, IOException {
        Path file = crl.file(ca);
        RevocationList list = RevocationList.after(file, ca.read(), RevocationList.Reason.UNSPECIFIED);
        return crl.write(out, list, file);
    }
}
