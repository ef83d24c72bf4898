package io.dromon.transport.tls;

import io.dromon.transport.tls.pem.DistinguishedName;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Which peers are meant: a certificate is accepted if any of the names is its own, or if there are none here. As
 * OpenSSL compares: a common name or an e-mail address in the subject counts only for a certificate without an
 * alternative name of that kind; a wildcard stands for one whole leftmost label of a name in the certificate.
 *
 * @param hosts DNS names
 * @param addresses IP addresses, literal
 * @param emails mailboxes
 */
public record PeerSubjects(List<String> hosts, List<String> addresses, List<String> emails) {
    private static final int EMAIL = 1;
    private static final int DNS = 2;
    private static final int ADDRESS = 7;

    /** Any peer that proves to be trusted. */
    public static final PeerSubjects ANY = new PeerSubjects(List.of(), List.of(), List.of());

    public PeerSubjects {
        hosts = List.copyOf(hosts);
        addresses = List.copyOf(addresses);
        emails = List.copyOf(emails);
    }

    /** Whether nothing is asked for. */
    public boolean isAny() {
        return hosts.isEmpty() && addresses.isEmpty() && emails.isEmpty();
    }

    void check(X509Certificate certificate) throws Refused {
        if (isAny() || matches(certificate)) {
            return;
        }
        List<String> wanted = new ArrayList<>(hosts);
        wanted.addAll(addresses);
        wanted.addAll(emails);
        throw new Refused(
                Refused.Rule.IDENTITY,
                CertificateText.describe(certificate) + ": belongs to none of " + String.join(", ", wanted)
                        + "; its alternative names decide, the common name only if it has none");
    }

    private boolean matches(X509Certificate certificate) throws Refused {
        List<String> names = names(certificate, DNS, DistinguishedName.COMMON_NAME);
        for (String host : hosts) {
            if (names.stream().anyMatch(name -> hostMatches(host, name))) {
                return true;
            }
        }
        List<String> mailboxes = names(certificate, EMAIL, DistinguishedName.EMAIL);
        for (String email : emails) {
            if (mailboxes.stream().anyMatch(mailbox -> mailboxMatches(email, mailbox))) {
                return true;
            }
        }
        List<String> literal = names(certificate, ADDRESS, "");
        for (String address : addresses) {
            if (literal.stream().anyMatch(name -> addressMatches(address, name))) {
                return true;
            }
        }
        return false;
    }

    private static boolean hostMatches(String wanted, String name) {
        String host = wanted.toLowerCase(Locale.ROOT);
        String pattern = name.toLowerCase(Locale.ROOT);
        if (!pattern.startsWith("*.")) {
            return host.equals(pattern);
        }
        int dot = host.indexOf('.');
        // At least two labels after the wildcard, and no wildcard for an empty label.
        return dot > 0 && pattern.indexOf('.', 2) > 0 && host.substring(dot).equals(pattern.substring(1));
    }

    private static boolean mailboxMatches(String wanted, String name) {
        int at = wanted.lastIndexOf('@');
        int nameAt = name.lastIndexOf('@');
        return at > 0
                && at == nameAt
                && wanted.substring(0, at).equals(name.substring(0, at))
                && wanted.substring(at).equalsIgnoreCase(name.substring(at));
    }

    private static boolean addressMatches(String wanted, String name) {
        try {
            // Both are literals: nothing is looked up.
            return InetAddress.getByName(wanted).equals(InetAddress.getByName(name));
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** The alternative names of a kind; without any, the values of an attribute of the subject. */
    private static List<String> names(X509Certificate certificate, int kind, String attribute) throws Refused {
        List<String> found = new ArrayList<>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            if (all != null) {
                for (List<?> name : all) {
                    if (name.get(0) instanceof Integer type && type == kind && name.get(1) instanceof String text) {
                        found.add(text);
                    }
                }
            }
            if (!found.isEmpty() || attribute.isEmpty()) {
                return found;
            }
            for (DistinguishedName.Attribute each :
                    DistinguishedName.attributes(certificate.getSubjectX500Principal())) {
                if (each.oid().equals(attribute)) {
                    found.add(each.value());
                }
            }
        } catch (CertificateParsingException | RuntimeException e) {
            throw new Refused(Refused.Rule.INVALID, CertificateText.describe(certificate) + ": damaged names");
        }
        return found;
    }
}
