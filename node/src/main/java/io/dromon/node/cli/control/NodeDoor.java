package io.dromon.node.cli.control;

import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.transport.tls.OptionWords;
import io.dromon.transport.tls.PeerSubjects;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsEndpoint;
import io.dromon.transport.tls.TlsGeneration;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.tls.Trust;
import io.dromon.transport.tls.pem.PemException;
import io.dromon.transport.tls.pem.PemFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which node is asked, and how to get to it. */
final class NodeDoor {
    private static final OptionWords WORDS = new OptionWords(Map.of(
            "socket.ssl_cert", "--cert",
            "socket.ssl_key", "--key",
            "socket.ssl_ca", "--ca",
            "socket.ssl_password_file", "--password-file"));

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Data directory of a node of this machine, the current directory if not given.")
    private @Nullable Path dataDirectory;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Admin listener of a node anywhere, https://HOST:PORT; http:// for one of this machine.")
    private @Nullable URI url;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "With https: the CAs that the listener's certificate comes from.")
    private @Nullable Path ca;

    @Option(names = "--cert", paramLabel = "FILE", description = "With https: your certificate, with its chain.")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "With https: the key of your certificate.")
    private @Nullable Path key;

    @Option(names = "--password-file", paramLabel = "FILE", description = "With https: the password of the key.")
    private @Nullable Path passwordFile;

    @Option(
            names = "--accept-any-name",
            description = "With https: take a certificate of the CA that does not name the host of the URL, as those of"
                    + " Galera's classic recipe.")
    private boolean anyName;

    /** A question to a node. */
    interface Question {
        /** Asks it. */
        AdminClient.Answer ask(AdminClient client) throws IOException;
    }

    /**
     * The answer, if the node did what it was asked to.
     *
     * @throws CommandFailure if it did not, or does not answer
     */
    AdminClient.Answer ask(Question question) {
        checkFlags();
        Optional<TlsEndpoint> tls = endpoint();
        try {
            AdminClient client = url == null
                    ? AdminClient.local(dataDirectory == null ? Path.of(".") : dataDirectory)
                    : AdminClient.remote(url, tls);
            AdminClient.Answer answer = question.ask(client);
            if (!answer.isDone()) {
                throw new CommandFailure(answer.problem());
            }
            return answer;
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        } finally {
            tls.ifPresent(TlsEndpoint::close);
        }
    }

    private void checkFlags() {
        if (url != null && dataDirectory != null) {
            throw new CommandFailure("--url and --data-dir name two nodes; give one of them");
        }
        boolean secure = url != null && "https".equals(url.getScheme());
        boolean given = ca != null || certificate != null || key != null || passwordFile != null || anyName;
        if (given && !secure) {
            throw new CommandFailure("--ca, --cert, --key, --password-file and --accept-any-name belong to"
                    + " --url https://HOST:PORT");
        }
        if (secure && ca == null) {
            throw new CommandFailure(
                    "--ca is missing: the PEM file with the CA of the listener's certificate, so that no"
                            + " other program can take its place");
        }
        if ((certificate == null) != (key == null)) {
            throw new CommandFailure("--cert and --key are given together");
        }
    }

    private Optional<TlsEndpoint> endpoint() {
        URI address = url;
        Path authorities = ca;
        if (address == null || authorities == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(TlsEndpoint.of(
                    new TlsEndpoint.Spec(
                            false,
                            own(authorities),
                            Trust.in(PemFiles.authorities("--ca", authorities)),
                            TlsEndpoint.Verification.CHAIN,
                            subjects(address),
                            List.of("TLSv1.3", "TLSv1.2"),
                            "",
                            List.of(),
                            TlsSettings.Provider.AUTO),
                    InstantSource.system()));
        } catch (TlsConfigException e) {
            throw new CommandFailure(String.valueOf(e.worded(WORDS::in).getMessage()));
        } catch (PemException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }

    private Optional<TlsGeneration> own(Path authorities) throws TlsConfigException {
        if (certificate == null || key == null) {
            return Optional.empty();
        }
        return Optional.of(TlsGeneration.load(
                1,
                new TlsSettings(
                        certificate,
                        key,
                        Optional.of(authorities),
                        Optional.ofNullable(passwordFile),
                        "",
                        TlsSettings.Provider.AUTO)));
    }

    private PeerSubjects subjects(URI address) {
        String host = String.valueOf(address.getHost());
        if (anyName) {
            return PeerSubjects.ANY;
        }
        boolean literal = host.startsWith("[") || host.matches("[0-9.]+");
        String plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return literal
                ? new PeerSubjects(List.of(), List.of(plain), List.of())
                : new PeerSubjects(List.of(plain), List.of(), List.of());
    }
}
