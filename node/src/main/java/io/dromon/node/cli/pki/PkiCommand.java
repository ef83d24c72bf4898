package io.dromon.node.cli.pki;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dromon pki}: a small certification authority for the nodes of a cluster. */
@Command(
        name = "pki",
        mixinStandardHelpOptions = true,
        description = {
            "Makes and checks keys and certificates for the nodes of a cluster, in PEM files that openssl reads.",
            "No file is ever overwritten (but a revocation list by its next edition); private keys can be read by their"
                    + " owner alone."
        },
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            InitCaCommand.class,
            IssueCommand.class,
            CsrCommand.class,
            SignCommand.class,
            RevokeCommand.class,
            GenCrlCommand.class,
            InspectCommand.class,
            VerifyCommand.class
        })
public final class PkiCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command, for example: dromon pki init-ca");
    }
}
