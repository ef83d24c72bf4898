package io.dromon.config;

import static io.dromon.config.Support.Part.ADMIN;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Dromon's own options of the admin listener: HTTP and HTTPS for operators, monitoring and programs. */
public final class AdminOptions {
    private static final List<Option<?>> HERE = new ArrayList<>();

    /** {@code admin.listen}. */
    public static final Option<AdminAddress> ADMIN_LISTEN = Option.of("admin.listen", Types.ADMIN_ADDRESS)
            .check("a numeric host or localhost", AdminOptions::listenProblem)
            .honoured(ADMIN)
            .doc(
                    "Address of the admin listener: HOST:PORT takes HTTP, and HTTPS where there is a certificate; a suffix takes"
                            + " one alone; unset opens none. Addresses that other machines reach need admin.mutual_tls.")
            .in(HERE);

    /** {@code admin.ssl_cert}. */
    public static final Option<Path> ADMIN_SSL_CERT = Option.of("admin.ssl_cert", Types.PATH)
            .derived("socket.ssl_cert", values -> values.optional(Options.SOCKET_SSL_CERT))
            .honoured(ADMIN)
            .doc("PEM file with the certificate of the admin listener, with its chain behind it where there is one.")
            .in(HERE);

    /** {@code admin.ssl_key}. */
    public static final Option<Path> ADMIN_SSL_KEY = Option.of("admin.ssl_key", Types.PATH)
            .derived("socket.ssl_key", values -> values.optional(Options.SOCKET_SSL_KEY))
            .honoured(ADMIN)
            .doc("PEM file with the private key of admin.ssl_cert; the two are set together.")
            .in(HERE);

    /** {@code admin.ssl_ca}. */
    public static final Option<Path> ADMIN_SSL_CA = Option.of("admin.ssl_ca", Types.PATH)
            .derived("socket.ssl_ca", values -> values.optional(Options.SOCKET_SSL_CA))
            .honoured(ADMIN)
            .doc("PEM file with the CAs that the certificates of admin clients must chain to.")
            .in(HERE);

    /** {@code admin.ssl_password_file}. */
    public static final Option<Path> ADMIN_SSL_PASSWORD_FILE = Option.of("admin.ssl_password_file", Types.PATH)
            .derived("socket.ssl_password_file, for its key", AdminOptions::passwordOfTheNode)
            .honoured(ADMIN)
            .doc("File whose first line is the password of admin.ssl_key; needed if, and only if, that is encrypted.")
            .in(HERE);

    /** {@code admin.ssl_crl}. */
    public static final Option<Path> ADMIN_SSL_CRL = Option.of("admin.ssl_crl", Types.PATH)
            .derived("tls.crl, for its CAs", AdminOptions::listsOfTheNode)
            .honoured(ADMIN)
            .doc("PEM file with revocation lists (CRL) of the CAs of admin clients.")
            .in(HERE);

    /** {@code admin.valid_ous}. */
    public static final Option<List<String>> ADMIN_VALID_OUS = Option.of("admin.valid_ous", Types.TEXTS)
            .honoured(ADMIN)
            .doc(
                    "Organisational units (OU), of which the certificate of an admin client names one; exact case. Mandatory"
                            + " with admin.mutual_tls.")
            .in(HERE);

    /** {@code admin.mutual_tls}. */
    public static final Option<Boolean> ADMIN_MUTUAL_TLS = Option.of("admin.mutual_tls", Types.BOOLEAN)
            .derived(
                    "true with admin.valid_ous",
                    values -> Optional.of(values.optional(ADMIN_VALID_OUS).isPresent()))
            .honoured(ADMIN)
            .doc(
                    "Whether admin clients prove who they are by a certificate of admin.ssl_ca with an OU of admin.valid_ous.")
            .in(HERE);

    /** {@code admin.health}. */
    public static final Option<String> ADMIN_HEALTH = access("admin.health")
            .byDefault("open")
            .doc("Who may ask /health: anyone (open), those with a certificate that is admitted, nobody (off).")
            .in(HERE);

    /** {@code admin.read}. */
    public static final Option<String> ADMIN_READ = access("admin.read")
            .derived(
                    "certificate with admin.mutual_tls, else open",
                    values -> Optional.of(isMutual(values) ? "certificate" : "open"))
            .doc("Who may read status, metrics and events: open, certificate or off, as for admin.health.")
            .in(HERE);

    /** {@code admin.change}. */
    public static final Option<String> ADMIN_CHANGE = access("admin.change")
            .derived(
                    "certificate with admin.mutual_tls, else off",
                    values -> Optional.of(isMutual(values) ? "certificate" : "off"))
            .doc("Who may change something: certificate, off, or open, which only a loopback address takes. The control"
                    + " socket in the data directory always may.")
            .in(HERE);

    /** {@code admin.data}. */
    public static final Option<String> ADMIN_DATA = access("admin.data")
            .byDefault("off")
            .doc(
                    "Who may read and write the embedded store (/kv) over the network: certificate, off, or open, which only a"
                            + " loopback address takes. The control socket in the data directory always may.")
            .in(HERE);

    /** {@code admin.health_ous}. */
    public static final Option<List<String>> ADMIN_HEALTH_OUS = units("admin.health_ous")
            .doc("Organisational units that admin.health=certificate takes, in place of admin.valid_ous.")
            .in(HERE);

    /** {@code admin.read_ous}. */
    public static final Option<List<String>> ADMIN_READ_OUS = units("admin.read_ous")
            .doc("Organisational units that admin.read=certificate takes, in place of admin.valid_ous.")
            .in(HERE);

    /** {@code admin.change_ous}. */
    public static final Option<List<String>> ADMIN_CHANGE_OUS = units("admin.change_ous")
            .doc("Organisational units that admin.change=certificate takes, in place of admin.valid_ous.")
            .in(HERE);

    /** {@code admin.data_ous}. */
    public static final Option<List<String>> ADMIN_DATA_OUS = units("admin.data_ous")
            .doc("Organisational units that admin.data=certificate takes, in place of admin.valid_ous.")
            .in(HERE);

    private AdminOptions() {}

    static List<Option<?>> here() {
        return HERE;
    }

    private static Option.Builder<String> access(String name) {
        return Option.of(name, Types.word("open", "certificate", "off")).honoured(ADMIN);
    }

    private static Option.Builder<List<String>> units(String name) {
        return Option.of(name, Types.TEXTS)
                .derived("admin.valid_ous", values -> values.optional(ADMIN_VALID_OUS))
                .honoured(ADMIN);
    }

    private static boolean isMutual(Values values) {
        return values.optional(ADMIN_MUTUAL_TLS).orElse(false);
    }

    private static Optional<Path> passwordOfTheNode(Values values) {
        return values.optional(ADMIN_SSL_KEY).equals(values.optional(Options.SOCKET_SSL_KEY))
                ? values.optional(Options.SOCKET_SSL_PASSWORD_FILE)
                : Optional.empty();
    }

    private static Optional<Path> listsOfTheNode(Values values) {
        return values.optional(ADMIN_SSL_CA).equals(values.optional(Options.SOCKET_SSL_CA))
                ? values.optional(IdentityOptions.TLS_CRL)
                : Optional.empty();
    }

    private static Optional<String> listenProblem(AdminAddress listen) {
        Address address = listen.address();
        return address.isNumeric() || address.host().equals("localhost")
                ? Optional.empty()
                : Optional.of("the host must be an address, not a name");
    }
}
