package io.dromon.config;

import static io.dromon.config.Support.Part.CONFIG;
import static io.dromon.config.Support.Part.GROUP;
import static io.dromon.config.Support.Part.LINK;
import static io.dromon.config.Support.Part.NODE;
import static io.dromon.config.Support.Part.PRIMARY;
import static io.dromon.config.Support.Part.SST;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** MariaDB's {@code wsrep_*} server options (chapter 06 section 14), and {@code datadir}. */
public final class ServerOptions {
    private static final List<Option<?>> HERE = new ArrayList<>();
    private static final Pattern METHOD = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final String NO_DATABASE = "a setting of the database server, which Dromon is not";

    /** {@code wsrep_cluster_name}. */
    public static final Option<String> WSREP_CLUSTER_NAME = server("wsrep_cluster_name", Types.STRING)
            .byDefault("my_wsrep_cluster")
            .check("1 to 32 bytes", ServerOptions::groupProblem)
            .honoured(GROUP)
            .doc("Name of the group; nodes of another group are refused.")
            .in(HERE);

    /** {@code wsrep_node_name}. */
    public static final Option<String> WSREP_NODE_NAME = server("wsrep_node_name", Types.STRING)
            .derived("the host's name", values -> Optional.of(hostName()))
            .check("1 to 256 characters, none of them a control character", ServerOptions::nameProblem)
            .honoured(GROUP)
            .doc("Name of this node, for people and for the choice of a donor.")
            .in(HERE);

    /** {@code wsrep_cluster_address}. */
    public static final Option<ClusterAddress> WSREP_CLUSTER_ADDRESS = server(
                    "wsrep_cluster_address", Types.CLUSTER_ADDRESS)
            .honoured(CONFIG)
            .doc("Addresses of the group's nodes; gcomm:// makes a new group.")
            .in(HERE);

    /** {@code wsrep_new_cluster}. */
    public static final Option<Boolean> WSREP_NEW_CLUSTER = server("wsrep_new_cluster", Types.BOOLEAN)
            .byDefault("false")
            .honoured(PRIMARY)
            .doc("Whether this node makes a new group, whatever the cluster address says.")
            .in(HERE);

    /** {@code wsrep_provider_options}. */
    public static final Option<String> WSREP_PROVIDER_OPTIONS = server("wsrep_provider_options", Types.PROVIDER_OPTIONS)
            .derived("", values -> Optional.of(""))
            .honoured(CONFIG)
            .doc("Options of the transport and of replication: name=value; name=value.")
            .in(HERE);

    /** {@code wsrep_node_address}. */
    public static final Option<Address> WSREP_NODE_ADDRESS = server("wsrep_node_address", Types.ADDRESS)
            .honoured(CONFIG)
            .doc("Address of this node, from which other addresses take their host and base_port its port.")
            .in(HERE);

    /** {@code wsrep_node_incoming_address}; {@link NodeConfig#incomingAddress} is the verdict. */
    public static final Option<String> WSREP_NODE_INCOMING_ADDRESS = server("wsrep_node_incoming_address", Types.STRING)
            .byDefault("AUTO")
            .honoured(GROUP)
            .doc("Address at which this node serves its clients, shown to the other nodes.")
            .in(HERE);

    /** {@code datadir}. */
    public static final Option<Path> DATADIR = server("datadir", Types.PATH)
            .byDefault(".")
            .honoured(NODE)
            .doc("The server's data directory.")
            .in(HERE);

    /** {@code wsrep_data_home_dir}. */
    public static final Option<Path> WSREP_DATA_HOME_DIR = server("wsrep_data_home_dir", Types.PATH)
            .derived("datadir", values -> values.optional(DATADIR))
            .honoured(NODE)
            .doc("Directory of the node's state files.")
            .in(HERE);

    /** {@code wsrep_allowlist}. */
    public static final Option<String> WSREP_ALLOWLIST = server("wsrep_allowlist", Types.STRING)
            .derived("", values -> Optional.of(""))
            .check("numeric addresses, separated by commas", ServerOptions::allowlistProblem)
            .honoured(LINK)
            .doc("Addresses of the peers that may connect, separated by commas; empty for all.")
            .in(HERE);

    /** {@code wsrep_max_ws_size}. */
    public static final Option<Long> WSREP_MAX_WS_SIZE = server("wsrep_max_ws_size", Types.SIZE)
            .unit("bytes")
            .byDefault("2147483647")
            .min("1024")
            .max("2147483647")
            .runtime()
            .honoured(GROUP)
            .doc("Largest write-set that this node replicates; repl.max_ws_size by another name.")
            .in(HERE);

    /** {@code wsrep_slave_threads}. */
    public static final Option<Integer> WSREP_SLAVE_THREADS = server("wsrep_slave_threads", Types.INTEGER)
            .byDefault("1")
            .min("1")
            .max("512")
            .honoured(NODE)
            .doc("Most appliers; repl.appliers by another name.")
            .in(HERE);

    /** {@code wsrep_start_position}. */
    public static final Option<String> WSREP_START_POSITION = server("wsrep_start_position", Types.STRING)
            .byDefault("00000000-0000-0000-0000-000000000000:-1")
            .check("UUID:seqno", ServerOptions::positionProblem)
            .notYet(NODE)
            .doc("Position of the application's state at start.")
            .in(HERE);

    /** {@code wsrep_desync}. */
    public static final Option<Boolean> WSREP_DESYNC = server("wsrep_desync", Types.BOOLEAN)
            .byDefault("false")
            .runtime()
            .honoured(GROUP)
            .doc("Whether this node leaves flow control and falls behind.")
            .in(HERE);

    /** {@code wsrep_sst_method}. */
    public static final Option<String> WSREP_SST_METHOD = server("wsrep_sst_method", Types.STRING)
            .byDefault("stream")
            .check(
                    "letters, digits, - and _",
                    method -> METHOD.matcher(method).matches()
                            ? Optional.empty()
                            : Optional.of("not the name of a method"))
            .runtime()
            .honoured(SST)
            .doc("Method of the state snapshot transfer with which this node joins: stream, rsync, script, or skip for"
                    + " none.")
            .in(HERE);

    /** {@code wsrep_sst_receive_address}. */
    public static final Option<String> WSREP_SST_RECEIVE_ADDRESS = server("wsrep_sst_receive_address", Types.STRING)
            .byDefault("AUTO")
            .check("AUTO, or a host with or without a port", ServerOptions::receiveProblem)
            .runtime()
            .honoured(SST)
            .doc("Address at which a donor reaches this node with a snapshot; AUTO takes wsrep_node_address.")
            .in(HERE);

    /** {@code wsrep_sst_donor}. */
    public static final Option<String> WSREP_SST_DONOR = server("wsrep_sst_donor", Types.STRING)
            .derived("", values -> Optional.of(""))
            .runtime()
            .honoured(GROUP)
            .doc("Names of preferred donors, separated by commas; a comma at the end allows any other.")
            .in(HERE);

    /** {@code wsrep_sst_auth}. */
    public static final Option<String> WSREP_SST_AUTH = server("wsrep_sst_auth", Types.STRING)
            .runtime()
            .secret()
            .noEffect("certificates and a token that the joiner makes are what counts")
            .doc("Credentials of the state snapshot transfer, user:password.")
            .in(HERE);

    /** {@code wsrep_sst_donor_rejects_queries}. */
    public static final Option<Boolean> WSREP_SST_DONOR_REJECTS_QUERIES = server(
                    "wsrep_sst_donor_rejects_queries", Types.BOOLEAN)
            .byDefault("false")
            .runtime()
            .noEffect("a donor goes on serving")
            .doc("Whether a donor refuses its clients during a snapshot.")
            .in(HERE);

    /** {@code wsrep_recover}. */
    public static final Option<Boolean> WSREP_RECOVER = server("wsrep_recover", Types.BOOLEAN)
            .byDefault("false")
            .notYet(NODE)
            .doc("Whether the start only prints the position of the state and ends.")
            .in(HERE);

    static {
        foreign("wsrep_on", "ON", "Whether the server replicates.", "a Dromon node always replicates");
        foreign("wsrep_provider", "none", "Library of the replication provider.", "Dromon is the provider");
        foreign("wsrep_osu_method", "TOI", "How schema changes are replicated.", NO_DATABASE);
        foreign("wsrep_sr_store", "table", "Where fragments of streaming replication are stored.", NO_DATABASE);
        foreign("wsrep_auto_increment_control", "ON", "Whether auto-increment steps follow the size.", NO_DATABASE);
        foreign("wsrep_causal_reads", "OFF", "Old name of wsrep_sync_wait=1.", NO_DATABASE);
        foreign("wsrep_certification_rules", "strict", "How foreign keys are certified.", NO_DATABASE);
        foreign("wsrep_certify_nonpk", "ON", "Whether rows without primary key get one.", NO_DATABASE);
        foreign("wsrep_convert_lock_to_trx", "OFF", "Whether LOCK TABLES becomes a transaction.", NO_DATABASE);
        foreign("wsrep_dbug_option", "", "Debug option of the provider.", NO_DATABASE);
        foreign("wsrep_debug", "NONE", "Debug logging of the server.", NO_DATABASE);
        foreign("wsrep_dirty_reads", "OFF", "Whether a node without primary component may be read.", NO_DATABASE);
        foreign("wsrep_drupal_282555_workaround", "OFF", "A workaround for auto-increment.", NO_DATABASE);
        foreign("wsrep_forced_binlog_format", "NONE", "Format of the binary log.", NO_DATABASE);
        foreign("wsrep_gtid_domain_id", "0", "Domain of the GTIDs of replicated transactions.", NO_DATABASE);
        foreign("wsrep_gtid_mode", "OFF", "Whether replicated transactions get one GTID everywhere.", NO_DATABASE);
        foreign("wsrep_ignore_apply_errors", "7", "Which errors of applying are ignored.", NO_DATABASE);
        foreign("wsrep_load_data_splitting", "OFF", "Whether LOAD DATA is split.", NO_DATABASE);
        foreign("wsrep_log_conflicts", "OFF", "Whether conflicting transactions are logged.", NO_DATABASE);
        foreign("wsrep_max_ws_rows", "0", "Most rows in a write-set.", NO_DATABASE);
        foreign("wsrep_mode", "", "Features of the server's replication.", NO_DATABASE);
        foreign("wsrep_mysql_replication_bundle", "0", "How many replicated events make a group.", NO_DATABASE);
        foreign("wsrep_notify_cmd", "", "Program that is run when the view or the state changes.", NO_DATABASE);
        foreign("wsrep_patch_version", "", "Version of the server's replication patch.", NO_DATABASE);
        foreign("wsrep_reject_queries", "NONE", "Whether clients are refused.", NO_DATABASE, "ALL");
        foreign("wsrep_replicate_myisam", "OFF", "Whether MyISAM tables are replicated.", NO_DATABASE);
        foreign("wsrep_restart_slave", "OFF", "Whether asynchronous replication is restarted.", NO_DATABASE);
        foreign("wsrep_retry_autocommit", "1", "How often a conflicting statement is retried.", NO_DATABASE);
        foreign("wsrep_slave_fk_checks", "ON", "Whether appliers check foreign keys.", NO_DATABASE);
        foreign("wsrep_slave_uk_checks", "OFF", "Whether appliers check unique keys.", NO_DATABASE);
        foreign("wsrep_status_file", "", "File that shows the node's state.", NO_DATABASE);
        foreign("wsrep_strict_ddl", "OFF", "Whether schema changes of other engines are refused.", NO_DATABASE);
        foreign("wsrep_sync_wait", "0", "Which statements read causally.", NO_DATABASE, "1");
        foreign("wsrep_trx_fragment_size", "0", "Size of the fragments of streaming replication.", NO_DATABASE);
        foreign("wsrep_trx_fragment_unit", "bytes", "Unit of wsrep_trx_fragment_size.", NO_DATABASE);
    }

    private ServerOptions() {}

    static List<Option<?>> here() {
        return HERE;
    }

    private static <T> Option.Builder<T> server(String name, OptionType<T> type) {
        return Option.of(name, type).scope(Option.Scope.SERVER);
    }

    private static void foreign(String name, String byDefault, String doc, String reason) {
        boolean isSwitch = byDefault.equals("ON") || byDefault.equals("OFF");
        foreign(name, byDefault, doc, reason, isSwitch ? Option.ON : "");
    }

    private static void foreign(String name, String byDefault, String doc, String reason, String bare) {
        Option<String> unused = server(name, Types.STRING)
                .byDefault(byDefault)
                .bare(bare)
                .noEffect(reason)
                .doc(doc)
                .in(HERE);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unnamed"; // a host without a name of its own
        }
    }

    static Optional<String> groupProblem(String group) {
        int bytes = group.getBytes(StandardCharsets.UTF_8).length;
        return bytes >= 1 && bytes <= 32 ? Optional.empty() : Optional.of("it has " + bytes + " bytes");
    }

    private static Optional<String> nameProblem(String name) {
        if (name.isEmpty() || name.length() > 256) {
            return Optional.of("it has " + name.length() + " characters");
        }
        return name.chars().anyMatch(Character::isISOControl)
                ? Optional.of("it has a control character, a tab or a line feed say")
                : Optional.empty();
    }

    private static Optional<String> allowlistProblem(String text) {
        for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
            String host = part.strip();
            try {
                if (!Address.parseHostPort("", host.contains(":") ? "[" + host + "]" : host)
                        .isNumeric()) {
                    return Optional.of("'" + host + "' is a name");
                }
            } catch (IllegalArgumentException e) {
                return Optional.of("'" + host + "': " + e.getMessage());
            }
        }
        return Optional.empty();
    }

    private static Optional<String> receiveProblem(String text) {
        try {
            return text.equalsIgnoreCase("AUTO") || !Address.parse(text).isAny()
                    ? Optional.empty()
                    : Optional.of("a donor cannot connect to it");
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static Optional<String> positionProblem(String text) {
        int colon = text.lastIndexOf(':');
        if (colon > 0) {
            try {
                Types.UUID_TEXT.parse(text.substring(0, colon));
                long seqno = Long.parseLong(text.substring(colon + 1));
                return seqno >= -1 ? Optional.empty() : Optional.of("the seqno is less than -1");
            } catch (IllegalArgumentException e) {
                return Optional.of("not UUID:seqno");
            }
        }
        return Optional.of("not UUID:seqno");
    }
}
