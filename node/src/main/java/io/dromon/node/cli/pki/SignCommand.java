package io.dromon.node.cli.pki;

import io.dromon.node.cli.process.CommandFailure;
import io.dromon.transport.tls.CertificateReport;
import io.dromon.transport.tls.pem.CertificateRequest;
import io.dromon.transport.tls.pem.PemException;
import io.dromon.transport.tls.pem.PemOutput;
import io.dromon.transport.tls.pem.Subject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dromon pki sign}. */
@Command(
        name = "sign",
        mixinStandardHelpOptions = true,
        description = {
            "Signs a request.",
            "Its subject and alternative names are taken over, nothing else that it asks for; look at it first with"
                    + " dromon pki inspect."
        })
final class SignCommand extends PkiAction {
    @Mixin
    private AuthorityOptions ca = new AuthorityOptions();

    @Mixin
    private TlsProviderOptions provider = new TlsProviderOptions();

    @Option(names = "--days", description = "How long it is valid (${DEFAULT-VALUE}), at most as long as the CA.")
    private int days = 365;

    @Option(
            names = "--san",
            paramLabel = "NAME",
            split = ",",
            description = "Alternative names besides those of the request.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--out", paramLabel = "FILE", description = "Where it goes (the request's name with .crt).")
    private @Nullable Path file;

    @Parameters(paramLabel = "REQUEST", description = "PEM file with the request.")
    private Path request = Path.of("");

    @Override
    int run(PrintWriter out) throws PemException, IOException {
        Path certificate = file;
        if (certificate == null) {
            String base = String.valueOf(request.getFileName()).replaceFirst("\\.(csr|req|pem)$", "");
            certificate = request.resolveSibling(base + ".crt");
        }
        PemOutput.absent(certificate);
        Subject more;
        try {
            more = new Subject("-", Optional.empty(), List.of(), names);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
        CertificateRequest asked = CertificateRequest.read(request);
        Optional<String> unusable = CertificateReport.unusable(asked.publicKey(), provider.jdkAlone());
        if (unusable.isPresent()) {
            throw new CommandFailure(request + " is not signed: " + unusable.get());
        }
        X509Certificate signed = ca.read().sign(asked, more, days(days));
        PemOutput.certificates(certificate, List.of(signed));
        say(out, certificate, Instant.now());
        return 0;
    }
}
