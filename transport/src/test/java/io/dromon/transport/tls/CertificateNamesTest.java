package io.dromon.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.testpki.TestPki;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificateNamesTest {
    @ParameterizedTest
    @CsvSource({
        "DNS:n1.db.example.org, DNS:n1.db.example.org, true",
        "DNS:n1.db.example.org, DNS:n1.db.example.org., true",
        "DNS:*.db.example.org, DNS:n1.db.example.org, true",
        "DNS:*.db.example.org, DNS:*.db.example.org, true",
        "DNS:*.db.example.org, DNS:a.n1.db.example.org, false",
        "DNS:*.db.example.org, DNS:db.example.org, false",
        "DNS:*.db.example.org, DNS:.db.example.org, false",
        "DNS:n1.db.example.org, DNS:*.db.example.org, true",
        "DNS:n1.db.example.org, DNS:n*.db.example.org, false",
        "DNS:n1.db.example.org, DNS:*.*.example.org, false",
        "DNS:n1.db.example.org, DNS:*, false",
        "DNS:n1.org, DNS:*.org, false",
        "DNS:*.nodes, DNS:n1.nodes, true",
        "DNS:*.db.example.org, DNS:*.a.db.example.org, false",
        "DNS:n1.example.org, URI:n1.example.org, false",
        "IP:10.0.0.5, IP:10.0.0.5, true",
        "IP:10.0.0.5, IP:10.0.0.6, false",
        "IP:0:0:0:0:0:0:0:1, IP:::1, true",
        "IP:10.0.0.5, DNS:10.0.0.5, false",
        "URI:spiffe://example.org/n, URI:spiffe://example.org/n, true",
        "URI:spiffe://example.org/n, URI:spiffe://example.org/N, false",
        "URI:spiffe://example.org/n, URI:spiffe://example.org/n2, false",
    })
    void namesMatchAsRfc6125Says(String wanted, String presented, boolean match) {
        assertThat(CertificateNames.matches(wanted, presented)).isEqualTo(match);
    }

    @Test
    void readsEveryValueOfASubjectAsItIs() {
        CertificateNames names = CertificateNames.of(TestPki.issue(
                        TestPki.builder("x")
                                .subject("CN=a\\, b+OU=one, OU=two\\00nodes, O=\"Acme, Inc.\", O=other, C=DE")
                                .addSanDnsName("N1.Example.org")
                                .addSanIpAddress("10.0.0.5")
                                .addSanIpAddress("::1")
                                .addSanRfc822Name("a@b.org"),
                        TestPki.ca("CA"))
                .getCertificate());

        assertThat(names.commonNames()).containsExactly("a, b");
        assertThat(names.units()).containsExactlyInAnyOrder("one", "two\0nodes");
        assertThat(names.organisations()).containsExactlyInAnyOrder("Acme, Inc.", "other");
        assertThat(names.alternativeNames()).hasSize(3).contains("DNS:n1.example.org", "IP:10.0.0.5");
        assertThat(names.matching("IP:::1")).isNotNull();
        assertThat(names.fingerprint()).matches("[0-9a-f]{64}");
    }

    @Test
    void aSubjectWithoutNamesNamesNobody() {
        CertificateNames names =
                CertificateNames.of(TestPki.issue(TestPki.builder("x").subject("C=DE"), TestPki.ca("CA"))
                        .getCertificate());

        assertThat(names.commonNames()).isEmpty();
        assertThat(names.units()).isEmpty();
        assertThat(names.alternativeNames()).isEmpty();
    }
}
