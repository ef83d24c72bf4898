package io.dromon.transport.tls.pem;

import java.io.IOException;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraintValidatorException;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PKIXNameConstraintValidator;
import org.jspecify.annotations.Nullable;

/**
 * The names that each authority of a chain, the anchor too, may sign (RFC 5280, section 4.2.1.10), as OpenSSL reads them:
 * a form of names that the certificate does not have restricts nothing, and the common name of a node that has no DNS
 * name is one if it looks like one.
 */
public final class NameConstraintCheck {
    /** Forms whose constraints cannot be checked, by tag. */
    private static final Set<Integer> UNCHECKED =
            Set.of(GeneralName.otherName, GeneralName.x400Address, GeneralName.ediPartyName, GeneralName.registeredID);

    private static final String[] FORMS = {
        "otherName", "email", "DNS", "x400Address", "directory name", "ediPartyName", "URI", "IP", "registered ID"
    };

    private NameConstraintCheck() {}

    /** A name that an authority may not sign. */
    public static final class Violation extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient X509Certificate authority;

        Violation(X509Certificate authority, String message) {
            super(message);
            this.authority = authority;
        }

        /** Whose constraints are broken. */
        public X509Certificate authority() {
            return authority;
        }
    }

    /**
     * @param chain the node's certificate first, the anchor last
     * @throws Violation with the name that is not allowed
     * @throws RuntimeException if an extension is malformed
     */
    public static void check(List<X509Certificate> chain) throws Violation {
        for (int i = 1; i < chain.size(); i++) {
            X509Certificate authority = chain.get(i);
            byte @Nullable [] value = IssuerLink.content(authority, Extension.nameConstraints.getId());
            if (value == null) {
                continue;
            }
            NameConstraints constraints = NameConstraints.getInstance(value);
            for (int below = 0; below < i; below++) {
                X509Certificate certificate = chain.get(below);
                boolean selfIssued = certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
                if (below == 0 || !selfIssued) {
                    check(names(certificate, below == 0), constraints, authority);
                }
            }
        }
    }

    private static void check(List<GeneralName> names, NameConstraints constraints, X509Certificate authority)
            throws Violation {
        GeneralSubtree[] permitted = subtrees(constraints.getPermittedSubtrees(), authority);
        GeneralSubtree[] excluded = subtrees(constraints.getExcludedSubtrees(), authority);
        PKIXNameConstraintValidator validator = new PKIXNameConstraintValidator();
        GeneralSubtree[] checked =
                Stream.of(permitted).filter(NameConstraintCheck::isChecked).toArray(GeneralSubtree[]::new);
        if (checked.length > 0) {
            validator.intersectPermittedSubtree(checked);
        }
        Stream.of(excluded).filter(NameConstraintCheck::isChecked).forEach(validator::addExcludedSubtree);
        for (GeneralName name : names) {
            boolean constrained = Stream.concat(Stream.of(permitted), Stream.of(excluded))
                    .anyMatch(subtree -> subtree.getBase().getTagNo() == name.getTagNo());
            if (!constrained) {
                continue;
            }
            if (UNCHECKED.contains(name.getTagNo())) {
                throw new Violation(
                        authority,
                        "constraints on names of the form " + form(name)
                                + " are checked by no TLS (openssl: unsupported"
                                + " name constraint type), so that a certificate with such a name is refused");
            }
            try {
                validator.checkPermitted(name);
                validator.checkExcluded(name);
            } catch (NameConstraintValidatorException e) {
                throw new Violation(authority, form(name) + " \"" + text(name) + "\" is not allowed there");
            }
        }
    }

    private static boolean isChecked(GeneralSubtree subtree) {
        return !UNCHECKED.contains(subtree.getBase().getTagNo());
    }

    private static GeneralSubtree[] subtrees(GeneralSubtree @Nullable [] subtrees, X509Certificate authority)
            throws Violation {
        GeneralSubtree[] all = subtrees == null ? new GeneralSubtree[0] : subtrees;
        for (GeneralSubtree subtree : all) {
            if (subtree.getMinimum().signum() != 0 || subtree.getMaximum() != null) {
                throw new Violation(authority, "a minimum or maximum stands there, which is not checked");
            }
        }
        return all;
    }

    private static String form(GeneralName name) {
        return FORMS[name.getTagNo()];
    }

    /** The name as a reader writes it. */
    private static String text(GeneralName name) {
        try {
            if (name.getTagNo() == GeneralName.iPAddress) {
                byte[] octets = ASN1OctetString.getInstance(name.getName()).getOctets();
                return InetAddress.getByAddress(octets).getHostAddress();
            } else if (name.getTagNo() == GeneralName.directoryName) {
                return DistinguishedName.text(
                        new X500Principal(name.getName().toASN1Primitive().getEncoded()));
            }
        } catch (IOException | RuntimeException e) {
            return String.valueOf(name.getName()); // no such name: shown as it stands there
        }
        return String.valueOf(name.getName());
    }

    /** Subject, the mail addresses in it, and the alternative names. */
    private static List<GeneralName> names(X509Certificate certificate, boolean node) {
        List<GeneralName> names = new ArrayList<>();
        byte @Nullable [] value = IssuerLink.content(certificate, Extension.subjectAlternativeName.getId());
        if (value != null) {
            names.addAll(List.of(GeneralNames.getInstance(value).getNames()));
        }
        boolean hasHost = names.stream().anyMatch(name -> name.getTagNo() == GeneralName.dNSName);
        X500Name subject =
                X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        if (subject.size() > 0) {
            names.add(new GeneralName(subject));
        }
        values(subject, BCStyle.EmailAddress).forEach(mail -> names.add(new GeneralName(GeneralName.rfc822Name, mail)));
        if (node && !hasHost) {
            values(subject, BCStyle.CN)
                    .filter(NameConstraintCheck::isHost)
                    .forEach(host -> names.add(new GeneralName(GeneralName.dNSName, host)));
        }
        return names;
    }

    private static Stream<String> values(X500Name subject, ASN1ObjectIdentifier type) {
        return Stream.of(subject.getRDNs())
                .map(RDN::getTypesAndValues)
                .flatMap(Stream::of)
                .filter(one -> one.getType().equals(type))
                .map(AttributeTypeAndValue::getValue)
                .map(NameConstraintCheck::text);
    }

    private static String text(ASN1Encodable value) {
        return value instanceof ASN1String string ? string.getString() : "";
    }

    /** Labels with at least one dot between them. */
    private static boolean isHost(String name) {
        return name.toLowerCase(Locale.ROOT)
                .matches("[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)+");
    }
}
