package io.dromon.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.pem.Authority;
import io.dromon.transport.tls.pem.KeyKind;
import io.dromon.transport.tls.pem.Subject;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of a node's key is what the peers' TLS will decide. */
@Tag("unit")
class OwnKeyTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Authority CA = Authority.create(KeyKind.EC.generate(), named("CA"), DAY);

    private static Subject named(String name) {
        return new Subject(name, Optional.empty(), List.of(), List.of());
    }

    /** @param kind a curve, or an algorithm and the bits of the key behind a space */
    private static TlsContexts contexts(TlsSettings.Provider provider, String kind) throws GeneralSecurityException {
        String[] parts = kind.split(" ", -1);
        boolean curve = kind.startsWith("secp");
        KeyPairGenerator generator = KeyPairGenerator.getInstance(curve ? "EC" : parts[0]);
        if (curve) {
            generator.initialize(new ECGenParameterSpec(kind));
        } else if (parts.length > 1) {
            generator.initialize(Integer.parseInt(parts[1]));
        }
        KeyPair key = generator.generateKeyPair();
        return TestPki.contexts(
                provider,
                "",
                new TlsGeneration(
                        1,
                        key.getPrivate(),
                        List.of(CA.issue(key.getPublic(), named("n"), DAY)),
                        List.of(CA.certificate())));
    }

    @ParameterizedTest
    @CsvSource({"secp521r1, EC P-521", "Ed25519, Ed25519", "Ed448, Ed448"})
    void aKindThatBoringSslRefusesNeedsTheJdkOnAllNodes(String key, String kind) throws Exception {
        try (TlsContexts alone = contexts(TlsSettings.Provider.JDK, key);
                TlsContexts chosen = contexts(TlsSettings.Provider.AUTO, key)) {
            assertThat(alone.refusals()).isEmpty();
            assertThat(alone.warnings()).isEmpty();
            assertThat(chosen.provider()).isEqualTo("JDK");
            assertThat(chosen.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("socket.ssl_key: its kind is " + kind + ", which BoringSSL takes from no node");
            assertThat(chosen.refusals())
                    .singleElement()
                    .asString()
                    .startsWith("socket.ssl_cert: its key is " + kind + ": every Dromon node with a key of another kind"
                            + " uses BoringSSL and will refuse it; make a new pair (EC P-256)");
        }
        assertThatThrownBy(() -> contexts(TlsSettings.Provider.BORINGSSL, key))
                .hasMessageContaining("its kind is " + kind);
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "secp384r1", "RSA 2048", "RSA 3072"})
    void otherKindsAreTakenByBoth(String key) throws Exception {
        try (TlsContexts chosen = contexts(TlsSettings.Provider.AUTO, key)) {
            assertThat(chosen.provider()).isEqualTo("BoringSSL");
            assertThat(chosen.refusals()).isEmpty();
            assertThat(chosen.warnings()).isEmpty();
        }
    }
}
