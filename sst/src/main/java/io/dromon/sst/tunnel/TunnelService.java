package io.dromon.sst.tunnel;

import io.dromon.transport.tls.PeerSubjects;
import io.dromon.transport.tls.TlsEndpoint.Verification;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One service of a tunnel.
 *
 * @param name for the log
 * @param client whether the remote end speaks TLS; else the accepted one does
 * @param accept where to listen; empty: standard input and output are the one plain connection (client only)
 * @param connect where to connect to, in order of preference; empty: a program is run
 * @param command program and arguments that a server runs per connection; empty: it connects
 * @param tls certificates and rules
 * @param serverName what a client asks for (SNI)
 * @param roundRobin whether {@code connect} is used in turn instead of in order
 * @param local address to connect from
 * @param timeouts all of them
 * @param reset whether an error is told by TCP resets
 */
public record TunnelService(
        String name,
        boolean client,
        Optional<TunnelAddress> accept,
        List<TunnelAddress> connect,
        List<String> command,
        Tls tls,
        Optional<String> serverName,
        boolean roundRobin,
        Optional<String> local,
        Timeouts timeouts,
        boolean reset) {
    public TunnelService {
        connect = List.copyOf(connect);
        command = List.copyOf(command);
    }

    /**
     * Certificates, and what is asked of the peer.
     *
     * @param certificate PEM, own certificate first
     * @param key PEM
     * @param authorities PEM files whose certificates a peer is verified against
     * @param verification what the peer has to prove
     * @param subjects who it has to be
     * @param protocols {@code TLSv1.3}, {@code TLSv1.2}
     * @param ciphers for TLS 1.2, OpenSSL's syntax; empty: default
     * @param suites for TLS 1.3; empty: all
     */
    public record Tls(
            Optional<Path> certificate,
            Optional<Path> key,
            List<Path> authorities,
            Verification verification,
            PeerSubjects subjects,
            List<String> protocols,
            String ciphers,
            List<String> suites) {
        public Tls {
            authorities = List.copyOf(authorities);
            protocols = List.copyOf(protocols);
            suites = List.copyOf(suites);
        }

        /** Both ends with certificates of an authority in {@code ca}. */
        public static Tls mutual(Path certificate, Path key, Path ca) {
            return new Tls(
                    Optional.of(certificate),
                    Optional.of(key),
                    List.of(ca),
                    Verification.CHAIN,
                    PeerSubjects.ANY,
                    List.of("TLSv1.3", "TLSv1.2"),
                    "",
                    List.of());
        }
    }

    /**
     * How long is waited.
     *
     * @param connect for a connection to be made
     * @param handshake for TLS to be established, from the accepted or made connection on
     * @param idle without a byte in either direction
     * @param close without a byte once one direction has ended
     */
    public record Timeouts(Duration connect, Duration handshake, Duration idle, Duration close) {
        /** stunnel's, but half a minute for the handshake: a half-open connection is not held for longer. */
        public static final Timeouts DEFAULT = new Timeouts(
                Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofHours(12), Duration.ofSeconds(60));
    }

    /** Accepts TLS and connects to a local service. */
    public static TunnelService server(String name, TunnelAddress accept, TunnelAddress connect, Tls tls) {
        return new TunnelService(
                name,
                false,
                Optional.of(accept),
                List.of(connect),
                List.of(),
                tls,
                Optional.empty(),
                false,
                Optional.empty(),
                Timeouts.DEFAULT,
                true);
    }

    /** Accepts TLS and runs a program per connection, its standard input and output being the connection. */
    public static TunnelService program(String name, TunnelAddress accept, List<String> command, Tls tls) {
        return new TunnelService(
                name,
                false,
                Optional.of(accept),
                List.of(),
                command,
                tls,
                Optional.empty(),
                false,
                Optional.empty(),
                Timeouts.DEFAULT,
                true);
    }

    /** Accepts plain text, on loopback unless {@code accept} names another host, and connects TLS. */
    public static TunnelService client(String name, TunnelAddress accept, TunnelAddress connect, Tls tls) {
        return new TunnelService(
                name,
                true,
                Optional.of(accept),
                List.of(connect),
                List.of(),
                tls,
                Optional.empty(),
                false,
                Optional.empty(),
                Timeouts.DEFAULT,
                true);
    }

    /** The same with other times. */
    public TunnelService with(Timeouts other) {
        return new TunnelService(
                name, client, accept, connect, command, tls, serverName, roundRobin, local, other, reset);
    }

    /** One line: what it does and what it asks of the peer. */
    public String describe() {
        StringBuilder text = new StringBuilder("[" + name + "] ");
        String there = command.isEmpty()
                ? String.join(", ", connect.stream().map(TunnelService::target).toList())
                : "the program " + command.get(0);
        if (client) {
            text.append("plain text on ")
                    .append(accept.map(address -> listening(address)).orElse("standard input and output"))
                    .append(" to TLS at ")
                    .append(there);
        } else {
            text.append("TLS on ")
                    .append(accept.map(address -> listening(address)).orElse("-"))
                    .append(" to plain text at ")
                    .append(there);
        }
        text.append("; ").append(String.join(" and ", tls.protocols())).append("; the peer ");
        text.append(
                switch (tls.verification()) {
                    case NONE -> "IS NOT VERIFIED";
                    case IF_PRESENT -> "IS VERIFIED ONLY IF IT SHOWS A CERTIFICATE";
                    case CHAIN -> "shows a certificate of a CA in " + tls.authorities();
                    case PINNED -> "shows a certificate that is itself in " + tls.authorities();
                    case CHAIN_AND_PINNED -> "shows a certificate that is itself, as its CA, in " + tls.authorities();
                });
        if (!tls.subjects().isAny()) {
            text.append(" and is one of ")
                    .append(tls.subjects().hosts())
                    .append(tls.subjects().addresses())
                    .append(tls.subjects().emails());
        }
        text.append("; own certificate ")
                .append(tls.certificate().map(Path::toString).orElse("none"));
        return text.toString();
    }

    private String listening(TunnelAddress address) {
        return new TunnelAddress(address.host().isEmpty() ? defaultHost() : address.host(), address.port()).toString();
    }

    private static String target(TunnelAddress address) {
        return address.host().isEmpty() ? "localhost" + address : address.toString();
    }

    /** Where a service listens that names no host: plain text is not shown to the network unasked. */
    String defaultHost() {
        return client ? "127.0.0.1" : "0.0.0.0";
    }
}
