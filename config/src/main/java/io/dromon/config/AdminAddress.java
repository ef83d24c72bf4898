package io.dromon.config;

import java.util.Locale;
import java.util.Set;

/**
 * The address of the admin listener, and what it speaks there: {@code HOST:PORT}, {@code HOST:PORT:https} or {@code
 * HOST:PORT:http}.
 *
 * @param address numeric host or {@code localhost}, with a port; 0 lets the system choose
 */
public record AdminAddress(Address address, Protocol protocol) {
    /** What is spoken on the port. */
    public enum Protocol {
        /** HTTP, and HTTPS too where there is a certificate: the first byte of a connection decides. */
        BOTH,
        /** HTTPS alone; plain HTTP is answered with 400. */
        HTTPS,
        /** Plain HTTP alone. */
        HTTP;

        private String suffix() {
            return this == BOTH ? "" : ":" + name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Set<String> LOOPBACK = Set.of("localhost", "::1", "0:0:0:0:0:0:0:1");

    /** Requires a port. */
    public AdminAddress {
        if (!address.hasPort()) {
            throw new IllegalArgumentException("no port");
        }
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException with the reason
     */
    public static AdminAddress parse(String text) {
        for (Protocol protocol : new Protocol[] {Protocol.HTTPS, Protocol.HTTP}) {
            if (text.endsWith(protocol.suffix())) {
                String rest =
                        text.substring(0, text.length() - protocol.suffix().length());
                return new AdminAddress(Address.parseHostPort("", rest), protocol);
            }
        }
        return new AdminAddress(Address.parseHostPort("", text), Protocol.BOTH);
    }

    /** Whether only programs of this machine can connect. */
    public boolean isLoopback() {
        return LOOPBACK.contains(address.host())
                || (address.isNumeric() && address.host().startsWith("127."));
    }

    @Override
    public String toString() {
        return address.hostPort() + protocol.suffix();
    }
}
