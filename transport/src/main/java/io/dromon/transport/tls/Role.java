package io.dromon.transport.tls;

import java.util.List;

/** The peer's role in the handshake. */
enum Role {
    CLIENT("clientAuth", "1.3.6.1.5.5.7.3.2"),
    SERVER("serverAuth", "1.3.6.1.5.5.7.3.1");

    /** Forerunners of serverAuth, by Netscape and by Microsoft. */
    private static final List<String> GATED = List.of("2.16.840.1.113730.4.1", "1.3.6.1.4.1.311.10.3.3");

    final String usage;
    final String oid;

    Role(String usage, String oid) {
        this.usage = usage;
        this.oid = oid;
    }

    boolean isAmong(List<String> purposes) {
        return purposes.contains(oid) || (this == SERVER && purposes.stream().anyMatch(GATED::contains));
    }
}
