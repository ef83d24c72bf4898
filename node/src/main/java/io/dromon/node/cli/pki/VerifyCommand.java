package io.dromon.node.cli.pki;

import io.dromon.node.cli.process.ExitCode;
import io.dromon.transport.tls.CertificateReport;
import io.dromon.transport.tls.OptionWords;
import io.dromon.transport.wire.PeerText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dromon pki verify}. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = {
            "Says whether nodes accept certificates as TLS server and as TLS client, and if not, why.",
            "Exit code 1 if one is refused."
        })
final class VerifyCommand extends PkiAction {
    private static final OptionWords WORDS = new OptionWords(Map.of(
            "socket.ssl_cert", "CERTIFICATE",
            "socket.ssl_key", "--key",
            "socket.ssl_ca", "--ca",
            "socket.ssl_password_file", "--password-file",
            "tls.crl", "--crl"));

    @Mixin
    private TlsProviderOptions provider = new TlsProviderOptions();

    @Option(names = "--ca", required = true, paramLabel = "FILE", description = "What socket.ssl_ca will name.")
    private Path ca = Path.of("");

    @Option(names = "--crl", paramLabel = "FILE", description = "What tls.crl will name.")
    private @Nullable Path crl;

    @Option(names = "--key", paramLabel = "FILE", description = "Check that it is the key of the certificate.")
    private @Nullable Path key;

    @Option(names = "--password-file", paramLabel = "FILE", description = "The first line is the key's password.")
    private @Nullable Path password;

    @Parameters(paramLabel = "CERTIFICATE", arity = "1..*", description = "PEM files, each with its chain.")
    private List<Path> certificates = new ArrayList<>();

    @Override
    int run(PrintWriter out) {
        boolean accepted = true;
        for (Path certificate : certificates) {
            CertificateReport.Verdict verdict = CertificateReport.verify(
                    certificate,
                    ca,
                    Optional.ofNullable(crl),
                    Optional.ofNullable(key),
                    Optional.ofNullable(password),
                    provider.jdkAlone(),
                    Instant.now());
            List<String> lines = new ArrayList<>(verdict.problems().isEmpty() ? List.of("OK") : verdict.problems());
            verdict.notes().forEach(note -> lines.add("but " + note));
            out.println(certificate + ": "
                    + lines.stream().map(WORDS::in).map(PeerText::lines).collect(Collectors.joining("\n  ")));
            accepted &= verdict.problems().isEmpty();
        }
        return accepted ? 0 : ExitCode.FAILED;
    }
}
