package io.dromon.node.cli.pki;

import io.dromon.transport.tls.TlsSettings;
import picocli.CommandLine.Option;

/** The TLS of the nodes that a certificate is for. */
final class TlsProviderOptions {
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
