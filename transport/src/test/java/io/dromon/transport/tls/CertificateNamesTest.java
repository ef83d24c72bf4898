package io.dromon.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERT61String;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.DERUniversalString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("unit")
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
        "URI:spiffe://acme/db/*, URI:spiffe://acme/db/n1, true",
        "URI:spiffe://acme/db/*, URI:spiffe://acme/db/east/n1, true",
        "URI:spiffe://acme/*, URI:spiffe://acme/db, true",
        "URI:spiffe://acme/db/*, URI:spiffe://acme/db, false",
        "URI:spiffe://acme/db/*, URI:spiffe://acme/db/, false",
        "URI:spiffe://acme/db/*, URI:spiffe://acme/dbx/n1, false",
        "URI:spiffe://acme/db/*, URI:spiffe://other/db/n1, false",
        "URI:spiffe://acme/db/*, URI:spiffe://acme/db/../web/n1, false",
        "URI:spiffe://acme/db/*, URI:spiffe://acme/db/n1/.., false",
        "URI:spiffe://acme/db/*, URI:spiffe://acme/db/./n1, false",
        "URI:spiffe://acme/db/*, URI:spiffe://acme/db//n1, false",
        "URI:spiffe://acme/db/*, URI:spiffe://acme/db/%2e%2e/web, false",
        "URI:spiffe://acme/db/*, URI:spiffe://acme/db/n1?x=1, false",
        "URI:spiffe://acme/db/*, URI:spiffe://acme/db/n1#x, false",
        "URI:spiffe://acme/db/*, DNS:spiffe://acme/db/n1, false",
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

    private static CertificateNames named(ASN1Encodable commonName) throws Exception {
        return CertificateNames.of(certificate(commonName));
    }

    private static X509Certificate certificate(ASN1Encodable commonName) throws Exception {
        X509Bundle key = TestPki.selfSigned("key");
        X500Name subject = new X500NameBuilder().addRDN(BCStyle.CN, commonName).build();
        return new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(
                                subject,
                                BigInteger.ONE,
                                Date.from(Instant.now()),
                                Date.from(Instant.now()),
                                subject,
                                key.getKeyPair().getPublic())
                        .build(new JcaContentSignerBuilder("SHA256withECDSA")
                                .build(key.getKeyPair().getPrivate())));
    }

    @Test
    void readsEachTypeOfStringAsItSays() throws Exception {
        // Each character is two letters of ASCII to a reader that takes bytes for characters.
        String wide = new String("db-nodes".getBytes(StandardCharsets.US_ASCII), StandardCharsets.UTF_16BE);
        assertThat(wide).hasSize(4);

        assertThat(named(new DERBMPString(wide)).commonNames()).containsExactly(wide);
        assertThat(named(new DERBMPString("db-nodes")).commonNames()).containsExactly("db-nodes");
        assertThat(named(new DERUniversalString("db-nodes".getBytes(Charset.forName("UTF-32BE"))))
                        .commonNames())
                .containsExactly("db-nodes");
        assertThat(named(new DERT61String("db-nodes")).commonNames()).containsExactly("db-nodes");
        assertThat(named(new DERPrintableString("db-nodes")).commonNames()).containsExactly("db-nodes");
        assertThat(named(new DERIA5String("db-nodes")).commonNames()).containsExactly("db-nodes");
        assertThat(named(new DERUTF8String("b\u00fccher")).commonNames()).containsExactly("b\u00fccher");
    }

    @Test
    void takesNoNameThatCannotBeReadForSure() throws Exception {
        assertThat(named(new DERUniversalString("db-nodes".getBytes(StandardCharsets.US_ASCII)))
                        .commonNames())
                .isEmpty();
        assertThat(named(new DERT61String("b\u00fccher")).commonNames()).isEmpty();
        assertThat(named(new DEROctetString("db-nodes".getBytes(StandardCharsets.US_ASCII)))
                        .commonNames())
                .doesNotContain("db-nodes");
    }

    @Test
    void saysOfASubjectThatCannotBeReadThatItIsThat() throws Exception {
        X509Certificate unreadable = certificate(new DERT61String("b\u00fccher"));
        X509Certificate other = certificate(new DERUTF8String("b\u00fccher"));
        PeerSettings.Names wanted = new PeerSettings.Names(List.of(), List.of("db-nodes"), List.of(), List.of());
        PeerPolicy policy = new PeerPolicy(
                new PeerSettings(true, wanted, Map.of(), Optional.empty(), Optional.empty()),
                Trust.in(List.of(unreadable, other)));

        assertThatThrownBy(() -> policy.admit(List.of(unreadable)))
                .hasMessageContaining("its subject matches no rule, since one of its texts cannot be read for sure");
        assertThatThrownBy(() -> policy.admit(List.of(other))).hasMessageNotContaining("matches no rule, since");
    }
}
