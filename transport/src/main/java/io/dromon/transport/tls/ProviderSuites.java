package io.dromon.transport.tls;

import io.netty.handler.ssl.OpenSsl;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/** The cipher suites that BoringSSL and the JDK have, against what a list asks for. */
final class ProviderSuites {
    private ProviderSuites() {}

    /** For log, status and errors. */
    static String name(boolean boringSsl) {
        return boringSsl ? "BoringSSL" : "the JDK";
    }

    /** IANA names. What the JDK's security settings disable is not among them. */
    private static Set<String> of(boolean boringSsl) throws TlsConfigException {
        if (boringSsl) {
            return OpenSsl.availableJavaCipherSuites();
        }
        try {
            return Set.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
        } catch (NoSuchAlgorithmException e) {
            throw new TlsConfigException("this JDK has no TLS", e);
        }
    }

    /** Why a provider cannot serve the list in TLS 1.2, without what to do; empty if it can. */
    static String obstacle(CipherList list, boolean boringSsl) throws TlsConfigException {
        List<String> missing = list.missing(of(boringSsl));
        return missing.isEmpty()
                ? ""
                : name(boringSsl) + " has no suite for "
                        + missing.stream().map(part -> "\"" + part + "\"").collect(Collectors.joining(", "));
    }

    /**
     * Names for a context's builder: the older ones that the list selects and the provider has, behind those of TLS 1.3.
     *
     * @param tls13 of TLS 1.3; BoringSSL takes all, whatever is named
     */
    static List<String> select(CipherList list, List<String> tls13, boolean boringSsl) throws TlsConfigException {
        List<String> older = list.tls12(of(boringSsl));
        if (older.isEmpty() && boringSsl) {
            return List.of(); // it has no way to name those of TLS 1.3, and offers all
        }
        List<String> names = new ArrayList<>(boringSsl || tls13.isEmpty() ? CipherList.TLS13 : tls13);
        names.addAll(older);
        return names;
    }
}
