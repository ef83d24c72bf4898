package io.dromon.it.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Keys and certificates made by the real openssl, with the commands of the manuals. */
public final class OpenSsl {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Path program = Peers.require("openssl");
    private final Path directory;

    /** Files go to {@code directory}. */
    public OpenSsl(Path directory) {
        this.directory = directory;
    }

    /** Galera's classic: one self-signed pair that all members share. */
    public TlsFiles sharedPair() {
        Path key = directory.resolve("key.pem");
        Path certificate = directory.resolve("cert.pem");
        run("req", "-new", "-x509", "-days", "365000", "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=g");
        return new TlsFiles(key, certificate, Optional.empty());
    }

    /** The serial number, in hexadecimal, of the certificate that a TLS 1.3 server shows to who has these files. */
    public String servedSerial(String hostPort, TlsFiles files) {
        String shown = PeerProcess.run(
                "openssl s_client",
                directory,
                List.of(
                        program.toString(),
                        "s_client",
                        "-connect",
                        hostPort,
                        "-tls1_3",
                        "-cert",
                        files.certificate().toString(),
                        "-key",
                        files.key().toString(),
                        "-CAfile",
                        files.authority().orElseThrow().toString(),
                        "-verify_return_error"),
                LIMIT);
        String serial = PeerProcess.run(
                "openssl x509",
                directory,
                List.of(program.toString(), "x509", "-noout", "-serial"),
                shown.substring(shown.indexOf("-----BEGIN")) + "\n",
                LIMIT);
        return new BigInteger(serial.substring(serial.indexOf('=') + 1), 16).toString(16);
    }

    /** A certification authority. */
    public Authority authority(String name) {
        Path key = directory.resolve(name + "-key.pem");
        Path certificate = directory.resolve(name + ".pem");
        run(
                "req",
                "-new",
                "-x509",
                "-days",
                "3650",
                "-nodes",
                "-keyout",
                key,
                "-out",
                certificate,
                "-subj",
                "/CN=" + name);
        return new Authority(key, certificate);
    }

    /** Signs a certificate for each member. */
    public final class Authority {
        private final Path key;
        private final Path certificate;

        private Authority(Path key, Path certificate) {
            this.key = key;
            this.certificate = certificate;
        }

        /** The pair of one member, trusting this authority. */
        public TlsFiles issue(String member) {
            Path memberKey = directory.resolve(member + "-key.pem");
            Path request = directory.resolve(member + ".csr");
            Path memberCertificate = directory.resolve(member + ".pem");
            Path extensions = directory.resolve(member + ".ext");
            write(
                    extensions,
                    "subjectAltName=DNS:" + member + ",IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n");
            run(
                    "req",
                    "-new",
                    "-newkey",
                    "rsa:2048",
                    "-nodes",
                    "-keyout",
                    memberKey,
                    "-out",
                    request,
                    "-subj",
                    "/CN=" + member);
            run(
                    "x509",
                    "-req",
                    "-in",
                    request,
                    "-CA",
                    certificate,
                    "-CAkey",
                    key,
                    "-CAcreateserial",
                    "-days",
                    "365",
                    "-extfile",
                    extensions,
                    "-out",
                    memberCertificate);
            return new TlsFiles(memberKey, memberCertificate, Optional.of(certificate));
        }
    }

    private void run(Object... arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        PeerProcess.run("openssl", directory, command, LIMIT);
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
