package io.dromon.transport.tls.pem;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** A request to be signed by an authority (PKCS#10). Its signature proves that its sender has the key. */
public final class CertificateRequest {
    private static final long LARGEST_FILE = 1 << 20;
    private final PKCS10CertificationRequest content;

    private CertificateRequest(PKCS10CertificationRequest content) {
        this.content = content;
    }

    /** A request for the subject, signed with its own key. */
    public static CertificateRequest make(KeyPair key, Subject subject) {
        try {
            JcaPKCS10CertificationRequestBuilder builder =
                    new JcaPKCS10CertificationRequestBuilder(subject.name(), key.getPublic());
            if (!subject.alternativeNames().isEmpty()) {
                ExtensionsGenerator extensions = new ExtensionsGenerator();
                extensions.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(subject.generalNames().toArray(new GeneralName[0])));
                builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
            }
            return new CertificateRequest(builder.build(
                    new JcaContentSignerBuilder(KeyKind.signature(key.getPrivate())).build(key.getPrivate())));
        } catch (OperatorCreationException | IOException e) {
            throw new IllegalStateException("a request cannot be made: " + e.getMessage(), e);
        }
    }

    /**
     * The request of a PEM file.
     *
     * @throws PemException if there is none, it is damaged, or its signature is not that of its key
     */
    public static CertificateRequest read(Path file) throws PemException {
        try {
            if (Files.size(file) > LARGEST_FILE) {
                throw new PemException(file + " is too large for a request");
            }
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            try (PEMParser parser = new PEMParser(new StringReader(text))) {
                for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
                    if (object instanceof PKCS10CertificationRequest request) {
                        CertificateRequest read = new CertificateRequest(request);
                        read.verify(file);
                        return read;
                    }
                }
            }
        } catch (IOException | RuntimeException e) {
            throw new PemException(file + " cannot be read as a request: " + e.getMessage(), e);
        }
        throw new PemException("no request in " + file + "; a block 'BEGIN CERTIFICATE REQUEST' is expected there");
    }

    static CertificateRequest of(PKCS10CertificationRequest content) {
        return new CertificateRequest(content);
    }

    private void verify(Path file) throws PemException {
        try {
            if (content.isSignatureValid(new JcaContentVerifierProviderBuilder().build(publicKey()))) {
                return;
            }
        } catch (OperatorCreationException | PKCSException e) {
            throw new PemException(file + ": the signature of the request cannot be checked: " + e.getMessage(), e);
        }
        throw new PemException(file + ": the request is not signed with its own key; who sent it may not have the key");
    }

    PKCS10CertificationRequest content() {
        return content;
    }

    /**
     * The key that is to be certified.
     *
     * @throws PemException if it is of a kind that this Java does not know
     */
    public PublicKey publicKey() throws PemException {
        try {
            return new JcaPKCS10CertificationRequest(content).getPublicKey();
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new PemException("the key of the request is of a kind that cannot be used; make one on EC P-256", e);
        }
    }

    /** The alternative names that it asks for; its other wishes are not granted. */
    List<GeneralName> generalNames() {
        List<GeneralName> names = new ArrayList<>();
        Extensions extensions = content.getRequestedExtensions();
        if (extensions != null) {
            GeneralNames asked = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
            if (asked != null) {
                names.addAll(List.of(asked.getNames()));
            }
        }
        return names;
    }

    /** Its subject, for a reader. */
    public String subject() {
        return content.getSubject().toString();
    }
}
