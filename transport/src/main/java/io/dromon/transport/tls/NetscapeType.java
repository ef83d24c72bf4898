package io.dromon.transport.tls;

import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/** {@code nsCertType}, a predecessor of {@code extendedKeyUsage} that old instructions still write and OpenSSL obeys. */
final class NetscapeType {
    static final String OID = "2.16.840.1.113730.1.1";

    private static final int CLIENT = 0x80;
    private static final int SERVER = 0x40;

    private NetscapeType() {}

    /** Whether the certificate may be used in the role; without the extension it may. */
    static boolean allows(X509Certificate certificate, Role role) {
        byte @Nullable [] value = certificate.getExtensionValue(OID);
        if (value == null) {
            return true;
        }
        // An OCTET STRING around a BIT STRING: tag, length, tag, length, unused bits, bits.
        boolean wellFormed = value.length >= 6 && value[0] == 0x04 && value[2] == 0x03 && value[3] >= 2;
        int bit = role == Role.CLIENT ? CLIENT : SERVER;
        return wellFormed && (value[5] & bit) != 0;
    }
}
