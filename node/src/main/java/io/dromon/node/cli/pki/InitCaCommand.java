package io.dromon.node.cli.pki;

import io.dromon.transport.tls.pem.Authority;
import io.dromon.transport.tls.pem.PemException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dromon pki init-ca}. */
@Command(name = "init-ca", mixinStandardHelpOptions = true, description = "Makes a CA: ca.crt and ca.key.")
final class InitCaCommand extends PkiAction {
    @Option(names = "--out", paramLabel = "DIR", description = "Where the files go (the current directory).")
    private Path directory = Path.of(".");

    @Option(names = "--cn", paramLabel = "NAME", description = "Its name (${DEFAULT-VALUE}).")
    private String name = "Dromon cluster CA";

    @Option(names = "--days", description = "How long it is valid (${DEFAULT-VALUE}).")
    private int days = 3650;

    @Mixin
    private NewKeyOptions key = new NewKeyOptions();

    @Mixin
    private SubjectOptions who = new SubjectOptions();

    @Override
    int run(PrintWriter out) throws PemException, IOException {
        Files.createDirectories(directory);
        Path certificate = directory.resolve("ca.crt");
        Authority.create(key.generate(), who.subject(name), days(days))
                .write(certificate, directory.resolve("ca.key"), key.password());
        say(out, certificate, Instant.now());
        out.println("Keep " + directory.resolve("ca.key") + " off the nodes; socket.ssl_ca=" + certificate
                + " goes to all of them.");
        return 0;
    }
}
