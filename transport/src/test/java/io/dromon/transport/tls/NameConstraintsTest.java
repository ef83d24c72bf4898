package io.dromon.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 5280, section 4.2.1.10: the names that an authority may sign, its own certificate being trusted or sent. */
@Tag("unit")
class NameConstraintsTest {
    private static final X509Bundle ROOT = TestPki.ca("Root");

    private static CertificateBuilder constrained(String permitted, String excluded) {
        try {
            return TestPki.builder("Narrow")
                    .setIsCertificateAuthority(true)
                    .addExtensionOctetString(
                            Extension.nameConstraints.getId(),
                            true,
                            new NameConstraints(subtrees(permitted), subtrees(excluded)).getEncoded());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GeneralSubtree @org.jspecify.annotations.Nullable [] subtrees(String name) {
        return name.equals("-") ? null : new GeneralSubtree[] {new GeneralSubtree(general(name))};
    }

    private static GeneralName general(String name) {
        String value = name.substring(name.indexOf(':') + 1);
        return switch (name.substring(0, name.indexOf(':'))) {
            case "DNS" -> new GeneralName(GeneralName.dNSName, value);
            case "IP" -> new GeneralName(GeneralName.iPAddress, value);
            case "URI" -> new GeneralName(GeneralName.uniformResourceIdentifier, value);
            case "RID" -> new GeneralName(GeneralName.registeredID, value);
            case "email" -> new GeneralName(GeneralName.rfc822Name, value);
            default -> new GeneralName(new org.bouncycastle.asn1.x500.X500Name(value));
        };
    }

    private static CertificateBuilder node(String subject, String san) throws URISyntaxException {
        CertificateBuilder builder = TestPki.builder("x").subject(subject);
        if (!san.equals("-")) {
            String value = san.substring(san.indexOf(':') + 1);
            if (san.startsWith("DNS")) {
                builder.addSanDnsName(value);
            } else if (san.startsWith("IP")) {
                builder.addSanIpAddress(value);
            } else {
                builder.addSanUriName(value);
            }
        }
        return builder;
    }

    private static List<X509Certificate> accepted(List<X509Certificate> presented, X509Certificate anchor)
            throws Refused {
        return CertificateRules.check(presented, Trust.in(List.of(anchor)), Role.CLIENT, Instant.now());
    }

    @ParameterizedTest
    @CsvSource({
        // what is permitted, what is excluded, subject, alternative name
        "DNS:example.org, -, CN=node1, -",
        "DNS:example.org, -, CN=n, DNS:n.example.org",
        "DNS:example.org, -, CN=n, DNS:example.org",
        "DNS:example.org, -, CN=n, IP:10.0.0.1",
        "DNS:example.org, -, CN=n.example.org, -",
        "DNS:example.org, -, CN=n.example.com, DNS:n.example.org",
        "-, DNS:example.com, CN=n, DNS:n.example.org",
        "IP:10.0.0.0/8, -, CN=n, IP:10.1.2.3",
        "dir:O=Acme, -, 'CN=n,O=Acme', -",
        "email:example.org, -, 'CN=n', -",
        "URI:.example.org, -, CN=n, URI:spiffe://a.example.org/n",
        "RID:1.2.3, -, CN=n, DNS:n.example.org",
        "-, RID:1.2.3, CN=n, DNS:n.example.org"
    })
    void aNameWithinIsAcceptedAndAFormThatIsNotThereRestrictsNothing(
            String permitted, String excluded, String subject, String san) throws Exception {
        X509Bundle sent = TestPki.issue(constrained(permitted, excluded), ROOT);
        X509Bundle trusted = TestPki.make(constrained(permitted, excluded), null);
        X509Bundle below = TestPki.issue(node(subject, san), sent);
        X509Bundle direct = TestPki.issue(node(subject, san), trusted);

        assertThat(accepted(List.of(below.getCertificate(), sent.getCertificate()), ROOT.getCertificate()))
                .hasSize(3);
        assertThat(accepted(List.of(direct.getCertificate()), trusted.getCertificate()))
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "DNS:example.org, -, CN=n, DNS:n.example.com",
        "DNS:example.org, -, CN=n, DNS:badexample.org",
        "DNS:example.org, -, CN=n.example.com, -",
        "-, DNS:example.org, CN=n, DNS:n.example.org",
        "-, DNS:example.org, CN=n.example.org, -",
        "IP:10.0.0.0/8, -, CN=n, IP:11.1.2.3",
        "dir:O=Acme, -, 'CN=n,O=Other', -",
        "email:example.org, -, 'CN=n,EMAILADDRESS=a@example.com', -",
        "URI:.example.org, -, CN=n, URI:spiffe://example.com/n"
    })
    void aNameOutsideIsRefusedWhereverTheConstraintsStand(String permitted, String excluded, String subject, String san)
            throws Exception {
        X509Bundle sent = TestPki.issue(constrained(permitted, excluded), ROOT);
        X509Bundle trusted = TestPki.make(constrained(permitted, excluded), null);
        X509Bundle below = TestPki.issue(node(subject, san), sent);
        X509Bundle direct = TestPki.issue(node(subject, san), trusted);

        assertThatThrownBy(
                        () -> accepted(List.of(below.getCertificate(), sent.getCertificate()), ROOT.getCertificate()))
                .hasMessageContaining("outside of the nameConstraints of certificate \"CN=Narrow\"")
                .hasMessageContaining("is not allowed there");
        assertThatThrownBy(() -> accepted(List.of(direct.getCertificate()), trusted.getCertificate()))
                .hasMessageContaining("outside of the nameConstraints of certificate \"CN=Narrow\"");
    }

    /** As openssl has it: what nobody can check may not be there. */
    @ParameterizedTest
    @CsvSource({"RID:1.2.3, -, 1.2.3", "RID:1.2.3, -, 1.2.4", "-, RID:1.2.3, 1.2.4"})
    void aNameOfAFormThatNobodyChecksIsRefusedByThatForm(String permitted, String excluded, String id)
            throws Exception {
        X509Bundle trusted = TestPki.make(constrained(permitted, excluded), null);
        X509Bundle node = TestPki.issue(TestPki.builder("n").addSanRegisteredId(id), trusted);

        assertThatThrownBy(() -> accepted(List.of(node.getCertificate()), trusted.getCertificate()))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("constraints on names of the form registered ID are checked by no TLS")
                .hasMessageNotContaining("damaged");
    }

    @ParameterizedTest
    @CsvSource({
        "IP:10.0.0.0/8, CN=n, IP:11.1.2.3, 'IP \"11.1.2.3\" is not allowed'",
        "IP:10.0.0.0/8, CN=n, IP:fe80::1, 'IP \"fe80:0:0:0:0:0:0:1\" is not allowed'",
        "dir:O=Acme, 'CN=n,O=Other', -, 'directory name \"CN=n,O=Other\" is not allowed'",
        "dir:O=Acme, 'EMAILADDRESS=a@b.org,O=Other', -, '\"emailAddress=a@b.org,O=Other\" is not allowed'"
    })
    void aRefusedNameIsShownAsItIsWritten(String permitted, String subject, String san, String expected)
            throws Exception {
        X509Bundle trusted = TestPki.make(constrained(permitted, "-"), null);
        X509Bundle node = TestPki.issue(node(subject, san), trusted);

        assertThatThrownBy(() -> accepted(List.of(node.getCertificate()), trusted.getCertificate()))
                .hasMessageContaining(expected);
    }

    @Test
    void aDamagedExtensionIsRefused() throws Exception {
        X509Bundle trusted = TestPki.make(
                TestPki.builder("Narrow")
                        .setIsCertificateAuthority(true)
                        .addExtensionOctetString(Extension.nameConstraints.getId(), false, new byte[] {0x30, 5, 1}),
                null);
        X509Bundle node = TestPki.issue(TestPki.builder("n"), trusted);

        assertThatThrownBy(() -> accepted(List.of(node.getCertificate()), trusted.getCertificate()))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("damaged extension");
    }
}
