package io.dromon.transport.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** The one key of a node, whatever the peer says that it would like. */
final class NodeKey extends X509ExtendedKeyManager {
    private static final String ALIAS = "node";
    private final TlsGeneration generation;
    private final boolean openSsl;

    NodeKey(TlsGeneration generation, boolean openSsl) {
        this.generation = generation;
        this.openSsl = openSsl;
    }

    private @Nullable String alias(String... keyTypes) {
        String own = generation.certificate().getPublicKey().getAlgorithm();
        for (String type : keyTypes) {
            // The JDK asks type by type and builds its answer on it; BoringSSL looks at the key itself.
            if (openSsl || type.equals(own) || type.startsWith(own + "_") || type.endsWith("_" + own)) {
                return ALIAS;
            }
        }
        return null;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(String[] keyType, Principal[] issuers, SSLEngine engine) {
        return alias(keyType);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        Sessions.forget(engine, openSsl); // a server that asks for no certificate has no other occasion
        return alias(keyType);
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
        return alias(keyType);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return alias(keyType);
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return generation.chain().toArray(new X509Certificate[0]);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return generation.key();
    }
}
