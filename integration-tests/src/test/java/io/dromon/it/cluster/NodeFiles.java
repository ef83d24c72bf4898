package io.dromon.it.cluster;

import io.dromon.it.peers.TlsFiles;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The TLS files of one node, in a directory of its own. */
public record NodeFiles(Path directory) {
    public Path certificate() {
        return directory.resolve("tls.crt");
    }

    public Path key() {
        return directory.resolve("tls.key");
    }

    public Path authorities() {
        return directory.resolve("ca.crt");
    }

    public String options() {
        return "socket.ssl_cert=" + certificate() + ";socket.ssl_key=" + key() + ";socket.ssl_ca=" + authorities();
    }

    /** For programs that take the files by name. */
    public TlsFiles tlsFiles() {
        return new TlsFiles(key(), certificate(), Optional.of(authorities()));
    }

    /** A new key and certificate. */
    public X509Bundle issue(X509Bundle authority, String commonName) {
        X509Bundle bundle = TestPki.issue(TestPki.builder(commonName), authority);
        put(bundle);
        return bundle;
    }

    public void put(X509Bundle bundle) {
        write(key(), bundle.getPrivateKeyPEM());
        write(certificate(), bundle.getCertificatePEM());
    }

    public void trust(X509Bundle... authorities) {
        write(
                authorities(),
                Arrays.stream(authorities).map(X509Bundle::getCertificatePEM).collect(Collectors.joining("\n")));
    }

    /** As a careful operator writes: whole, and readable by the owner alone. */
    public static void write(Path file, String text) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(fresh, text);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
