package io.dromon.node.admin.http;

import io.dromon.config.AdminAddress;
import io.dromon.config.AdminOptions;
import io.dromon.config.NodeConfig;
import io.dromon.config.Options;
import io.dromon.node.CertificateExpiry;
import io.dromon.node.NodeException;
import io.dromon.node.NodeStatus;
import io.dromon.node.admin.api.AccessRules;
import io.dromon.node.credentials.EndpointRenewal;
import io.dromon.transport.tls.OptionWords;
import io.dromon.transport.tls.PeerSettings;
import io.dromon.transport.tls.PeerSubjects;
import io.dromon.transport.tls.TlsEndpoint;
import io.dromon.transport.tls.TlsGeneration;
import io.dromon.transport.tls.TlsSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The admin listener of one run of a node: its address, its certificate, its rules. Any thread. */
public final class AdminListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminListener.class);
    /** The names of the listener's options, for what is said of its files. */
    private static final OptionWords WORDS = new OptionWords(Map.of(
            "socket.ssl_cert", "admin.ssl_cert",
            "socket.ssl_key", "admin.ssl_key",
            "socket.ssl_ca", "admin.ssl_ca",
            "socket.ssl_password_file", "admin.ssl_password_file",
            "tls.crl", "admin.ssl_crl"));

    private final AdminServer server;
    private final Prepared prepared;
    private final boolean ownFiles;
    private final String where;

    /**
     * What was read and checked before anything is opened.
     *
     * @param tls empty if there is no certificate, or the address is for plain HTTP alone
     */
    public record Prepared(
            String node,
            AdminAddress address,
            AccessRules rules,
            boolean mutualTls,
            boolean ownFiles,
            Optional<EndpointRenewal> tls) {
        /**
         * Reads the files of the listener.
         *
         * @return empty if the configuration has no listener
         * @throws NodeException with everything that is wrong with the files
         */
        public static Optional<Prepared> of(NodeConfig config) {
            return config.optional(AdminOptions.ADMIN_LISTEN).map(address -> {
                AccessRules rules = AccessRules.of(config);
                boolean mutual = config.value(AdminOptions.ADMIN_MUTUAL_TLS);
                Optional<EndpointRenewal> tls = tlsSettings(config)
                        .map(settings -> EndpointRenewal.load(
                                config.name() + ": admin listener",
                                settings,
                                generation -> spec(generation, settings, rules, mutual),
                                WORDS::in));
                boolean ownFiles =
                        !config.optional(AdminOptions.ADMIN_SSL_CERT).equals(config.optional(Options.SOCKET_SSL_CERT));
                return new Prepared(config.name(), address, rules, mutual, ownFiles, tls);
            });
        }

        /** Where nothing is opened after all. */
        public void close() {
            tls.ifPresent(EndpointRenewal::close);
        }
    }

    /** The files of the listener; empty if it has no certificate. */
    public static Optional<TlsSettings> tlsSettings(NodeConfig config) {
        boolean plain = config.optional(AdminOptions.ADMIN_LISTEN)
                .filter(address -> address.protocol() != AdminAddress.Protocol.HTTP)
                .isEmpty();
        boolean complete = config.optional(AdminOptions.ADMIN_SSL_CERT).isPresent()
                && config.optional(AdminOptions.ADMIN_SSL_KEY).isPresent();
        if (plain || !complete) {
            return Optional.empty();
        }
        return Optional.of(new TlsSettings(
                config.value(AdminOptions.ADMIN_SSL_CERT),
                config.value(AdminOptions.ADMIN_SSL_KEY),
                config.optional(AdminOptions.ADMIN_SSL_CA),
                config.optional(AdminOptions.ADMIN_SSL_PASSWORD_FILE),
                config.optional(Options.SOCKET_SSL_CIPHER).orElse(""),
                switch (config.value(Options.TLS_PROVIDER)) {
                    case AUTO -> TlsSettings.Provider.AUTO;
                    case BORINGSSL -> TlsSettings.Provider.BORINGSSL;
                    case JDK -> TlsSettings.Provider.JDK;
                },
                config.value(Options.TLS_PROTOCOLS),
                new PeerSettings(
                        false,
                        PeerSettings.Names.NONE,
                        Map.of(),
                        config.optional(AdminOptions.ADMIN_SSL_CRL),
                        Optional.empty())));
    }

    private static TlsEndpoint.Spec spec(
            TlsGeneration generation, TlsSettings settings, AccessRules rules, boolean mutual) {
        TlsEndpoint.Verification verification = !mutual
                ? TlsEndpoint.Verification.NONE
                : rules.alwaysNeedCertificate() ? TlsEndpoint.Verification.CHAIN : TlsEndpoint.Verification.IF_PRESENT;
        return new TlsEndpoint.Spec(
                true,
                Optional.of(generation),
                generation.trust(),
                verification,
                PeerSubjects.ANY,
                settings.protocols(),
                settings.cipher(),
                List.of(),
                settings.provider());
    }

    private AdminListener(AdminServer server, Prepared prepared, String where) {
        this.server = server;
        this.prepared = prepared;
        this.ownFiles = prepared.ownFiles();
        this.where = where;
    }

    /**
     * Takes the address; requests are taken when the server starts.
     *
     * @throws NodeException if the address cannot be had
     */
    public static AdminListener open(AdminServer server, Prepared prepared) {
        try {
            InetSocketAddress bound = server.listen(prepared.address(), prepared.tls(), prepared.rules());
            String host = bound.getAddress().getHostAddress();
            return new AdminListener(
                    server, prepared, (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + bound.getPort());
        } catch (IOException e) {
            prepared.close();
            throw new NodeException(NodeException.Reason.CONFIGURATION, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * The listener of the next run of the same node, at the same server: where the address is the same it stays open all the
     * time. This one must not be used any more.
     *
     * @throws NodeException if another address cannot be had; this one has gone then
     */
    public AdminListener next(Prepared following) {
        if (following.address().equals(prepared.address())) {
            server.serve(following.address(), following.tls(), following.rules());
            prepared.close();
            return new AdminListener(server, following, where);
        }
        end();
        return open(server, following);
    }

    /** Gives the address up, where no listener follows. */
    public void end() {
        server.close(prepared.address());
        prepared.close();
    }

    /** Says in the log what is open. */
    public void announce() {
        NodeStatus.Admin status = status();
        LOG.info(
                "{}: admin listener at {}: {}{}; {}",
                prepared.node(),
                status.address(),
                status.protocols(),
                status.mutualTls() ? " with client certificates" : "",
                status.access());
    }

    /** For the status. */
    public NodeStatus.Admin status() {
        boolean http = prepared.address().protocol() != AdminAddress.Protocol.HTTPS;
        boolean https = prepared.tls().isPresent();
        return new NodeStatus.Admin(
                where,
                http && https ? "HTTP and HTTPS" : https ? "HTTPS" : "HTTP",
                prepared.mutualTls(),
                prepared.rules().text());
    }

    /** The certificates of files of its own; those of the node are told with the node's. */
    public List<CertificateExpiry> certificates() {
        return ownFiles ? prepared.tls().map(EndpointRenewal::certificates).orElse(List.of()) : List.of();
    }

    /** Certificate and trust, which can be renewed; empty without TLS. */
    public Optional<EndpointRenewal> tls() {
        return prepared.tls();
    }

    /** Whether its files are others than those of the node, so that their expiry is told here. */
    public boolean hasOwnFiles() {
        return ownFiles;
    }

    /** When the server takes no connection any more. */
    @Override
    public void close() {
        prepared.close();
    }
}
