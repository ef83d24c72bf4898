package io.dromon.it.held;

import io.dromon.node.rebootstrap.wire.StagedFile;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** What turns TLS on, for one node. */
record StagedTls(Map<String, String> options, Map<String, StagedFile> files) {
    private static final Map<String, String> ON = Map.of("socket.ssl", "YES");

    /** A certificate of that authority. */
    static StagedTls of(X509Bundle authority, String name) {
        return of(authority, TestPki.builder(name));
    }

    static StagedTls of(X509Bundle authority, CertificateBuilder certificate) {
        return of(authority, TestPki.issue(certificate, authority));
    }

    static StagedTls of(X509Bundle authority, X509Bundle own) {
        return new StagedTls(
                ON,
                Map.of(
                        "socket.ssl_cert", file("node.crt", own.getCertificatePEM()),
                        "socket.ssl_key", file("node.key", own.getPrivateKeyPEM()),
                        "socket.ssl_ca", file("ca.crt", authority.getCertificatePEM())));
    }

    /** With the file of another one. */
    StagedTls with(String option, StagedTls other) {
        Map<String, StagedFile> changed = new TreeMap<>(files);
        changed.put(option, other.files().getOrDefault(option, changed.get(option)));
        return new StagedTls(options, changed);
    }

    StagedTls without(String option) {
        Map<String, StagedFile> changed = new TreeMap<>(files);
        changed.remove(option);
        return new StagedTls(options, changed);
    }

    private static StagedFile file(String name, String pem) {
        return StagedFile.of(name, pem.getBytes(StandardCharsets.US_ASCII));
    }

    Map<String, String> names() {
        Map<String, String> names = new TreeMap<>();
        files.forEach((option, file) -> names.put(option, file.name()));
        return names;
    }
}
