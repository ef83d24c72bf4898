package io.dromon.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
    void tls13SuiteIsAnErrorThatSaysWhy() {
        assertThatThrownBy(() -> CipherList.parse("TLS_AES_128_GCM_SHA256"))
                .isInstanceOf(TlsConfigException.class)
                .hasMessageContaining("TLS 1.3");
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
