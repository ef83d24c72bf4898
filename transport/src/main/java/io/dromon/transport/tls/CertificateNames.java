package io.dromon.transport.tls;

import io.dromon.transport.tls.pem.DistinguishedName;
import io.netty.util.NetUtil;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names that a certificate gives its owner. Values are compared whole and in exact case, so that no cleverly
 * encoded name is taken for another.
 *
 * @param alternativeNames {@code DNS:}, {@code IP:} and {@code URI:} with the name behind, DNS in lower case
 * @param fingerprint SHA-256 of the certificate, lower-case hexadecimal
 */
record CertificateNames(
        List<String> commonNames,
        List<String> organisations,
        List<String> units,
        List<String> alternativeNames,
        String fingerprint) {
    /** Segments of a path, none empty and none of dots alone, without a query, a fragment or anything encoded. */
    private static final Pattern BELOW =
            Pattern.compile("(?!\\.{1,2}(/|$))[^/?#%\\\\\\s]+(/(?!\\.{1,2}(/|$))[^/?#%\\\\\\s]+)*");

    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int IP = 7;

    /** Reads them; damaged parts count as absent. */
    static CertificateNames of(X509Certificate certificate) {
        List<String> commonNames = new ArrayList<>();
        List<String> organisations = new ArrayList<>();
        List<String> units = new ArrayList<>();
        for (DistinguishedName.Attribute attribute :
                DistinguishedName.attributes(certificate.getSubjectX500Principal())) {
            switch (attribute.oid()) {
                case DistinguishedName.COMMON_NAME -> commonNames.add(attribute.value());
                case DistinguishedName.ORGANISATION -> organisations.add(attribute.value());
                case DistinguishedName.UNIT -> units.add(attribute.value());
                default -> {}
            }
        }
        return new CertificateNames(
                List.copyOf(commonNames),
                List.copyOf(organisations),
                List.copyOf(units),
                alternativeNames(certificate),
                fingerprint(certificate));
    }

    private static List<String> alternativeNames(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            if (all == null) {
                return List.of();
            }
            for (List<?> entry : all) {
                if (entry.size() == 2 && entry.get(0) instanceof Integer kind && entry.get(1) instanceof String text) {
                    switch (kind) {
                        case DNS -> names.add("DNS:" + text.toLowerCase(Locale.ROOT));
                        case URI -> names.add("URI:" + text);
                        case IP -> names.add("IP:" + text);
                        default -> {}
                    }
                }
            }
        } catch (CertificateParsingException e) {
            return List.of();
        }
        return List.copyOf(names);
    }

    static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("the certificate was read from its encoding", e);
        }
    }

    /** The certificate's name that the wanted one matches, or null. */
    @Nullable
    String matching(String wanted) {
        for (String name : alternativeNames) {
            if (matches(wanted, name)) {
                return name;
            }
        }
        return null;
    }

    /** RFC 6125 section 6.4: DNS names label by label, an asterisk for the whole first label on either side. */
    static boolean matches(String wanted, String presented) {
        if (wanted.equals(presented)) {
            return true;
        }
        if (wanted.startsWith("IP:") && presented.startsWith("IP:")) {
            byte[] left = NetUtil.createByteArrayFromIpAddressString(wanted.substring(3));
            byte[] right = NetUtil.createByteArrayFromIpAddressString(presented.substring(3));
            return left != null && right != null && java.util.Arrays.equals(left, right);
        }
        if (wanted.startsWith("URI:") && wanted.endsWith("/*")) {
            return isBelow(wanted.substring(0, wanted.length() - 1), presented);
        }
        if (!wanted.startsWith("DNS:") || !presented.startsWith("DNS:")) {
            return false;
        }
        String left = withoutDot(wanted.substring(4));
        String right = withoutDot(presented.substring(4));
        return left.equals(right) || covers(left, right, 1) || covers(right, left, 2);
    }

    /** Whether a URI stands below a path; what a reader of URIs might take for another place does not. */
    private static boolean isBelow(String prefix, String uri) {
        return uri.startsWith(prefix)
                && BELOW.matcher(uri.substring(prefix.length())).matches();
    }

    private static String withoutDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    /** Whether {@code *.rest} stands for the name: one label, and at least {@code labels} behind the asterisk. */
    private static boolean covers(String pattern, String name, int labels) {
        int dot = name.indexOf('.');
        if (!pattern.startsWith("*.") || pattern.indexOf('*', 1) >= 0 || dot <= 0 || name.startsWith("*")) {
            return false;
        }
        String rest = pattern.substring(2);
        return rest.split("\\.", -1).length >= labels && rest.equals(name.substring(dot + 1));
    }
}
