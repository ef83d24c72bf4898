package io.dromon.transport.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("unit")
class PeerIdentityTest {
    private static final X509Bundle CA = TestPki.ca("Cluster CA");

    /** Another key each time. */
    private static PeerIdentity identity(String subject, @Nullable String names) {
        CertificateBuilder builder = TestPki.builder("any").subject(subject);
        for (String name : names == null ? new String[0] : names.split("\\|", -1)) {
            builder.addSanDnsName(name);
        }
        return PeerIdentity.of(TestPki.issue(builder, CA).getCertificate());
    }

    @ParameterizedTest
    @CsvSource({
        "CN=n1, , CN=n1, , true",
        "CN=n1, , 'CN=N1', , true",
        "CN=n1, , CN=n2, , false",
        "'CN=n1,O=Acme', , CN=n1, , false",
        "CN=n1, n1.acme, CN=n1, n1.acme, true",
        "CN=n1, , CN=n1, n1.acme, true",
        "CN=n1, n1.acme, CN=n1, n1.acme|n1.other, true",
        "O=Acme, db.acme|n1.acme, O=Acme, db.acme|n2.acme, false",
        "O=Acme, n1.acme, O=Acme, n2.acme, false",
        "CN=n1, n1.acme, CN=n2, n1.acme, false",
    })
    void isTheNamesInTheCertificate(
            String subject, String names, String otherSubject, String otherNames, boolean same) {
        PeerIdentity one = identity(subject, names);
        PeerIdentity other = identity(otherSubject, otherNames);

        assertThat(one.isSameAs(other)).isEqualTo(same);
        assertThat(other.isSameAs(one)).isEqualTo(same);
    }

    @Test
    void isTheKeyWhateverTheNames() {
        X509Bundle first = TestPki.selfSigned("n1");
        PeerIdentity renamed =
                PeerIdentity.of(TestPki.issue(TestPki.builder("n2").keyPair(first.getKeyPair()), CA)
                        .getCertificate());

        assertThat(renamed.isSameAs(PeerIdentity.of(first.getCertificate()))).isTrue();
    }

    @Test
    void isNeverGivenUpForPlainText() {
        Optional<PeerIdentity> proven = Optional.of(identity("CN=n1", null));

        assertThat(PeerIdentity.mayFollow(Optional.empty(), proven)).isFalse();
        assertThat(PeerIdentity.mayFollow(proven, Optional.empty())).isTrue();
        assertThat(PeerIdentity.mayFollow(Optional.empty(), Optional.empty())).isTrue();
    }

    @Test
    void showsNothingThatCouldChangeALog() {
        assertThat(identity("CN=a\u202eb", null)).asString().doesNotContain("\u202e");
    }
}
