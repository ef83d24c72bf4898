package io.dromon.node.cli.pki;

import io.dromon.transport.tls.pem.CertificateRequest;
import io.dromon.transport.tls.pem.PemException;
import io.dromon.transport.tls.pem.PemOutput;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dromon pki csr}. */
@Command(
        name = "csr",
        mixinStandardHelpOptions = true,
        description = "Makes a key and a request for another organisation's CA: NAME.key and NAME.csr.")
final class CsrCommand extends PkiAction {
    @Mixin
    private SubjectOptions who = new SubjectOptions();

    @Option(names = "--out", paramLabel = "DIR", description = "Where the files go (the current directory).")
    private Path directory = Path.of(".");

    @Mixin
    private NewKeyOptions key = new NewKeyOptions();

    @Parameters(paramLabel = "NAME", description = "Common name (CN), and name of the files.")
    private String name = "";

    @Override
    int run(PrintWriter out) throws PemException, IOException {
        Files.createDirectories(directory);
        Path request = file(directory, name, ".csr");
        Path keyFile = file(directory, name, ".key");
        PemOutput.absent(request, keyFile);
        KeyPair pair = key.generate();
        PemOutput.key(keyFile, pair.getPrivate(), key.password());
        PemOutput.request(request, CertificateRequest.make(pair, who.subject(name)));
        say(out, request, Instant.now());
        out.println("Send " + request + " to the CA, keep " + keyFile + ".");
        return 0;
    }
}
