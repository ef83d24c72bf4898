package io.dromon.node.cli.pki;

import io.dromon.transport.tls.pem.Authority;
import io.dromon.transport.tls.pem.PemException;
import io.dromon.transport.tls.pem.PemOutput;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dromon pki issue}. */
@Command(
        name = "issue",
        mixinStandardHelpOptions = true,
        description = "Makes a key and a certificate for a node: NAME.key and NAME.crt.")
final class IssueCommand extends PkiAction {
    @Mixin
    private AuthorityOptions ca = new AuthorityOptions();

    @Mixin
    private SubjectOptions who = new SubjectOptions();

    @Option(names = "--out", paramLabel = "DIR", description = "Where the files go (the current directory).")
    private Path directory = Path.of(".");

    @Option(names = "--days", description = "How long it is valid (${DEFAULT-VALUE}), at most as long as the CA.")
    private int days = 365;

    @Mixin
    private NewKeyOptions key = new NewKeyOptions();

    @Parameters(paramLabel = "NAME", description = "Common name (CN), and name of the files.")
    private String name = "";

    @Override
    int run(PrintWriter out) throws PemException, IOException {
        Authority authority = ca.read();
        Path certificate = file(directory, name, ".crt");
        Path keyFile = file(directory, name, ".key");
        PemOutput.absent(certificate, keyFile);
        KeyPair pair = key.generate();
        X509Certificate issued = authority.issue(pair.getPublic(), who.subject(name), days(days));
        PemOutput.key(keyFile, pair.getPrivate(), key.password());
        PemOutput.certificates(certificate, List.of(issued));
        say(out, certificate, Instant.now());
        out.println("socket.ssl_cert=" + certificate + ";socket.ssl_key=" + keyFile + ";socket.ssl_ca="
                + ca.certificate() + key.option());
        return 0;
    }
}
