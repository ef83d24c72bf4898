package io.dromon.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class CipherListTest {
    private static final X509Bundle OWN = TestPki.selfSigned("own");
    private static final X509Bundle RSA =
            TestPki.make(TestPki.builder("rsa").rsa2048().setIsCertificateAuthority(true), null);

    private static List<String> parse(String list) throws TlsConfigException {
        return CipherList.of(list).tls12();
    }

    private static List<String> tls13(String list) throws TlsConfigException {
        return CipherList.of(list).tls13();
    }

    /** What the real openssl makes of a list, of the suites that Dromon offers. */
    private static List<String> openSsl(String list) throws Exception {
        Process openssl;
        try {
            openssl = new ProcessBuilder("openssl", "ciphers", list + ":@SECLEVEL=0")
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            Assumptions.abort("openssl is not installed: " + e.getMessage());
            throw e;
        }
        String printed = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(openssl.waitFor()).as(printed).isZero();
        List<String> offered =
                parse("ALL").stream().map(CipherList::openSslName).toList();
        return List.of(printed.trim().split(":", -1)).stream()
                .filter(offered::contains)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // every keyword that openssl-ciphers(1) lists and that selects something
                "DEFAULT",
                "ALL",
                "HIGH",
                "kRSA",
                "aRSA",
                "RSA",
                "kDHE",
                "kEDH",
                "DH",
                "DHE",
                "EDH",
                "kEECDH",
                "kECDHE",
                "ECDH",
                "ECDHE",
                "EECDH",
                "aECDSA",
                "ECDSA",
                "TLSv1.2",
                "TLSv1.0",
                "TLSv1",
                "SSLv3",
                "AES128",
                "AES256",
                "AES",
                "AESGCM",
                "CHACHA20",
                "CBC",
                "SHA1",
                "SHA",
                "SHA256",
                "SHA384",
                "FIPS",
                // and excluded
                "ALL:!ECDH",
                "ALL:!DH",
                "ALL:!SSLv3",
                "HIGH:!TLSv1",
                "ALL:-TLSv1.2",
                "ALL:!CBC",
                "ALL:!kRSA:!SHA384",
                "ALL:!COMPLEMENTOFDEFAULT",
                "ALL:!FIPS",
                "ALL:!aRSA",
                "ALL:!aNULL:!eNULL:!MD5:!3DES:!RC4:!DSS:!PSK:!SRP",
                // lists of manuals and of users
                "HIGH:!aNULL",
                "AES128-SHA",
                "AES128-SHA256",
                "DHE-RSA-AES256-SHA",
                "kEECDH+AESGCM kEDH+AESGCM",
                "EECDH+AESGCM:EDH+AESGCM",
                "ALL:!EXP:!LOW",
                "EECDH:!3DES,!RC4",
                "ECDHE+AESGCM:AES256-SHA",
                "ECDH+AESGCM:DH+AESGCM:ECDH+AES256:DH+AES256:ECDH+AES128:DH+AES:RSA+AESGCM:RSA+AES:!aNULL:!MD5:!DSS",
                "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-SHA:AES128-SHA:!aNULL:!eNULL:!EXPORT:!DES:!RC4:!MD5:!PSK"
                        + ":!aECDH:!EDH-DSS-DES-CBC3-SHA:!EDH-RSA-DES-CBC3-SHA:!KRB5-DES-CBC3-SHA",
                "AESGCM:+ECDHE:+AES128",
                "HIGH:-AES128:AES128-SHA:+kRSA:@STRENGTH",
                "HIGH:!aNULL:!kRSA:!SHA1:!CAMELLIA"
            })
    void listsMeanWhatOpenSslMakesOfThem(String list) throws Exception {
        assertThat(parse(list).stream().map(CipherList::openSslName)).containsExactlyElementsOf(openSsl(list));
    }

    @Test
    void namesKeepTheirOrder() throws Exception {
        assertThat(parse("ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384"))
                .containsExactly("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
    }

    @Test
    void classesConditionsAndRemovals() throws Exception {
        List<String> ciphers = parse("ECDHE+AESGCM:!aECDSA:-AES128");

        assertThat(ciphers).containsExactly("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
    }

    @Test
    void whatIsBannedDoesNotComeBack() throws Exception {
        assertThat(parse("!AES128:HIGH:AES128-SHA")).isNotEmpty().noneMatch(name -> name.contains("AES_128"));
    }

    @Test
    void plusMovesToTheEnd() throws Exception {
        List<String> ciphers = parse("AESGCM:+ECDHE");

        assertThat(ciphers.get(0)).startsWith("TLS_DHE_RSA");
        assertThat(ciphers.get(ciphers.size() - 1)).startsWith("TLS_ECDHE");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HIGH:!aNULL:!MD5",
                "DEFAULT",
                "ALL:!EXP:!LOW:!DES-CBC3-SHA",
                "kEECDH+AESGCM",
                "HIGH:@STRENGTH",
                "HIGH:@SECLEVEL=2",
                "EECDH:!3DES,!RC4"
            })
    void listsOfManualsAreUnderstoodByBothProviders(String list) throws Exception {
        assertThat(parse(list)).isNotEmpty();
        for (TlsSettings.Provider provider : List.of(TlsSettings.Provider.BORINGSSL, TlsSettings.Provider.JDK)) {
            try (TlsContexts contexts = TestPki.contexts(provider, list, TestPki.generation(OWN))) {
                assertThat(contexts.warnings()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AES128-SHA:NONSENSE",
                "HIGH:!NONSENSE",
                "ECDHE+NONSENSE",
                "@NONSENSE",
                "HIGH:-AES128-NONSENSE",
                "HIGH:TLS_NONSENSE"
            })
    void unknownPartIsNamed(String list) {
        assertThatThrownBy(() -> parse(list))
                .isInstanceOf(TlsConfigException.class)
                .hasMessageContaining("NONSENSE\"")
                .hasMessageContaining("socket.ssl_cipher: unknown part");
    }

    @Test
    void aMistypedWordIsToldTheRightOne() {
        assertThatThrownBy(() -> parse("high:!anull"))
                .hasMessageContaining("unknown part \"high\"; HIGH is meant?")
                .hasMessageContaining("unknown part \"!anull\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RC4",
                "aNULL",
                "eNULL",
                "MEDIUM",
                "3DES",
                "DES-CBC3-SHA",
                "RC4-MD5",
                "CAMELLIA256-SHA",
                "ADH-AES128-SHA",
                "ECDHE-RSA-DES-CBC3-SHA",
                "ECDHE-ECDSA-AES128-CCM8",
                "PSK-AES128-CBC-SHA",
                "DHE-DSS-AES128-SHA",
                "ECDHE+RSA",
                "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
                "NULL-SHA256",
                "EXP-RC4-MD5"
            })
    void aPartThatGivesNothingIsNamedWhateverElseIsInTheList(String part) {
        assertThatThrownBy(() -> parse("HIGH:" + part + ":!MD5"))
                .isInstanceOf(TlsConfigException.class)
                .hasMessageContaining("\"" + part + "\" selects no suite that Dromon offers")
                .hasMessageContaining("remove this part");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"!RC4", "-DES-CBC3-SHA", "+LOW", "!TLS_RSA_WITH_RC4_128_SHA", "!NULL-MD5", "!ADH-AES128-SHA"})
    void whatIsNotThereAnywayCanBeExcluded(String part) throws Exception {
        assertThat(parse("HIGH:" + part)).isEqualTo(parse("HIGH"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"!ALL", "HIGH:!HIGH", "@STRENGTH", ":"})
    void listThatSelectsNothingIsAnError(String list) {
        assertThatThrownBy(() -> parse(list))
                .isInstanceOf(TlsConfigException.class)
                .hasMessageContaining("no TLS 1.2 cipher suite");
    }

    @Test
    void aSecurityLevelThatIsNotInForceIsRefused() throws Exception {
        for (int level = 0; level <= 2; level++) {
            assertThat(parse("HIGH:@SECLEVEL=" + level)).isEqualTo(parse("HIGH"));
        }
        for (int level = 3; level <= 5; level++) {
            String part = "@SECLEVEL=" + level;
            assertThatThrownBy(() -> parse("HIGH:" + part)).hasMessageContaining("\"" + part + "\" cannot be had");
        }
    }

    @Test
    void suitesOfTls13CanBeNamed() throws Exception {
        assertThat(tls13("TLS_AES_256_GCM_SHA384:HIGH")).containsExactly("TLS_AES_256_GCM_SHA384");
        assertThat(tls13("HIGH")).isEmpty();
        assertThat(parse("TLS_AES_256_GCM_SHA384")).isEmpty();
        assertThat(parse("TLS_AES_256_GCM_SHA384:ECDHE-RSA-AES128-GCM-SHA256"))
                .containsExactly("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
        assertThatThrownBy(() -> parse("HIGH:TLS_AES_128_CCM_SHA256"))
                .isInstanceOf(TlsConfigException.class)
                .hasMessageContaining("\"TLS_AES_128_CCM_SHA256\" selects no suite");
        assertThatThrownBy(() -> parse("HIGH:!TLS_AES_128_GCM_SHA256"))
                .isInstanceOf(TlsConfigException.class)
                .hasMessageContaining("\"!TLS_AES_128_GCM_SHA256\": suites of TLS 1.3 stand without a prefix");
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
        contexts(provider, "HIGH:!aRSA", rsa, "TLSv1.3").close();
        contexts(provider, "HIGH:!aECDSA", rsa, "TLSv1.2").close();
        contexts(provider, all13, rsa, "TLSv1.3").close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"DHE-RSA-AES256-SHA", "DHE-RSA-AES128-SHA256", "ECDHE-RSA-AES256-SHA384", "EDH+AESGCM"})
    void aPartThatBoringSslLacksIsServedByTheJdkOrRefusedByName(String part) {
        String list = "ECDHE-RSA-AES128-GCM-SHA256:" + part;
        TlsGeneration generation = TestPki.generation(RSA);

        assertThatThrownBy(() -> TestPki.contexts(TlsSettings.Provider.BORINGSSL, list, generation))
                .hasMessageContaining(
                        "socket.ssl_cipher: BoringSSL has no suite for \"" + part + "\"; set tls.provider=");
        for (TlsSettings.Provider provider : List.of(TlsSettings.Provider.AUTO, TlsSettings.Provider.JDK)) {
            try (TlsContexts contexts = TestPki.contexts(provider, list, generation)) {
                assertThat(contexts.provider()).isEqualTo("JDK");
                assertThat(contexts.warnings().toString())
                        .isEqualTo(
                                provider == TlsSettings.Provider.JDK
                                        ? "[]"
                                        : "[socket.ssl_cipher: BoringSSL has no suite for \"" + part
                                                + "\"; the JDK's TLS is used instead, which is slower]");
                assertThat(List.of(contexts.serverEngine().getEnabledCipherSuites()))
                        .contains("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
                        .hasSizeGreaterThanOrEqualTo(CipherList.TLS13.size() + 2);
            }
        }
    }

    @Test
    void partsOfAVersionThatIsNotAllowedAreToldAndChangeNothing() {
        TlsGeneration generation = TestPki.generation(RSA);
        String list = "TLS_AES_256_GCM_SHA384:HIGH";

        try (TlsContexts contexts = contexts(TlsSettings.Provider.AUTO, list, generation, "TLSv1.2")) {
            assertThat(contexts.provider()).isEqualTo("BoringSSL");
            assertThat(contexts.warnings())
                    .singleElement()
                    .asString()
                    .contains("TLS_AES_256_GCM_SHA384: ignored, tls.protocols=TLSv1.2 does not allow TLS 1.3");
        }
        try (TlsContexts contexts =
                contexts(TlsSettings.Provider.AUTO, "HIGH:DHE-RSA-AES256-SHA", generation, "TLSv1.3")) {
            assertThat(contexts.provider()).isEqualTo("BoringSSL");
            assertThat(contexts.warnings())
                    .singleElement()
                    .asString()
                    .contains("says of TLS 1.2 is ignored, tls.protocols=TLSv1.3 does not allow it");
        }
    }

    @Test
    void whatNeitherProviderHasIsNamedForBoth() throws Exception {
        CipherList list = CipherList.of("ECDHE+AESGCM:DHE:AES128-SHA");

        assertThat(list.missing(Set.of("TLS_RSA_WITH_AES_128_CBC_SHA"))).containsExactly("ECDHE+AESGCM", "DHE");
        assertThat(CipherList.of("DHE:HIGH:!DHE").missing(Set.copyOf(parse("ECDHE"))))
                .isEmpty();
    }
}
