package io.dromon.it.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERGeneralizedTime;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509ExtensionUtils;
import org.bouncycastle.cert.X509v1CertificateBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.bc.BcX509ExtensionUtils;
import org.bouncycastle.jce.ECNamedCurveTable;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jce.spec.ECParameterSpec;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Certificates as they are met, good ones and bad ones, with one file of authorities that all of them are judged by. */
final class CertificateShapes {
    private static final Provider BC = new BouncyCastleProvider();
    private static final KeyPurposeId[] BOTH = {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth};
    private static final ASN1ObjectIdentifier NETSCAPE = new ASN1ObjectIdentifier("2.16.840.1.113730.1.1");

    /** What a node presents. */
    record Shape(String name, PrivateKey key, List<X509CertificateHolder> sent) {
        String keyPem() {
            return pem("PRIVATE KEY", key.getEncoded());
        }

        String chainPem() {
            StringBuilder text = new StringBuilder();
            sent.forEach(one -> text.append(certificatePem(one)));
            return text.toString();
        }
    }

    private final List<Shape> shapes = new ArrayList<>();
    private final StringBuilder trust = new StringBuilder();
    private final Party root;
    private final Party rsaRoot;

    CertificateShapes() throws GeneralSecurityException, IOException, OperatorCreationException {
        root = trusted(ca("Root").self());
        rsaRoot = trusted(ca("RSA root").key(rsa(2048)).self());
        keys();
        signatures();
        versions();
        usages();
        authorities();
        chains();
        names();
        nameConstraints();
        extensions();
        validity();
        trustMarks();
    }

    List<Shape> shapes() {
        return List.copyOf(shapes);
    }

    /** What every judge trusts. */
    String trustPem() {
        return trust.toString();
    }

    // ---- the shapes

    private void keys() throws GeneralSecurityException, IOException, OperatorCreationException {
        add("EC P-256", node().by(root));
        add("EC P-384", node().key(ec("secp384r1")).by(root));
        add("EC P-521", node().key(ec("secp521r1")).by(root));
        add("EC secp256k1", node().key(ec("secp256k1")).by(root));
        add("EC brainpoolP256r1", node().key(ec("brainpoolP256r1")).by(root));
        ECParameterSpec named = ECNamedCurveTable.getParameterSpec("secp256r1");
        KeyPair explicit =
                key("EC", BC, new ECParameterSpec(named.getCurve(), named.getG(), named.getN(), named.getH()));
        add("EC P-256, its parameters written out", node().key(explicit).by(root));
        add("Ed25519", node().key(key("Ed25519")).by(root));
        add("Ed448", node().key(key("Ed448")).by(root));
        add("RSA 1024", node().key(rsa(1024)).by(root));
        add("RSA 2048", node().key(rsa(2048)).by(root));
        add("RSA 3072", node().key(rsa(3072)).by(root));
        KeyPairGenerator pss = KeyPairGenerator.getInstance("RSASSA-PSS");
        pss.initialize(2048);
        add("RSA tied to PSS", node().key(pss.generateKeyPair()).by(root));
        add("DSA 2048", node().key(key("DSA")).by(root));
    }

    private void signatures() throws GeneralSecurityException, IOException, OperatorCreationException {
        add("signed with MD5", node().by(rsaRoot, "MD5withRSA"));
        add("signed with SHA-1", node().by(rsaRoot, "SHA1withRSA"));
        add("signed with ECDSA and SHA-1", node().by(root, "SHA1withECDSA"));
        add("signed with SHA-224", node().by(rsaRoot, "SHA224withRSA"));
        add("signed with SHA-512", node().by(rsaRoot, "SHA512withRSA"));
        add("signed with RSA-PSS and SHA-256", node().by(rsaRoot, "SHA256withRSAandMGF1"));
        add("signed with RSA-PSS and SHA-1", node().by(rsaRoot, "SHA1withRSAandMGF1"));
        add(
                "root on Ed25519",
                node().by(trusted(ca("Ed root").key(key("Ed25519")).self())));
        add(
                "root on P-521",
                node().by(trusted(ca("P-521 root").key(ec("secp521r1")).self())));
        add(
                "root on P-224",
                node().by(trusted(ca("P-224 root").key(ec("secp224r1")).self())));
        add(
                "root with RSA 1024",
                node().by(trusted(ca("Small root").key(rsa(1024)).self())));
        add("root signed with SHA-1", node().by(trusted(ca("SHA-1 root").self("SHA1withECDSA"))));
    }

    private void versions() throws GeneralSecurityException, IOException, OperatorCreationException {
        add("version 1", node().versionOne().by(root));
        add(
                "version 1, root of version 1",
                node().versionOne().by(trusted(ca("Old root").versionOne().self())));
        Party old = ca("Old CA").versionOne().by(root);
        add("intermediate CA of version 1", node().by(old), old);
        add(
                "root of version 3 without extensions",
                node().by(trusted(ca("Bare root").bare().self())));
        add(
                "root with keyUsage, without basicConstraints",
                node().by(trusted(ca("Usage root")
                        .bare()
                        .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign))
                        .self())));
        Party usage = ca("Usage CA")
                .bare()
                .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign))
                .by(root);
        add("intermediate CA with keyUsage, without basicConstraints", node().by(usage), usage);
        add("no extension", node().bare().by(root));
    }

    private void usages() throws GeneralSecurityException, IOException, OperatorCreationException {
        add(
                "extKeyUsage serverAuth",
                node().purposes(KeyPurposeId.id_kp_serverAuth).by(root));
        add(
                "extKeyUsage clientAuth",
                node().purposes(KeyPurposeId.id_kp_clientAuth).by(root));
        add("extKeyUsage any", node().purposes(KeyPurposeId.anyExtendedKeyUsage).by(root));
        add(
                "extKeyUsage codeSigning",
                node().purposes(KeyPurposeId.id_kp_codeSigning).by(root));
        KeyPurposeId gated = KeyPurposeId.getInstance(new ASN1ObjectIdentifier("2.16.840.1.113730.4.1"));
        add(
                "extKeyUsage clientAuth and nsSGC",
                node().purposes(KeyPurposeId.id_kp_clientAuth, gated).by(root));
        add("keyUsage digitalSignature", node().usage(KeyUsage.digitalSignature).by(root));
        add(
                "keyUsage keyEncipherment, RSA",
                node().key(rsa(2048)).usage(KeyUsage.keyEncipherment).by(root));
        add("keyUsage keyAgreement", node().usage(KeyUsage.keyAgreement).by(root));
        add("keyUsage nonRepudiation", node().usage(KeyUsage.nonRepudiation).by(root));
        add("keyUsage keyCertSign", node().usage(KeyUsage.keyCertSign).by(root));
        add(
                "nsCertType server",
                node().with(NETSCAPE, false, new DERBitString(new byte[] {0x40}, 6))
                        .by(root));
        add(
                "nsCertType client, server",
                node().with(NETSCAPE, true, new DERBitString(new byte[] {(byte) 0xc0}, 6))
                        .by(root));
        add(
                "nsCertType objsign",
                node().with(NETSCAPE, false, new DERBitString(new byte[] {0x10}, 4))
                        .by(root));
        Party server = ca("Server CA").purposes(KeyPurposeId.id_kp_serverAuth).by(root);
        add("intermediate CA with extKeyUsage serverAuth", node().by(server), server);
    }

    private void authorities() throws GeneralSecurityException, IOException, OperatorCreationException {
        Party low = ca("Low CA")
                .with(Extension.basicConstraints, true, new BasicConstraints(0))
                .by(root);
        Party lower = ca("Lower CA").by(low);
        add("path length exceeded", node().by(lower), lower, low);
        Party again = ca("Low CA").by(low);
        add("path length kept by a CA's new key", node().by(again), again, low);
        Party leaf = node().named("CN=leaf").by(root);
        add("issuer is no CA", node().by(leaf), leaf);
        Party crl = ca("List CA").usage(KeyUsage.cRLSign).by(root);
        add("issuer without keyCertSign", node().by(crl), crl);
        add(
                "a CA's certificate as a node's",
                ca("Node CA")
                        .usage(KeyUsage.keyCertSign | KeyUsage.digitalSignature)
                        .by(root));
        DERSequence contradiction = new DERSequence(new ASN1Integer(1));
        add(
                "path length of what is no CA",
                node().with(Extension.basicConstraints, true, contradiction).by(root));
    }

    private void chains() throws GeneralSecurityException, IOException, OperatorCreationException {
        Party middle = ca("Middle").by(root);
        add("intermediate CA sent", node().by(middle), middle);
        add("intermediate CA and root sent", node().by(middle), middle, root);
        add("intermediate CA missing", node().by(middle));
        Party second = ca("Second").by(middle);
        add("chain in the wrong order", node().by(second), middle, second);
        add("a certificate too many", node().by(root), middle);
        Party unknown = ca("Unknown root").self();
        add("root not trusted", node().by(unknown), unknown);
        Party partial = trusted(ca("Anchor without root").by(unknown));
        add("intermediate CA trusted, its root not", node().by(partial));
        add("self-signed, trusted", trusted(node().named("CN=pair").self()));
        add("self-signed, not trusted", node().named("CN=alone").self());
        add(
                "self-signed CA, trusted",
                trusted(ca("CA pair")
                        .usage(KeyUsage.keyCertSign | KeyUsage.digitalSignature)
                        .self()));
        add("signed by a CA, trusted itself", trusted(node().named("CN=itself").by(unknown)));
        Party twin = trusted(ca("Twin").self());
        add(
                "subject of its CA",
                node().named("CN=Twin")
                        .without(Extension.authorityKeyIdentifier)
                        .by(twin));
        add("subject of its CA, with key identifiers", node().named("CN=Twin").by(twin));
        AuthorityKeyIdentifier other = new AuthorityKeyIdentifier(new byte[] {1, 2, 3});
        add(
                "another authorityKeyIdentifier",
                node().with(Extension.authorityKeyIdentifier, false, other).by(root));
        trusted(ca("Double").self());
        Party behind = trusted(ca("Double").self());
        add("second of two CAs of one name", node().by(behind));
        add(
                "second of two CAs of one name, no key identifier",
                node().without(Extension.authorityKeyIdentifier).by(behind));
    }

    private void names() throws GeneralSecurityException, IOException, OperatorCreationException {
        GeneralNames host = new GeneralNames(new GeneralName(GeneralName.dNSName, "n.example.org"));
        add(
                "no subject, alternative name",
                node().named("")
                        .with(Extension.subjectAlternativeName, true, host)
                        .by(root));
        add("no name at all", node().named("").by(root));
        X500Name wide = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, new DERBMPString("node"))
                .build();
        add("common name as BMPString", node().named(wide).by(root));
    }

    private void nameConstraints() throws GeneralSecurityException, IOException, OperatorCreationException {
        GeneralName domain = new GeneralName(GeneralName.dNSName, "example.org");
        Party narrow = ca("Narrow").permitted(domain).by(root);
        add("name constraints, no name of the form", node().by(narrow), narrow);
        add("name constraints kept", node().host("n.example.org").by(narrow), narrow);
        add("name constraints broken", node().host("n.example.com").by(narrow), narrow);
        add(
                "name constraints broken by a common name",
                node().named("CN=n.example.com").by(narrow),
                narrow);
        Party narrowRoot = trusted(ca("Narrow root").permitted(domain).self());
        add("name constraints of the root kept", node().host("n.example.org").by(narrowRoot));
        add("name constraints of the root broken", node().host("n.example.com").by(narrowRoot));
        Party without = ca("Without").excluded(domain).by(root);
        add("name excluded", node().host("n.example.org").by(without), without);
        Party acme =
                ca("Acme").permitted(new GeneralName(new X500Name("O=Acme"))).by(root);
        add("name constraints on the subject kept", node().named("O=Acme,CN=n").by(acme), acme);
        add(
                "name constraints on the subject broken",
                node().named("O=Other,CN=n").by(acme),
                acme);
        GeneralName id = new GeneralName(GeneralName.registeredID, "1.2.3");
        Party registered = ca("Registered").permitted(id).by(root);
        add("name constraints on registered IDs, none there", node().by(registered), registered);
        add(
                "name constraints on registered IDs, one there",
                node().with(Extension.subjectAlternativeName, false, new GeneralNames(id))
                        .by(registered),
                registered);
    }

    private void extensions() throws GeneralSecurityException, IOException, OperatorCreationException {
        ASN1ObjectIdentifier own = new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1");
        add("unknown extension", node().with(own, false, new DERUTF8String("x")).by(root));
        add(
                "unknown critical extension",
                node().with(own, true, new DERUTF8String("x")).by(root));
        DERSequence explicitPolicy = new DERSequence(new DERTaggedObject(false, 0, new ASN1Integer(0)));
        Party strict = ca("Policy CA")
                .with(Extension.policyConstraints, true, explicitPolicy)
                .by(root);
        add("policy demanded, none there", node().by(strict), strict);
        SubjectPublicKeyInfo any =
                SubjectPublicKeyInfo.getInstance(ec("secp256r1").getPublic().getEncoded());
        add(
                "critical subjectKeyIdentifier",
                node().with(Extension.subjectKeyIdentifier, true, utils().createSubjectKeyIdentifier(any))
                        .by(root));
        ASN1ObjectIdentifier proxy = new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.14");
        DERSequence inheritAll = new DERSequence(new DERSequence(new ASN1ObjectIdentifier("1.3.6.1.5.5.7.21.1")));
        add("proxy certificate", node().with(proxy, false, inheritAll).by(root));
        add(
                "authorityKeyIdentifier damaged",
                node().with(Extension.authorityKeyIdentifier, false, DERNull.INSTANCE)
                        .by(root));
        add("serial number 0", node().serial(BigInteger.ZERO).by(root));
        add("serial number negative", node().serial(BigInteger.valueOf(-5)).by(root));
        add(
                "serial number of 30 bytes",
                node().serial(BigInteger.ONE.shiftLeft(235)).by(root));
    }

    private void validity() throws GeneralSecurityException, IOException, OperatorCreationException {
        Time now = new Time(Date.from(Instant.now().minus(Duration.ofDays(1))));
        add("expired", node().valid(-9, -2).by(root));
        add("not yet valid", node().valid(2, 9).by(root));
        Party old = ca("Expired CA").valid(-9, -2).by(root);
        add("intermediate CA expired", node().by(old), old);
        add("root expired", node().by(trusted(ca("Expired root").valid(-9, -2).self())));
        KeyPair kept = ec("secp256r1");
        trusted(ca("Renewed root").key(kept).valid(-9, -2).self());
        add(
                "root expired, its renewal behind it",
                node().by(trusted(ca("Renewed root").key(kept).self())));
        add(
                "until 9999",
                node().valid(now, new Time(new DERGeneralizedTime("99991231235959Z")))
                        .by(root));
        add(
                "GeneralizedTime before 2050",
                node().valid(now, new Time(new ASN1GeneralizedTime("20490101000000Z")))
                        .by(root));
        add(
                "UTCTime without seconds",
                node().valid(now, new Time(new ASN1UTCTime("4901010000Z"))).by(root));
        add(
                "until 1950",
                node().valid(now, new Time(new ASN1UTCTime("500101000000Z"))).by(root));
    }

    private void trustMarks() throws GeneralSecurityException, IOException, OperatorCreationException {
        add("root trusted for both", node().by(marked("Marked", List.of(BOTH), List.of())));
        add("root trusted for serverAuth", node().by(marked("Marked S", List.of(BOTH[0]), List.of())));
        add(
                "root trusted for email",
                node().by(marked("Marked E", List.of(KeyPurposeId.id_kp_emailProtection), List.of())));
        add("root rejected for clientAuth", node().by(marked("Marked C", List.of(), List.of(BOTH[1]))));
    }

    // ---- how they are made

    private record Party(KeyPair key, X509CertificateHolder certificate) {}

    private void add(String name, Party party, Party... authorities) {
        List<X509CertificateHolder> sent = new ArrayList<>(List.of(party.certificate()));
        for (Party authority : authorities) {
            sent.add(authority.certificate());
        }
        shapes.add(new Shape(name, party.key().getPrivate(), sent));
    }

    private Party trusted(Party party) {
        trust.append(certificatePem(party.certificate()));
        return party;
    }

    /** What {@code openssl x509 -addtrust, -addreject} write. */
    private Party marked(String name, List<KeyPurposeId> trusted, List<KeyPurposeId> rejected)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        Party party = ca(name).self();
        org.bouncycastle.asn1.ASN1EncodableVector marks = new org.bouncycastle.asn1.ASN1EncodableVector();
        if (!trusted.isEmpty()) {
            marks.add(new DERSequence(trusted.toArray(new ASN1Encodable[0])));
        }
        if (!rejected.isEmpty()) {
            marks.add(new DERTaggedObject(false, 0, new DERSequence(rejected.toArray(new ASN1Encodable[0]))));
        }
        byte[] certificate = party.certificate().getEncoded();
        byte[] block = new DERSequence(marks).getEncoded();
        byte[] both = new byte[certificate.length + block.length];
        System.arraycopy(certificate, 0, both, 0, certificate.length);
        System.arraycopy(block, 0, both, certificate.length, block.length);
        trust.append(pem("TRUSTED CERTIFICATE", both));
        return party;
    }

    private int numbered;

    private Template node() throws GeneralSecurityException {
        numbered++;
        return new Template(new X500Name("CN=node" + numbered))
                .with(Extension.basicConstraints, true, new BasicConstraints(false))
                .purposes(BOTH);
    }

    private static Template ca(String name) throws GeneralSecurityException {
        return new Template(new X500Name("CN=" + name))
                .with(Extension.basicConstraints, true, new BasicConstraints(true))
                .usage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
    }

    private static X509ExtensionUtils utils() {
        return new BcX509ExtensionUtils();
    }

    /** A certificate that is to be made. */
    private static final class Template {
        private X500Name subject;
        private KeyPair key;
        private final List<Extension> extensions = new ArrayList<>();
        private boolean versionOne;
        private boolean identifiers = true;
        private boolean authorityIdentifier = true;
        private BigInteger serial = new BigInteger(64, new java.security.SecureRandom()).setBit(0);
        private Time from = time(-1);
        private Time until = time(90);

        Template(X500Name subject) throws GeneralSecurityException {
            this.subject = subject;
            this.key = ec("secp256r1");
        }

        private static Time time(int days) {
            return new Time(Date.from(Instant.now().plus(Duration.ofDays(days))));
        }

        Template named(String name) {
            return named(new X500Name(name));
        }

        Template named(X500Name name) {
            subject = name;
            return this;
        }

        Template key(KeyPair other) {
            key = other;
            return this;
        }

        Template serial(BigInteger number) {
            serial = number;
            return this;
        }

        Template versionOne() {
            versionOne = true;
            return this;
        }

        /** Of version 3, without any extension yet. */
        Template bare() {
            extensions.clear();
            identifiers = false;
            return this;
        }

        Template without(ASN1ObjectIdentifier oid) {
            extensions.removeIf(one -> one.getExtnId().equals(oid));
            authorityIdentifier &= !oid.equals(Extension.authorityKeyIdentifier);
            return this;
        }

        Template with(ASN1ObjectIdentifier oid, boolean critical, ASN1Encodable value) {
            without(oid);
            try {
                extensions.add(new Extension(
                        oid,
                        critical,
                        new DEROctetString(value.toASN1Primitive().getEncoded())));
            } catch (IOException e) {
                throw new IllegalArgumentException(e);
            }
            return this;
        }

        Template purposes(KeyPurposeId... purposes) {
            return with(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
        }

        Template usage(int bits) {
            return with(Extension.keyUsage, true, new KeyUsage(bits));
        }

        Template host(String name) {
            return with(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(GeneralName.dNSName, name)));
        }

        Template permitted(GeneralName name) {
            return with(
                    Extension.nameConstraints,
                    true,
                    new NameConstraints(new GeneralSubtree[] {new GeneralSubtree(name)}, null));
        }

        Template excluded(GeneralName name) {
            return with(Extension.nameConstraints, true, new NameConstraints(null, new GeneralSubtree[] {
                new GeneralSubtree(name)
            }));
        }

        Template valid(int fromDays, int untilDays) {
            return valid(time(fromDays), time(untilDays));
        }

        Template valid(Time first, Time last) {
            from = first;
            until = last;
            return this;
        }

        Party self() throws IOException, OperatorCreationException {
            return self(algorithm(key));
        }

        Party self(String algorithm) throws IOException, OperatorCreationException {
            return sign(subject, key, null, algorithm);
        }

        Party by(Party issuer) throws IOException, OperatorCreationException {
            return by(issuer, algorithm(issuer.key()));
        }

        Party by(Party issuer, String algorithm) throws IOException, OperatorCreationException {
            return sign(issuer.certificate().getSubject(), issuer.key(), issuer.certificate(), algorithm);
        }

        private Party sign(X500Name issuer, KeyPair by, @Nullable X509CertificateHolder authority, String algorithm)
                throws IOException, OperatorCreationException {
            var signer = new JcaContentSignerBuilder(algorithm).setProvider(BC).build(by.getPrivate());
            SubjectPublicKeyInfo info =
                    SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded());
            if (versionOne) {
                return new Party(
                        key, new X509v1CertificateBuilder(issuer, serial, from, until, subject, info).build(signer));
            }
            X509v3CertificateBuilder builder = new X509v3CertificateBuilder(issuer, serial, from, until, subject, info);
            for (Extension extension : extensions) {
                builder.addExtension(extension);
            }
            if (identifiers && builder.getExtension(Extension.subjectKeyIdentifier) == null) {
                builder.addExtension(Extension.subjectKeyIdentifier, false, utils().createSubjectKeyIdentifier(info));
            }
            Extension upper = authority == null ? null : authority.getExtension(Extension.subjectKeyIdentifier);
            if (identifiers
                    && authorityIdentifier
                    && upper != null
                    && builder.getExtension(Extension.authorityKeyIdentifier) == null) {
                byte[] value = org.bouncycastle.asn1.x509.SubjectKeyIdentifier.getInstance(upper.getParsedValue())
                        .getKeyIdentifier();
                builder.addExtension(Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(value));
            }
            return new Party(key, builder.build(signer));
        }
    }

    private static String algorithm(KeyPair key) {
        String algorithm = key.getPrivate().getAlgorithm();
        return switch (algorithm) {
            case "RSA" -> "SHA256withRSA";
            case "EC", "ECDSA" -> "SHA256withECDSA";
            default -> "Ed25519";
        };
    }

    private static KeyPair ec(String curve) throws GeneralSecurityException {
        return key("EC", BC, new ECGenParameterSpec(curve));
    }

    private static KeyPair rsa(int bits) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    private static KeyPair key(String algorithm, Provider provider, AlgorithmParameterSpec parameters)
            throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm, provider);
        generator.initialize(parameters);
        return generator.generateKeyPair();
    }

    private static KeyPair key(String algorithm) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("DSA")) {
            generator.initialize(2048);
        }
        return generator.generateKeyPair();
    }

    private static String certificatePem(X509CertificateHolder certificate) {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String pem(String type, byte[] content) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + type
                + "-----\n";
    }
}
