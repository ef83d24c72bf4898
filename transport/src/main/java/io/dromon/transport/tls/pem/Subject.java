package io.dromon.transport.tls.pem;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * The subject of a certificate to be made.
 *
 * @param commonName CN
 * @param organisation O
 * @param units OU
 * @param alternativeNames {@code DNS:name}, {@code IP:address}, {@code URI:uri}; without such a prefix it is guessed
 */
public record Subject(
        String commonName, Optional<String> organisation, List<String> units, List<String> alternativeNames) {
    public Subject {
        units = List.copyOf(units);
        alternativeNames = List.copyOf(alternativeNames);
        if (commonName.isBlank()) {
            throw new IllegalArgumentException("a certificate needs a common name");
        }
        alternativeNames.forEach(Subject::generalName);
    }

    X500Name name() {
        X500NameBuilder name = new X500NameBuilder(BCStyle.INSTANCE);
        organisation.ifPresent(value -> name.addRDN(BCStyle.O, value));
        units.forEach(value -> name.addRDN(BCStyle.OU, value));
        name.addRDN(BCStyle.CN, commonName);
        return name.build();
    }

    List<GeneralName> generalNames() {
        List<GeneralName> names = new ArrayList<>();
        alternativeNames.forEach(name -> names.add(generalName(name)));
        return names;
    }

    private static GeneralName generalName(String text) {
        int colon = text.indexOf(':');
        String kind = colon < 0 ? "" : text.substring(0, colon).toUpperCase(Locale.ROOT);
        String rest = text.substring(colon + 1);
        try {
            return switch (kind) {
                case "DNS" -> new GeneralName(GeneralName.dNSName, rest);
                case "IP" -> new GeneralName(GeneralName.iPAddress, rest);
                case "URI" -> new GeneralName(GeneralName.uniformResourceIdentifier, rest);
                default -> {
                    if (text.contains("://")) {
                        yield new GeneralName(GeneralName.uniformResourceIdentifier, text);
                    }
                    boolean numeric = colon >= 0 || text.matches("[0-9.]+");
                    yield new GeneralName(numeric ? GeneralName.iPAddress : GeneralName.dNSName, text);
                }
            };
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no alternative name; write DNS:name, IP:address or URI:uri", e);
        }
    }
}
