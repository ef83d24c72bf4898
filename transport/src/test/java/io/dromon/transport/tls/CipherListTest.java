package io.dromon.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CipherListTest {
    private static final X509Bundle OWN = TestPki.selfSigned("own");

    @Test
    void namesKeepTheirOrder() throws Exception {
        assertThat(CipherList.parse("ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384"))
                .containsExactly("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
    }

    @Test
    void classesConditionsAndRemovals() throws Exception {
        List<String> ciphers = CipherList.parse("ECDHE+AESGCM:!aECDSA:-AES128");

        assertThat(ciphers).containsExactly("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
    }

    @Test
    void whatIsBannedDoesNotComeBack() throws Exception {
        assertThat(CipherList.parse("!AES128:HIGH:AES128-SHA"))
                .isNotEmpty()
                .noneMatch(name -> name.contains("AES_128"));
    }

    @Test
    void plusMovesToTheEnd() throws Exception {
        List<String> ciphers = CipherList.parse("AESGCM:+ECDHE");

        assertThat(ciphers.get(0)).startsWith("TLS_DHE_RSA");
        assertThat(ciphers.get(ciphers.size() - 1)).startsWith("TLS_ECDHE");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HIGH:!aNULL:!MD5",
                "DEFAULT",
                "ALL:!EXP:!LOW",
                "kEECDH+AESGCM kEDH+AESGCM",
                "HIGH:@STRENGTH",
                "EECDH:!3DES,!RC4"
            })
    void listsOfManualsAreUnderstoodByBothProviders(String list) throws Exception {
        assertThat(CipherList.parse(list)).isNotEmpty();
        for (TlsSettings.Provider provider : List.of(TlsSettings.Provider.BORINGSSL, TlsSettings.Provider.JDK)) {
            try (TlsContexts contexts = TestPki.contexts(provider, list, TestPki.generation(OWN))) {
                assertThat(contexts.warnings()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"AES128-SHA:NONSENSE", "HIGH:!NONSENSE", "ECDHE+NONSENSE", "@NONSENSE"})
    void unknownPartIsNamed(String list) {
        assertThatThrownBy(() -> CipherList.parse(list))
                .isInstanceOf(TlsConfigException.class)
                .hasMessageContaining("NONSENSE")
                .hasMessageContaining("socket.ssl_cipher");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RC4", "!ALL", "aNULL", "HIGH:!HIGH"})
    void listThatSelectsNothingIsAnError(String list) {
        assertThatThrownBy(() -> CipherList.parse(list))
                .isInstanceOf(TlsConfigException.class)
                .hasMessageContaining("no TLS 1.2 cipher suite");
    }

    @Test
    void suitesOfTls13CanBeNamed() throws Exception {
        assertThat(CipherList.tls13("TLS_AES_256_GCM_SHA384:HIGH")).containsExactly("TLS_AES_256_GCM_SHA384");
        assertThat(CipherList.tls13("HIGH")).isEmpty();
        assertThat(CipherList.parse("TLS_AES_256_GCM_SHA384")).isEmpty();
        assertThat(CipherList.parse("TLS_AES_256_GCM_SHA384:ECDHE-RSA-AES128-GCM-SHA256"))
                .containsExactly("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
        assertThatThrownBy(() -> CipherList.parse("TLS_AES_128_CCM_SHA256"))
                .isInstanceOf(TlsConfigException.class)
                .hasMessageContaining("TLS_AES_128_CCM_SHA256")
                .hasMessageContaining("TLS_CHACHA20_POLY1305_SHA256");
    }

    private static TlsContexts contexts(
            TlsSettings.Provider provider, String list, TlsGeneration generation, String... protocols) {
        TlsSettings settings =
                new TlsSettings(Path.of("-"), Path.of("-"), Optional.empty(), Optional.empty(), list, provider);
        return TestPki.contexts(settings.withProtocols(protocols), generation);
    }

    @Test
    void namedSuitesOfTls13AreTheOnlyOnesOrRefused() {
        String one = "TLS_AES_256_GCM_SHA384";
        TlsGeneration generation = TestPki.generation(OWN);

        assertThatThrownBy(() -> contexts(TlsSettings.Provider.BORINGSSL, one, generation, "TLSv1.3"))
                .hasMessageContaining("BoringSSL always offers all three")
                .hasMessageContaining("tls.provider=auto or jdk");
        try (TlsContexts contexts = contexts(TlsSettings.Provider.AUTO, one, generation, "TLSv1.3")) {
            assertThat(contexts.provider()).isEqualTo("JDK");
            assertThat(contexts.warnings()).singleElement().asString().contains("the JDK's TLS is used instead");
            javax.net.ssl.SSLEngine engine = contexts.clientHandler(io.netty.buffer.UnpooledByteBufAllocator.DEFAULT)
                    .engine();
            assertThat(engine.getEnabledCipherSuites()).containsExactly(one);
            assertThat(engine.getEnabledProtocols()).containsExactly("TLSv1.3");
        }
    }

    @ParameterizedTest
    @EnumSource(value = TlsSettings.Provider.class, names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void aVersionThatIsLeftWithoutASuiteIsAnError(TlsSettings.Provider provider) {
        TlsGeneration elliptic = TestPki.generation(OWN);
        TlsGeneration rsa = TestPki.generation(
                TestPki.make(TestPki.builder("rsa").rsa2048().setIsCertificateAuthority(true), null));
        String all13 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

        for (String[] protocols : new String[][] {{"TLSv1.2"}, {"TLSv1.3", "TLSv1.2"}}) {
            assertThatThrownBy(() -> contexts(provider, all13, elliptic, protocols))
                    .hasMessageContaining("socket.ssl_cipher: \"" + all13)
                    .hasMessageContaining(
                            "leaves none for TLS 1.2, which tls.protocols=" + String.join(",", protocols) + " allows");
            assertThatThrownBy(() -> contexts(provider, "ECDHE-RSA-AES128-GCM-SHA256", elliptic, protocols))
                    .hasMessageContaining("with the EC key of socket.ssl_cert")
                    .hasMessageContaining("ECDHE-RSA-AES128-GCM-SHA256");
            assertThatThrownBy(() -> contexts(provider, "HIGH:!aRSA", rsa, protocols))
                    .hasMessageContaining("with the RSA key of socket.ssl_cert");
        }
        assertThatThrownBy(() -> contexts(provider, "RC4-SHA:RC4", elliptic, "TLSv1.2"))
                .hasMessageContaining("RC4-SHA");
        contexts(provider, "HIGH:!aRSA", rsa, "TLSv1.3").close();
        contexts(provider, "HIGH:!aECDSA", rsa, "TLSv1.2").close();
        contexts(provider, all13, rsa, "TLSv1.3").close();
    }

    @Test
    void suiteThatTheProviderLacksIsAWarningOrAnError() {
        try (TlsContexts contexts = TestPki.contexts(
                TlsSettings.Provider.BORINGSSL,
                "ECDHE-ECDSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256",
                TestPki.generation(OWN))) {
            assertThat(contexts.warnings()).singleElement().asString().contains("DHE-RSA-AES128-GCM-SHA256");
        }
        assertThatThrownBy(() -> TestPki.contexts(
                        TlsSettings.Provider.BORINGSSL, "DHE-RSA-AES128-GCM-SHA256", TestPki.generation(OWN)))
                .hasMessageContaining("BoringSSL has none")
                .hasMessageContaining("DHE-RSA-AES128-GCM-SHA256");
    }
}
