package io.dromon.transport.tls.pem;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1BMPString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1NumericString;
import org.bouncycastle.asn1.ASN1PrintableString;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.ASN1T61String;
import org.bouncycastle.asn1.ASN1UTF8String;
import org.bouncycastle.asn1.ASN1UniversalString;
import org.bouncycastle.asn1.ASN1VisibleString;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;

/**
 * The parts of a distinguished name, each read as its own type of string says. The JDK reads the two wide types byte by
 * byte, so that four characters of another script are taken for eight of ASCII.
 */
public final class DistinguishedName {
    /** Object identifier of CN. */
    public static final String COMMON_NAME = "2.5.4.3";
    /** Object identifier of O. */
    public static final String ORGANISATION = "2.5.4.10";
    /** Object identifier of OU. */
    public static final String UNIT = "2.5.4.11";
    /** Object identifier of emailAddress. */
    public static final String EMAIL = "1.2.840.113549.1.9.1";

    /** Of parts that the JDK prints as a number and bytes; openssl's words. */
    private static final Map<String, String> KEYWORDS = Map.of(
            EMAIL,
            "emailAddress",
            "2.5.4.4",
            "SN",
            "2.5.4.5",
            "serialNumber",
            "2.5.4.12",
            "title",
            "2.5.4.42",
            "GN",
            "2.5.4.46",
            "dnQualifier",
            "2.5.4.97",
            "organizationIdentifier");

    private DistinguishedName() {}

    /** @param oid what it is, {@link #COMMON_NAME} */
    public record Attribute(String oid, String value) {}

    /**
     * All parts, the last one of the encoding first, as names are printed. A name with one part that cannot be read for
     * sure has none: no peer is to be taken for another one.
     */
    public static List<Attribute> attributes(X500Principal name) {
        List<Attribute> attributes = new ArrayList<>();
        try {
            for (RDN rdn : X500Name.getInstance(name.getEncoded()).getRDNs()) {
                for (AttributeTypeAndValue part : rdn.getTypesAndValues()) {
                    attributes.add(new Attribute(part.getType().getId(), text(part.getValue())));
                }
            }
        } catch (CharacterCodingException | RuntimeException e) {
            return List.of(); // damaged, or chosen to be misread
        }
        Collections.reverse(attributes);
        return attributes;
    }

    /** Whether it has parts and yet no {@link #attributes}. */
    public static boolean isUnreadable(X500Principal name) {
        return !name.getName().isEmpty() && attributes(name).isEmpty();
    }

    /** The whole name for a reader. */
    public static String text(X500Principal name) {
        try {
            RDN[] rdns = X500Name.getInstance(name.getEncoded()).getRDNs();
            boolean wide = false;
            for (RDN rdn : rdns) {
                for (AttributeTypeAndValue part : rdn.getTypesAndValues()) {
                    wide |= part.getValue() instanceof ASN1BMPString || part.getValue() instanceof ASN1UniversalString;
                }
            }
            if (wide) {
                Collections.reverse(java.util.Arrays.asList(rdns));
                return new X500Name(BCStyle.INSTANCE, rdns).toString();
            }
        } catch (RuntimeException e) {
            return readable(name);
        }
        return readable(name);
    }

    private static String readable(X500Principal name) {
        return name.getName(X500Principal.RFC2253, KEYWORDS);
    }

    private static String text(ASN1Encodable value) throws CharacterCodingException {
        if (value instanceof ASN1UTF8String utf8) {
            // Bouncy Castle has read it already, strictly; what it could not read is an exception.
            return utf8.getString();
        }
        if (value instanceof ASN1BMPString bmp) {
            return checked(bmp.getString());
        }
        if (value instanceof ASN1UniversalString universal) {
            return strictly(Charset.forName("UTF-32BE"), universal.getOctets());
        }
        if (value instanceof ASN1T61String t61) {
            // Which of several character sets it is in cannot be known: ASCII is the same in all.
            return strictly(StandardCharsets.US_ASCII, t61.getOctets());
        }
        if (value instanceof ASN1PrintableString
                || value instanceof ASN1IA5String
                || value instanceof ASN1VisibleString
                || value instanceof ASN1NumericString) {
            String text = ((ASN1String) value).getString();
            return strictly(StandardCharsets.US_ASCII, text.getBytes(StandardCharsets.ISO_8859_1));
        }
        if (value instanceof ASN1String) {
            throw new CharacterCodingException();
        }
        return "#" + value; // no text: equal to no name that a rule can hold
    }

    /** A BMPString has characters of two bytes alone. */
    private static String checked(String bmp) throws CharacterCodingException {
        if (bmp.chars().anyMatch(c -> Character.isSurrogate((char) c))) {
            throw new CharacterCodingException();
        }
        return bmp;
    }

    private static String strictly(Charset charset, byte[] octets) throws CharacterCodingException {
        return charset.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
    }
}
