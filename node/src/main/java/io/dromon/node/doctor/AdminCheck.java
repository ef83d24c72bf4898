package io.dromon.node.doctor;

import static io.dromon.node.doctor.Diagnosis.Level.FAIL;
import static io.dromon.node.doctor.Diagnosis.Level.OK;
import static io.dromon.node.doctor.Diagnosis.Level.WARNING;

import io.dromon.config.AdminAddress;
import io.dromon.config.AdminOptions;
import io.dromon.config.NodeConfig;
import io.dromon.config.Option;
import io.dromon.config.Source;
import io.dromon.node.CertificateExpiry;
import io.dromon.node.NodeException;
import io.dromon.node.admin.http.AdminListener;
import io.dromon.node.credentials.EndpointRenewal;
import io.dromon.node.credentials.ExpiryRules;
import io.dromon.node.doctor.Diagnosis.Channel;
import io.dromon.node.doctor.Diagnosis.Finding;
import io.dromon.node.doctor.Diagnosis.Used;
import io.dromon.node.doctor.Diagnosis.Value;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The check of the admin listener, by the code that opens it. */
final class AdminCheck {
    private static final List<Option<Path>> FILES = List.of(
            AdminOptions.ADMIN_SSL_CERT,
            AdminOptions.ADMIN_SSL_KEY,
            AdminOptions.ADMIN_SSL_CA,
            AdminOptions.ADMIN_SSL_PASSWORD_FILE,
            AdminOptions.ADMIN_SSL_CRL);

    private final NodeConfig config;
    private final List<Finding> findings = new ArrayList<>();
    private final List<Used> files = new ArrayList<>();
    private String mode = "unusable";

    private AdminCheck(NodeConfig config) {
        this.config = config;
    }

    /**
     * The channel of the listener.
     *
     * @param running whether a node of this data directory runs, which has the address then
     * @return empty if the configuration has none
     */
    static Optional<Channel> run(NodeConfig config, boolean running) {
        return config.optional(AdminOptions.ADMIN_LISTEN).map(address -> new AdminCheck(config).run(address, running));
    }

    private Channel run(AdminAddress address, boolean running) {
        boolean https = AdminListener.tlsSettings(config).isPresent();
        if (https) {
            for (Option<Path> option : FILES) {
                config.optional(option).ifPresent(file -> files.add(Used.of(option.name(), file, source(option))));
            }
        }
        try {
            AdminListener.Prepared.of(config).ifPresent(prepared -> {
                mode = https ? address.protocol() == AdminAddress.Protocol.HTTPS ? "HTTPS" : "HTTP and HTTPS" : "HTTP";
                prepared.rules().text().forEach((access, who) -> findings.add(new Finding(OK, "admin." + access, who)));
                prepared.tls().ifPresent(this::certificates);
                prepared.close();
            });
        } catch (NodeException e) {
            findings.add(new Finding(FAIL, "TLS", String.valueOf(e.getMessage())));
        }
        listen(address, running);
        return new Channel("admin", mode, values(), files, findings);
    }

    private void certificates(EndpointRenewal tls) {
        Instant now = Instant.now();
        CertificateExpiry own = tls.certificates().get(0);
        findings.add(new Finding(
                OK, "certificate", own.subject() + ", serial " + own.serial() + ", valid until " + own.notAfter()));
        for (CertificateExpiry certificate : tls.certificates()) {
            ExpiryRules.warning(certificate, now)
                    .ifPresent(text -> findings.add(new Finding(
                            certificate.equals(own) && now.isAfter(own.notAfter()) ? FAIL : WARNING, "expiry", text)));
        }
    }

    private void listen(AdminAddress address, boolean running) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(
                    InetAddress.getByName(address.address().host()),
                    address.address().port()));
            findings.add(new Finding(OK, AdminOptions.ADMIN_LISTEN.name(), address + " can be had"));
        } catch (IOException e) {
            findings.add(
                    running
                            ? new Finding(
                                    OK,
                                    AdminOptions.ADMIN_LISTEN.name(),
                                    address + " is taken, and the node runs already")
                            : new Finding(
                                    FAIL,
                                    AdminOptions.ADMIN_LISTEN.name(),
                                    address + " cannot be had: " + e.getMessage()
                                            + "; choose another one, or end what uses it"));
        }
    }

    private List<Value> values() {
        List<Value> values = new ArrayList<>();
        for (Option<?> option : config.options()) {
            if (option.name().startsWith("admin.") && config.source(option).kind() != Source.Kind.DEFAULT) {
                values.add(new Value(option.name(), config.text(option), source(option)));
            }
        }
        return values;
    }

    private String source(Option<?> option) {
        return config.source(option).place();
    }
}
