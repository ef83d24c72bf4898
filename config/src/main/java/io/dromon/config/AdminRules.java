package io.dromon.config;

import static io.dromon.config.AdminOptions.ADMIN_CHANGE;
import static io.dromon.config.AdminOptions.ADMIN_CHANGE_OUS;
import static io.dromon.config.AdminOptions.ADMIN_DATA;
import static io.dromon.config.AdminOptions.ADMIN_DATA_OUS;
import static io.dromon.config.AdminOptions.ADMIN_HEALTH;
import static io.dromon.config.AdminOptions.ADMIN_HEALTH_OUS;
import static io.dromon.config.AdminOptions.ADMIN_LISTEN;
import static io.dromon.config.AdminOptions.ADMIN_MUTUAL_TLS;
import static io.dromon.config.AdminOptions.ADMIN_READ;
import static io.dromon.config.AdminOptions.ADMIN_READ_OUS;
import static io.dromon.config.AdminOptions.ADMIN_SSL_CA;
import static io.dromon.config.AdminOptions.ADMIN_SSL_CERT;
import static io.dromon.config.AdminOptions.ADMIN_SSL_CRL;
import static io.dromon.config.AdminOptions.ADMIN_SSL_KEY;
import static io.dromon.config.AdminOptions.ADMIN_SSL_PASSWORD_FILE;
import static io.dromon.config.AdminOptions.ADMIN_VALID_OUS;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rules by which the options of the admin listener go together. What would open more than it says stops the start. */
final class AdminRules {
    private static final Map<Option<String>, Option<List<String>>> CLASSES = Map.of(
            ADMIN_HEALTH, ADMIN_HEALTH_OUS,
            ADMIN_READ, ADMIN_READ_OUS,
            ADMIN_CHANGE, ADMIN_CHANGE_OUS,
            ADMIN_DATA, ADMIN_DATA_OUS);

    private static final List<Option<Path>> FILES =
            List.of(ADMIN_SSL_CERT, ADMIN_SSL_KEY, ADMIN_SSL_CA, ADMIN_SSL_PASSWORD_FILE, ADMIN_SSL_CRL);

    private final Resolver resolver;
    private final List<ConfigProblem> problems;

    private AdminRules(Resolver resolver, List<ConfigProblem> problems) {
        this.resolver = resolver;
        this.problems = problems;
    }

    static void check(Resolver resolver, List<ConfigProblem> problems) {
        AdminRules rules = new AdminRules(resolver, problems);
        Optional<AdminAddress> listen = resolver.optional(ADMIN_LISTEN);
        if (listen.isPresent()) {
            rules.checkTls(listen.get());
            rules.checkReach(listen.get());
            rules.checkClasses();
        } else if (!TlsOptionRules.isGiven(resolver, ADMIN_LISTEN)) {
            rules.warnOfIgnored();
        }
    }

    private void warnOfIgnored() {
        for (Option<?> option : AdminOptions.here()) {
            if (TlsOptionRules.isGiven(resolver, option)) {
                resolver.warnings.add(TlsOptionRules.place(resolver, option) + ": " + option.name()
                        + " is ignored: admin.listen is not set");
            }
        }
    }

    private void checkTls(AdminAddress listen) {
        boolean certificate = resolver.optional(ADMIN_SSL_CERT).isPresent()
                && resolver.optional(ADMIN_SSL_KEY).isPresent();
        boolean mutual = resolver.value(ADMIN_MUTUAL_TLS);
        if (TlsOptionRules.isGiven(resolver, ADMIN_SSL_CERT) != TlsOptionRules.isGiven(resolver, ADMIN_SSL_KEY)) {
            problem(
                    TlsOptionRules.isGiven(resolver, ADMIN_SSL_CERT) ? ADMIN_SSL_CERT : ADMIN_SSL_KEY,
                    "set admin.ssl_cert and admin.ssl_key together, or neither to use those of socket.ssl_cert and"
                            + " socket.ssl_key");
        }
        if (listen.protocol() == AdminAddress.Protocol.HTTPS && !certificate) {
            problem(
                    ADMIN_LISTEN,
                    listen + " is for HTTPS, and there is no certificate: set admin.ssl_cert and admin.ssl_key, or"
                            + " socket.ssl_cert and socket.ssl_key");
        }
        if (mutual && (!certificate || listen.protocol() == AdminAddress.Protocol.HTTP)) {
            problem(
                    ADMIN_MUTUAL_TLS,
                    certificate
                            ? "clients show certificates over HTTPS alone, and " + listen + " is for plain HTTP: write "
                                    + listen.address().hostPort() + ":https"
                            : "it needs a certificate of the listener: set admin.ssl_cert and admin.ssl_key, or"
                                    + " socket.ssl_cert and socket.ssl_key");
        }
        if (mutual && isEmpty(ADMIN_VALID_OUS)) {
            problem(
                    ADMIN_MUTUAL_TLS,
                    "it needs admin.valid_ous, without which any certificate of the CA would do: set it to the"
                            + " organisational units of the operators' certificates");
        }
        for (Option<Path> option : FILES) {
            if (TlsOptionRules.isGiven(resolver, option)) {
                resolver.optional(option).ifPresent(file -> TlsOptionRules.checkFile(resolver, option, file, problems));
            }
        }
    }

    /** What other machines reach. */
    private void checkReach(AdminAddress listen) {
        if (listen.isLoopback()) {
            return;
        }
        if (!resolver.value(ADMIN_MUTUAL_TLS)) {
            problem(
                    ADMIN_LISTEN,
                    listen + " can be reached from other machines: set admin.mutual_tls=yes and admin.valid_ous to the"
                            + " organisational units of the operators' certificates, or listen at 127.0.0.1");
        }
        if (resolver.value(ADMIN_CHANGE).equals("open")) {
            problem(
                    ADMIN_CHANGE,
                    "open would let every machine that reaches " + listen
                            + " change this node: set certificate or off, or listen at 127.0.0.1");
        }
        if (resolver.value(ADMIN_DATA).equals("open")) {
            problem(
                    ADMIN_DATA,
                    "open would let every machine that reaches " + listen
                            + " read and write the store: set certificate or off, or listen at 127.0.0.1");
        }
        if (resolver.value(ADMIN_READ).equals("open")) {
            resolver.warnings.add(TlsOptionRules.place(resolver, ADMIN_READ)
                    + ": admin.read=open: every machine that reaches " + listen
                    + " can read this node's status, also in plain text");
        }
    }

    private void checkClasses() {
        boolean mutual = resolver.value(ADMIN_MUTUAL_TLS);
        CLASSES.forEach((access, units) -> {
            boolean certificate = resolver.value(access).equals("certificate");
            if (certificate && !mutual) {
                problem(access, "certificate needs admin.mutual_tls=yes and admin.valid_ous");
            }
            if (!certificate && TlsOptionRules.isGiven(resolver, units)) {
                problem(
                        units,
                        "does nothing with " + access.name() + "=" + resolver.value(access) + "; set " + access.name()
                                + "=certificate, or remove it");
            }
            if (certificate && mutual && TlsOptionRules.isGiven(resolver, units) && isEmpty(units)) {
                problem(units, "it is empty, and would let nobody in; say so with " + access.name() + "=off");
            }
        });
        if (!mutual && TlsOptionRules.isGiven(resolver, ADMIN_VALID_OUS)) {
            problem(ADMIN_VALID_OUS, "does nothing with admin.mutual_tls=no; set it to yes, or remove the list");
        }
    }

    private boolean isEmpty(Option<List<String>> units) {
        return resolver.optional(units).orElse(List.of()).isEmpty();
    }

    private void problem(Option<?> option, String text) {
        problems.add(new ConfigProblem(TlsOptionRules.place(resolver, option), option.name() + ": " + text));
    }
}
