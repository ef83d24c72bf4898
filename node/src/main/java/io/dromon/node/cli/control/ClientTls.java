package io.dromon.node.cli.control;

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
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command proves itself to admin listeners by https, and which of them it believes. */
public final class ClientTls {
    private static final OptionWords WORDS = new OptionWords(Map.of(
            "socket.ssl_cert", "--cert",
            "socket.ssl_key", "--key",
            "socket.ssl_ca", "--ca",
            "socket.ssl_password_file", "--password-file"));

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

    /** Whether the URL asks for it. */
    public static boolean isFor(@Nullable URI url) {
        return url != null && "https".equals(url.getScheme());
    }

    /**
     * Refuses flags that do not go together.
     *
     * @param secure whether there is an https URL
     * @throws CommandFailure with the reason
     */
    public void check(boolean secure) {
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

    /**
     * For connections to an https URL; nothing for any other one. The caller closes it.
     *
     * @throws CommandFailure if a file cannot be used
     */
    public Optional<TlsEndpoint> endpoint(@Nullable URI address) {
        Path authorities = ca;
        return address == null || authorities == null || !isFor(address)
                ? Optional.empty()
                : Optional.of(endpoint(address, "--ca", authorities));
    }

    /**
     * The same with other authorities than those of {@code --ca}.
     *
     * @param flag where the file is named
     */
    public TlsEndpoint endpoint(URI address, String flag, Path authorities) {
        try {
            return TlsEndpoint.of(
                    new TlsEndpoint.Spec(
                            false,
                            own(authorities),
                            Trust.in(PemFiles.authorities(flag, authorities)),
                            TlsEndpoint.Verification.CHAIN,
                            subjects(address),
                            List.of("TLSv1.3", "TLSv1.2"),
                            "",
                            List.of(),
                            TlsSettings.Provider.AUTO),
                    InstantSource.system());
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
                        Optional.of(ca == null ? authorities : ca),
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
