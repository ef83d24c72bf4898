package io.dromon.node.cli.pki;

import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.transport.tls.CertificateReport;
import io.dromon.transport.tls.OptionWords;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.tls.pem.Authority;
import io.dromon.transport.tls.pem.CertificateRequest;
import io.dromon.transport.tls.pem.KeyKind;
import io.dromon.transport.tls.pem.PemException;
import io.dromon.transport.tls.pem.PemOutput;
import io.dromon.transport.tls.pem.RevocationList;
import io.dromon.transport.tls.pem.Subject;
import io.dromon.transport.wire.PeerText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
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
            PkiCommand.InitCa.class,
            PkiCommand.Issue.class,
            PkiCommand.Csr.class,
            PkiCommand.Sign.class,
            PkiCommand.Revoke.class,
            PkiCommand.GenCrl.class,
            PkiCommand.Inspect.class,
            PkiCommand.Verify.class
        })
public final class PkiCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command, for example: dromon pki init-ca");
    }

    /** Who the certificate is for. */
    static final class Who {
        @Option(names = "--o", paramLabel = "ORG", description = "Organisation (O).")
        private @Nullable String organisation;

        @Option(names = "--ou", paramLabel = "UNIT", description = "Organisational unit (OU); more than once for more.")
        private List<String> units = new ArrayList<>();

        @Option(
                names = "--san",
                paramLabel = "NAME",
                split = ",",
                description =
                        "Alternative name: DNS:name, IP:address, URI:uri, or without the prefix; commas for more.")
        private List<String> names = new ArrayList<>();

        Subject subject(String commonName) {
            try {
                return new Subject(commonName, Optional.ofNullable(organisation), units, names);
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(String.valueOf(e.getMessage()));
            }
        }
    }

    /** A key to be made. */
    static final class NewKey {
        @Option(names = "--key", description = "ec (P-256, the default), rsa (3072 bits) or ed25519.")
        private KeyKind kind = KeyKind.EC;

        @Option(
                names = "--password-file",
                paramLabel = "FILE",
                description = "Encrypt the key; the first line is the password.")
        private @Nullable Path passwordFile;

        KeyPair generate() {
            return kind.generate();
        }

        /** Empty for a key in clear text. */
        char[] password() throws IOException {
            if (passwordFile == null) {
                return new char[0];
            }
            String line = Files.readString(passwordFile).lines().findFirst().orElse("");
            if (line.isEmpty()) {
                throw new CommandFailure(passwordFile + " is empty; its first line is the password");
            }
            return line.toCharArray();
        }

        /** What a node needs to read it. */
        String option() {
            return passwordFile == null ? "" : ";socket.ssl_password_file=" + passwordFile;
        }
    }

    /** The authority's files. */
    static final class Ca {
        @Option(
                names = "--ca",
                paramLabel = "DIR",
                description = "Directory of ca.crt and ca.key (the current one if not given).")
        private Path directory = Path.of(".");

        @Option(
                names = "--ca-password-file",
                paramLabel = "FILE",
                description = "Its first line is the password of ca.key.")
        private @Nullable Path password;

        Authority read() throws PemException {
            return Authority.read(certificate(), directory.resolve("ca.key"), Optional.ofNullable(password));
        }

        Path certificate() {
            return directory.resolve("ca.crt");
        }
    }

    /** What all commands share: their output, and failures as one line. */
    abstract static class Action implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli
        private CommandSpec spec;

        @Override
        public final Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            try {
                int code = run(out);
                out.flush();
                return code;
            } catch (FileAlreadyExistsException e) {
                throw new CommandFailure(
                        e.getFile() + " exists and is not overwritten; choose another name or move it");
            } catch (PemException e) {
                throw new CommandFailure(String.valueOf(e.getMessage()));
            } catch (IOException e) {
                throw new CommandFailure("cannot write: " + e);
            }
        }

        abstract int run(PrintWriter out) throws PemException, IOException;
    }

    private static Duration days(int days) {
        if (days < 1 || days > 365_000) {
            throw new CommandFailure("--days is from 1 to 365000, not " + days);
        }
        return Duration.ofDays(days);
    }

    private static void say(PrintWriter out, Path file, Instant now) throws PemException {
        out.println(file);
        CertificateReport.inspect(file, now).forEach(line -> out.println("  " + line));
    }

    /** {@code dromon pki init-ca}. */
    @Command(name = "init-ca", mixinStandardHelpOptions = true, description = "Makes a CA: ca.crt and ca.key.")
    static final class InitCa extends Action {
        @Option(names = "--out", paramLabel = "DIR", description = "Where the files go (the current directory).")
        private Path directory = Path.of(".");

        @Option(names = "--cn", paramLabel = "NAME", description = "Its name (${DEFAULT-VALUE}).")
        private String name = "Dromon cluster CA";

        @Option(names = "--days", description = "How long it is valid (${DEFAULT-VALUE}).")
        private int days = 3650;

        @Mixin
        private NewKey key = new NewKey();

        @Mixin
        private Who who = new Who();

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

    /** {@code dromon pki issue}. */
    @Command(
            name = "issue",
            mixinStandardHelpOptions = true,
            description = "Makes a key and a certificate for a node: NAME.key and NAME.crt.")
    static final class Issue extends Action {
        @Mixin
        private Ca ca = new Ca();

        @Mixin
        private Who who = new Who();

        @Option(names = "--out", paramLabel = "DIR", description = "Where the files go (the current directory).")
        private Path directory = Path.of(".");

        @Option(names = "--days", description = "How long it is valid (${DEFAULT-VALUE}), at most as long as the CA.")
        private int days = 365;

        @Mixin
        private NewKey key = new NewKey();

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

    /** {@code dromon pki csr}. */
    @Command(
            name = "csr",
            mixinStandardHelpOptions = true,
            description = "Makes a key and a request for somebody else's CA: NAME.key and NAME.csr.")
    static final class Csr extends Action {
        @Mixin
        private Who who = new Who();

        @Option(names = "--out", paramLabel = "DIR", description = "Where the files go (the current directory).")
        private Path directory = Path.of(".");

        @Mixin
        private NewKey key = new NewKey();

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

    /** The TLS of the nodes that a certificate is for. */
    static final class NodesProvider {
        @Option(
                names = "--provider",
                paramLabel = "PROVIDER",
                description = "What tls.provider is on every Dromon node (${DEFAULT-VALUE}): keys on P-521, Ed25519 and"
                        + " Ed448 are taken by jdk alone.")
        private TlsSettings.Provider provider = TlsSettings.Provider.AUTO;

        boolean jdkAlone() {
            return provider == TlsSettings.Provider.JDK;
        }
    }

    /** {@code dromon pki sign}. */
    @Command(
            name = "sign",
            mixinStandardHelpOptions = true,
            description = {
                "Signs a request.",
                "Its subject and alternative names are taken over, nothing else that it asks for; look at it first with"
                        + " dromon pki inspect."
            })
    static final class Sign extends Action {
        @Mixin
        private Ca ca = new Ca();

        @Mixin
        private NodesProvider provider = new NodesProvider();

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

    /** Where the revocation list is. */
    static final class Crl {
        @Option(
                names = "--crl",
                paramLabel = "FILE",
                description = "The authority's list (ca.crl in its directory), for tls.crl. The edition before is kept"
                        + " with .before behind its name.")
        private @Nullable Path file;

        @Option(
                names = "--days",
                description =
                        "How long the edition is valid (${DEFAULT-VALUE}). Nodes refuse all certificates of the CA"
                                + " once it has ended: make the next one in time, with dromon pki gen-crl.")
        private int days = 30;

        Path file(Ca ca) {
            return file == null ? ca.directory.resolve("ca.crl") : file;
        }
    }

    private static int write(PrintWriter out, RevocationList list, Path file, int days)
            throws PemException, IOException {
        list.write(file, days(days));
        say(out, file, Instant.now());
        out.println("tls.crl=" + file + "; give it to all nodes and reload them.");
        return 0;
    }

    /** {@code dromon pki revoke}. */
    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description = "Revokes certificates: the next edition of the authority's list holds them as well.")
    static final class Revoke extends Action {
        @Mixin
        private Ca ca = new Ca();

        @Mixin
        private Crl crl = new Crl();

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
            return write(out, list, file, crl.days);
        }
    }

    /** {@code dromon pki gen-crl}. */
    @Command(
            name = "gen-crl",
            mixinStandardHelpOptions = true,
            description =
                    "Makes the next edition of the authority's list, with the entries of the one before: the first"
                            + " one is empty.")
    static final class GenCrl extends Action {
        @Mixin
        private Ca ca = new Ca();

        @Mixin
        private Crl crl = new Crl();

        @Override
        int run(PrintWriter out) throws PemException, IOException {
            Path file = crl.file(ca);
            RevocationList list = RevocationList.after(file, ca.read(), RevocationList.Reason.UNSPECIFIED);
            return write(out, list, file, crl.days);
        }
    }

    /** {@code dromon pki inspect}. */
    @Command(
            name = "inspect",
            mixinStandardHelpOptions = true,
            description = "Says what is in PEM files: certificates, requests, revocation lists, kinds of keys.")
    static final class Inspect extends Action {
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

    /** {@code dromon pki verify}. */
    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = {
                "Says whether nodes accept certificates as TLS server and as TLS client, and if not, why.",
                "Exit code 1 if one is refused."
            })
    static final class Verify extends Action {
        private static final OptionWords WORDS = new OptionWords(Map.of(
                "socket.ssl_cert", "CERTIFICATE",
                "socket.ssl_key", "--key",
                "socket.ssl_ca", "--ca",
                "socket.ssl_password_file", "--password-file",
                "tls.crl", "--crl"));

        @Mixin
        private NodesProvider provider = new NodesProvider();

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

    private static Path file(Path directory, String name, String ending) {
        if (name.isBlank() || name.contains("/") || name.contains("\0") || name.startsWith(".")) {
            throw new CommandFailure("'" + name + "' cannot be the name of a file; choose another NAME");
        }
        return directory.resolve(name + ending);
    }
}
