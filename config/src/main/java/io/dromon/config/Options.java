package io.dromon.config;

import static io.dromon.config.Bound.Side.AT_LEAST;
import static io.dromon.config.Bound.Side.AT_MOST;
import static io.dromon.config.Bound.Side.LESS_THAN;
import static io.dromon.config.Bound.When.ALWAYS;
import static io.dromon.config.Bound.When.RUNTIME;
import static io.dromon.config.Bound.When.START;
import static io.dromon.config.Support.Part.CONFIG;
import static io.dromon.config.Support.Part.EVS;
import static io.dromon.config.Support.Part.GROUP;
import static io.dromon.config.Support.Part.LINK;
import static io.dromon.config.Support.Part.MESH;
import static io.dromon.config.Support.Part.NODE;
import static io.dromon.config.Support.Part.PRIMARY;
import static io.dromon.config.Support.Part.TLS;
import static io.dromon.config.Support.Part.WIRE;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The registry of options, and those of the group's transport: chapters 01 to 04 of the specification (section "Option
 * tables" of each), and Dromon's own {@code tls.*} and {@code node.*}. The others stand in {@link ReplicationOptions},
 * {@link ServerOptions} and {@link SstOptions}; {@link #all} and {@link #find} know all of them.
 */
public final class Options {
    private static final List<Option<?>> HERE = new ArrayList<>();

    private static final Pattern PEER_CHANGE = Pattern.compile("(add|del):(.+)");

    // ---- base_*, protonet.* (chapter 01 section 11)

    /** {@code base_host}. */
    public static final Option<String> BASE_HOST = Option.of("base_host", Types.STRING)
            .derived(
                    "host of wsrep_node_address",
                    values -> values.optional(ServerOptions.WSREP_NODE_ADDRESS).map(Address::host))
            .check("a host, not 0.0.0.0 or ::", Options::hostProblem)
            .notYet(Support.Part.IST)
            .doc("Host under which this node is reached by state transfer; the mesh does not use it.")
            .in(HERE);

    /** {@code base_port}. */
    public static final Option<Integer> BASE_PORT = Option.of("base_port", Types.INTEGER)
            .derived(
                    "port of wsrep_node_address",
                    values -> values.optional(ServerOptions.WSREP_NODE_ADDRESS)
                            .map(address -> address.hasPort() ? address.port() : NodeConfig.DEFAULT_PORT))
            .min("1")
            .max("65535")
            .honoured(CONFIG)
            .doc(
                    "Port of the listen address and of cluster addresses that name none; 4567 where wsrep_node_address names none.")
            .in(HERE);

    /** {@code base_dir}. */
    public static final Option<Path> BASE_DIR = Option.of("base_dir", Types.PATH)
            .derived("wsrep_data_home_dir", values -> values.optional(ServerOptions.WSREP_DATA_HOME_DIR))
            .honoured(NODE)
            .doc("Directory of the node's state files (gvwstate.dat, grastate.dat).")
            .in(HERE);

    /** {@code protonet.backend}. */
    public static final Option<String> PROTONET_BACKEND = Option.of("protonet.backend", Types.word("asio"))
            .byDefault("asio")
            .noEffect("Dromon's sockets are Netty's")
            .deprecated("there is only one backend")
            .doc("Network library of Galera.")
            .in(HERE);

    /** {@code protonet.version}. */
    public static final Option<Integer> PROTONET_VERSION = Option.of("protonet.version", Types.INTEGER)
            .byDefault("0")
            .min("0")
            .max("0")
            .noEffect("there is only version 0")
            .deprecated("there is only version 0")
            .doc("Version of the frame header.")
            .in(HERE);

    // ---- socket.* (chapter 01 sections 2, 3 and 11)

    /** {@code socket.checksum}. */
    public static final Option<Integer> SOCKET_CHECKSUM = Option.of("socket.checksum", Types.INTEGER)
            .byDefault("2")
            .lenient(value -> value >= 0 && value <= 2 ? value : 1)
            .check("0 (none), 1 (CRC-32) or 2 (CRC-32C); another is taken as 1", value -> Optional.empty())
            .honoured(WIRE)
            .doc("Kind of checksum in sent frames; 0 also ends the checking of received ones.")
            .in(HERE);

    /** {@code socket.recv_buf_size}. */
    public static final Option<OptionalLong> SOCKET_RECV_BUF_SIZE = Option.of(
                    "socket.recv_buf_size", Types.SIZE_OR_AUTO)
            .unit("bytes")
            .byDefault("auto")
            .honoured(LINK)
            .doc("Size of the kernel's receive buffer of each link; auto leaves it to the kernel.")
            .in(HERE);

    /** {@code socket.send_buf_size}. */
    public static final Option<OptionalLong> SOCKET_SEND_BUF_SIZE = Option.of(
                    "socket.send_buf_size", Types.SIZE_OR_AUTO)
            .unit("bytes")
            .byDefault("auto")
            .honoured(LINK)
            .doc("Size of the kernel's send buffer of each link; auto leaves it to the kernel.")
            .in(HERE);

    /** {@code socket.non_blocking}. */
    public static final Option<Boolean> SOCKET_NON_BLOCKING = Option.of("socket.non_blocking", Types.BOOLEAN)
            .hidden()
            .noEffect("internal to Galera; Dromon's sockets never block")
            .doc("Internal to Galera.")
            .in(HERE);

    /** {@code socket.ssl}; {@link NodeConfig#tls} is the verdict. */
    public static final Option<Boolean> SOCKET_SSL = Option.of("socket.ssl", Types.BOOLEAN)
            .derived(
                    "true with a key or certificate",
                    values ->
                            Optional.of(values.optional(Options.SOCKET_SSL_KEY).isPresent()
                                    || values.optional(Options.SOCKET_SSL_CERT).isPresent()))
            .honoured(TLS)
            .doc("Whether links use TLS; it needs socket.ssl_key and socket.ssl_cert, and false ignores both.")
            .in(HERE);

    /** {@code socket.ssl_cert}. */
    public static final Option<Path> SOCKET_SSL_CERT = Option.of("socket.ssl_cert", Types.PATH)
            .honoured(TLS)
            .doc("PEM file with this node's certificate, with its chain behind it where there is one.")
            .in(HERE);

    /** {@code socket.ssl_key}. */
    public static final Option<Path> SOCKET_SSL_KEY = Option.of("socket.ssl_key", Types.PATH)
            .honoured(TLS)
            .doc("PEM file with the private key of this node's certificate.")
            .in(HERE);

    /** {@code socket.ssl_ca}. */
    public static final Option<Path> SOCKET_SSL_CA = Option.of("socket.ssl_ca", Types.PATH)
            .derived("socket.ssl_cert", values -> values.optional(SOCKET_SSL_CERT))
            .honoured(TLS)
            .doc("PEM file with the certificates that peers' certificates must chain to.")
            .in(HERE);

    /** {@code socket.ssl_cipher}. */
    public static final Option<String> SOCKET_SSL_CIPHER = Option.of("socket.ssl_cipher", Types.STRING)
            .derived("", values -> Optional.of(""))
            .honoured(TLS)
            .doc("Cipher suites as an OpenSSL list, empty for the usual ones; all of TLS 1.3 unless some are named.")
            .in(HERE);

    /** {@code socket.ssl_compression}. */
    public static final Option<Boolean> SOCKET_SSL_COMPRESSION = Option.of("socket.ssl_compression", Types.BOOLEAN)
            .honoured(LINK)
            .doc("Whether the stream inside TLS is compressed between Dromon nodes; Galera peers never compress.")
            .in(HERE);

    /** {@code socket.ssl_password_file}. */
    public static final Option<Path> SOCKET_SSL_PASSWORD_FILE = Option.of("socket.ssl_password_file", Types.PATH)
            .honoured(TLS)
            .doc("File whose first line is the password of the private key; needed if, and only if, it is encrypted.")
            .in(HERE);

    /** {@code socket.ssl_reload}. */
    public static final Option<String> SOCKET_SSL_RELOAD = Option.of("socket.ssl_reload", Types.STRING)
            .trigger()
            .honoured(TLS)
            .doc("Setting it, to any value, reads certificate, key and CA files again.")
            .in(HERE);

    /** {@code socket.dynamic}. */
    public static final Option<Boolean> SOCKET_DYNAMIC = Option.of("socket.dynamic", Types.BOOLEAN)
            .byDefault("false")
            .honoured(LINK)
            .doc("Whether plain and TLS links may be mixed while a cluster changes from one to the other.")
            .in(HERE);

    // ---- tls.* (Dromon's own)

    /** {@code tls.handshake_timeout}. */
    public static final Option<Duration> TLS_HANDSHAKE_TIMEOUT = Option.of("tls.handshake_timeout", Types.DURATION)
            .byDefault("PT5S")
            .min("PT0.1S")
            .max("PT1M")
            .honoured(TLS)
            .doc("How long a TLS handshake may take before the connection is dropped.")
            .in(HERE);

    /** {@code tls.probe_timeout}. */
    public static final Option<Duration> TLS_PROBE_TIMEOUT = Option.of("tls.probe_timeout", Types.DURATION)
            .byDefault("PT1S")
            .min("PT0.05S")
            .max("PT1M")
            .honoured(LINK)
            .doc("How long the first-byte probe of a TLS listener waits for a silent peer.")
            .in(HERE);

    /** {@code tls.max_half_open}. */
    public static final Option<Integer> TLS_MAX_HALF_OPEN = Option.of("tls.max_half_open", Types.INTEGER)
            .unit("connections")
            .byDefault("64")
            .min("1")
            .max("65535")
            .honoured(LINK)
            .doc("How many accepted connections may be in their handshake at a time; more are refused.")
            .in(HERE);

    /** {@code tls.protocols}. */
    public static final Option<List<String>> TLS_PROTOCOLS = Option.of(
                    "tls.protocols", Types.words("TLSv1.3", "TLSv1.2"))
            .byDefault("TLSv1.3,TLSv1.2")
            .honoured(TLS)
            .doc("Versions of TLS that are offered and accepted.")
            .in(HERE);

    /** {@code tls.provider}. */
    public static final Option<TlsProvider> TLS_PROVIDER = Option.of("tls.provider", Types.oneOf(TlsProvider.class))
            .byDefault("auto")
            .honoured(TLS)
            .doc("Implementation of TLS; auto takes BoringSSL where its library loads, else the JDK's.")
            .in(HERE);

    /** {@code tls.dynamic_until}. */
    public static final Option<String> TLS_DYNAMIC_UNTIL = Option.of("tls.dynamic_until", Types.STRING)
            .check("a moment like 2027-01-31T12:00:00Z", Options::momentProblem)
            .honoured(LINK)
            .doc("When socket.dynamic ends: plain text is refused from then on.")
            .in(HERE);

    /** {@code tls.watch_interval}. */
    public static final Option<Duration> TLS_WATCH_INTERVAL = Option.of("tls.watch_interval", Types.DURATION)
            .byDefault("PT2S")
            .min("PT0S")
            .max("P1D")
            .honoured(NODE)
            .doc("How often the TLS files are looked at for changes, which are taken when two looks agree; 0 never.")
            .in(HERE);

    // ---- gmcast.* (chapter 01 sections 7 to 11)

    /** {@code gmcast.version}. */
    public static final Option<Integer> GMCAST_VERSION = Option.of("gmcast.version", Types.INTEGER)
            .byDefault("0")
            .min("0")
            .max("0")
            .honoured(MESH)
            .doc("Version of mesh messages; there is only 0.")
            .in(HERE);

    /** {@code gmcast.group}; {@link NodeConfig#group} is the verdict. */
    public static final Option<String> GMCAST_GROUP = Option.of("gmcast.group", Types.STRING)
            .derived("wsrep_cluster_name", values -> values.optional(ServerOptions.WSREP_CLUSTER_NAME))
            .noEffect("the group's name is wsrep_cluster_name")
            .check("1 to 32 bytes", Options::groupProblem)
            .doc("Name of the group; always overwritten by wsrep_cluster_name.")
            .in(HERE);

    /** {@code gmcast.listen_addr}; {@link NodeConfig#listen} is the verdict. */
    public static final Option<Address> GMCAST_LISTEN_ADDR = Option.of("gmcast.listen_addr", Types.ADDRESS)
            .derived("tcp://0.0.0.0", values -> Optional.of(new Address("tcp", "0.0.0.0", Address.NO_PORT)))
            .check("a numeric host, tcp:// or ssl:// in front of a port", Options::listenProblem)
            .honoured(MESH)
            .doc(
                    "Address to listen on for peers; port 0 lets the system choose, no port means base_port, else the port of the "
                            + "cluster address's first host, else 4567.")
            .in(HERE);

    /** {@code gmcast.segment}. */
    public static final Option<Integer> GMCAST_SEGMENT = Option.of("gmcast.segment", Types.INTEGER)
            .byDefault("0")
            .min("0")
            .max("254")
            .honoured(MESH)
            .doc("Segment (data centre) of this node; messages cross between segments once.")
            .in(HERE);

    /** {@code gmcast.time_wait}. */
    public static final Option<Duration> GMCAST_TIME_WAIT = Option.of("gmcast.time_wait", Types.DURATION)
            .byDefault("PT5S")
            .honoured(MESH)
            .doc("How long a peer that left is not dialled again.")
            .in(HERE);

    /** {@code gmcast.peer_timeout}. */
    public static final Option<Duration> GMCAST_PEER_TIMEOUT = Option.of("gmcast.peer_timeout", Types.DURATION)
            .byDefault("PT3S")
            .min("PT0.1S")
            .honoured(MESH)
            .doc("How long a link may be silent, and a connection or handshake may take, before it is dropped.")
            .in(HERE);

    /** {@code gmcast.mira}. */
    public static final Option<Integer> GMCAST_MIRA = Option.of("gmcast.mira", Types.INTEGER)
            .byDefault("2147483647")
            .min("0")
            .runtime()
            .hidden()
            .honoured(MESH)
            .doc("How many times an address that a peer told is dialled again until its node is in a view.")
            .in(HERE);

    /** {@code gmcast.peer_addr}. */
    public static final Option<String> GMCAST_PEER_ADDR = Option.of("gmcast.peer_addr", Types.STRING)
            .check("add: or del: and scheme://host:port", Options::peerChangeProblem)
            .trigger()
            .honoured(MESH)
            .doc("Adds a peer's address to the mesh (add:tcp://host:port) or removes it (del:tcp://host:port).")
            .in(HERE);

    /** {@code gmcast.isolate}. */
    public static final Option<Integer> GMCAST_ISOLATE = Option.of("gmcast.isolate", Types.INTEGER)
            .byDefault("0")
            .min("0")
            .max("2")
            .runtime()
            .hidden()
            .honoured(MESH)
            .doc("Test aid: 1 closes all links and refuses new ones, 0 ends that, 2 stops the transport.")
            .in(HERE);

    /** {@code gmcast.mcast_addr}. */
    public static final Option<String> GMCAST_MCAST_ADDR = Option.of("gmcast.mcast_addr", Types.STRING)
            .derived("", values -> Optional.of(""))
            .refused("multicast does not work in Galera 26.4 either; remove it")
            .doc("Multicast address for traffic inside a segment.")
            .in(HERE);

    /** {@code gmcast.mcast_port}. */
    public static final Option<Integer> GMCAST_MCAST_PORT = Option.of("gmcast.mcast_port", Types.INTEGER)
            .min("0")
            .max("65535")
            .hidden()
            .refused("multicast does not work in Galera 26.4 either; remove it")
            .doc("Port of the multicast address.")
            .in(HERE);

    /** {@code gmcast.mcast_ttl}. */
    public static final Option<Integer> GMCAST_MCAST_TTL = Option.of("gmcast.mcast_ttl", Types.INTEGER)
            .byDefault("1")
            .min("1")
            .max("255")
            .refused("multicast does not work in Galera 26.4 either; remove it")
            .doc("Time to live of multicast packets.")
            .in(HERE);

    // ---- evs.* (chapter 02 section 9)

    /** {@code evs.version}. */
    public static final Option<Integer> EVS_VERSION = Option.of("evs.version", Types.INTEGER)
            .byDefault("1")
            .min("0")
            .max("1")
            .runtime()
            .honoured(EVS)
            .doc("Announced version of the EVS protocol; a change makes the members gather anew.")
            .in(HERE);

    /** {@code evs.view_forget_timeout}. */
    public static final Option<Duration> EVS_VIEW_FORGET_TIMEOUT = Option.of("evs.view_forget_timeout", Types.DURATION)
            .byDefault("PT24H")
            .min("PT1S")
            .honoured(EVS)
            .doc("How long previous views and evictions are remembered.")
            .in(HERE);

    /** {@code evs.suspect_timeout}. */
    public static final Option<Duration> EVS_SUSPECT_TIMEOUT = Option.of("evs.suspect_timeout", Types.DURATION)
            .byDefault("PT5S")
            .min("PT0.1S")
            .runtime()
            .honoured(EVS)
            .doc("Silence after which a member is suspected to be dead; if all agree it is removed.")
            .in(HERE);

    /** {@code evs.inactive_timeout}. */
    public static final Option<Duration> EVS_INACTIVE_TIMEOUT = Option.of("evs.inactive_timeout", Types.DURATION)
            .byDefault("PT15S")
            .min("PT0.1S")
            .runtime()
            .honoured(EVS)
            .doc("Silence after which a member is removed whatever the others say.")
            .in(HERE);

    /** {@code evs.inactive_check_period}. */
    public static final Option<Duration> EVS_INACTIVE_CHECK_PERIOD = Option.of(
                    "evs.inactive_check_period", Types.DURATION)
            .byDefault("PT0.5S")
            .bound(
                    AT_MOST,
                    ALWAYS,
                    "evs.suspect_timeout/2",
                    values -> values.value(EVS_SUSPECT_TIMEOUT).dividedBy(2))
            .honoured(EVS)
            .doc("How often members are checked for silence.")
            .in(HERE);

    /** {@code evs.keepalive_period}. */
    public static final Option<Duration> EVS_KEEPALIVE_PERIOD = Option.of("evs.keepalive_period", Types.DURATION)
            .byDefault("PT1S")
            .min("PT0.1S")
            .bound(
                    AT_MOST,
                    START,
                    "evs.suspect_timeout/3",
                    values -> values.value(EVS_SUSPECT_TIMEOUT).dividedBy(3))
            .runtime()
            .honoured(EVS)
            .doc("How often a member without traffic shows that it lives.")
            .in(HERE);

    /** {@code evs.install_timeout}. */
    public static final Option<Duration> EVS_INSTALL_TIMEOUT = Option.of("evs.install_timeout", Types.DURATION)
            .derived(
                    "evs.inactive_timeout/2",
                    values -> Optional.of(values.value(EVS_INACTIVE_TIMEOUT).dividedBy(2)))
            .bound(AT_LEAST, START, "evs.keepalive_period", values -> values.value(EVS_KEEPALIVE_PERIOD))
            .bound(
                    AT_LEAST,
                    RUNTIME,
                    "2*evs.keepalive_period",
                    values -> values.value(EVS_KEEPALIVE_PERIOD).multipliedBy(2))
            .bound(AT_MOST, ALWAYS, "evs.inactive_timeout", values -> values.value(EVS_INACTIVE_TIMEOUT))
            .runtime()
            .honoured(EVS)
            .doc("How long agreement on a new view may take before it is tried anew.")
            .in(HERE);

    /** {@code evs.join_retrans_period}. */
    public static final Option<Duration> EVS_JOIN_RETRANS_PERIOD = Option.of("evs.join_retrans_period", Types.DURATION)
            .byDefault("PT1S")
            .min("PT0.1S")
            .runtime()
            .honoured(EVS)
            .doc("How often join, install and gap messages are repeated while a view is formed.")
            .in(HERE);

    /** {@code evs.stats_report_period}. */
    public static final Option<Duration> EVS_STATS_REPORT_PERIOD = Option.of("evs.stats_report_period", Types.DURATION)
            .byDefault("PT1M")
            .min("PT1S")
            .runtime()
            .notYet(EVS)
            .doc("How often statistics are reported.")
            .in(HERE);

    /** {@code evs.send_window}. */
    public static final Option<Integer> EVS_SEND_WINDOW = Option.of("evs.send_window", Types.INTEGER)
            .unit("messages")
            .byDefault("4")
            .min("1")
            .bound(AT_LEAST, RUNTIME, "evs.user_send_window", values -> values.value(Options.EVS_USER_SEND_WINDOW))
            .runtime()
            .honoured(EVS)
            .doc("How many messages may be sent but not yet ordered, all kinds together.")
            .in(HERE);

    /** {@code evs.user_send_window}. */
    public static final Option<Integer> EVS_USER_SEND_WINDOW = Option.of("evs.user_send_window", Types.INTEGER)
            .unit("messages")
            .byDefault("2")
            .min("1")
            .bound(AT_MOST, ALWAYS, "evs.send_window", values -> values.value(EVS_SEND_WINDOW))
            .runtime()
            .honoured(EVS)
            .doc("How many messages may be sent but not yet ordered before new ones are queued.")
            .in(HERE);

    /** {@code evs.use_aggregate}. */
    public static final Option<Boolean> EVS_USE_AGGREGATE = Option.of("evs.use_aggregate", Types.BOOLEAN)
            .byDefault("true")
            .runtime()
            .honoured(EVS)
            .doc("Whether small queued messages are packed into one.")
            .in(HERE);

    /** {@code evs.causal_keepalive_period}; Galera ignores it at start, Dromon does not. */
    public static final Option<Duration> EVS_CAUSAL_KEEPALIVE_PERIOD = Option.of(
                    "evs.causal_keepalive_period", Types.DURATION)
            .derived("evs.keepalive_period", values -> Optional.of(values.value(EVS_KEEPALIVE_PERIOD)))
            .runtime()
            .honoured(EVS)
            .doc("How often causal reads may send a keepalive of their own; 0 for each read.")
            .in(HERE);

    /** {@code evs.max_install_timeouts}. */
    public static final Option<Integer> EVS_MAX_INSTALL_TIMEOUTS = Option.of("evs.max_install_timeouts", Types.INTEGER)
            .byDefault("3")
            .min("0")
            .runtime()
            .honoured(EVS)
            .doc("How often agreement on a view may run out of time before this node isolates itself for a while.")
            .in(HERE);

    /** {@code evs.delay_margin}. */
    public static final Option<Duration> EVS_DELAY_MARGIN = Option.of("evs.delay_margin", Types.DURATION)
            .byDefault("PT1S")
            .runtime()
            .honoured(EVS)
            .doc("How much later than evs.keepalive_period a member may be heard before it is listed as delayed.")
            .in(HERE);

    /** {@code evs.delayed_keep_period}. */
    public static final Option<Duration> EVS_DELAYED_KEEP_PERIOD = Option.of("evs.delayed_keep_period", Types.DURATION)
            .byDefault("PT30S")
            .runtime()
            .honoured(EVS)
            .doc("How long a member must behave until its count on the delayed list falls by one.")
            .in(HERE);

    /** {@code evs.auto_evict}. */
    public static final Option<Integer> EVS_AUTO_EVICT = Option.of("evs.auto_evict", Types.INTEGER)
            .byDefault("0")
            .min("0")
            .runtime()
            .honoured(EVS)
            .doc("Count on the delayed lists of others at which a member is evicted; 0 for never.")
            .in(HERE);

    /** {@code evs.evict}; an empty value clears the list. */
    public static final Option<UUID> EVS_EVICT = Option.of("evs.evict", Types.UUID_TEXT)
            .trigger()
            .honoured(EVS)
            .doc("Evicts the member with this UUID from the group; empty clears the list of the evicted.")
            .in(HERE);

    /** {@code evs.debug_log_mask}. */
    public static final Option<Integer> EVS_DEBUG_LOG_MASK = Option.of("evs.debug_log_mask", Types.MASK)
            .byDefault("0x1")
            .runtime()
            .notYet(EVS)
            .doc("What goes to the debug log: 1 state, 2 timers, 4 consensus, 8 user, 10 delegate, 20 gap, 40 join, "
                    + "80 install, 100 leave, 200 foreign, 400 retransmission, 800 delivery.")
            .in(HERE);

    /** {@code evs.info_log_mask}. */
    public static final Option<Integer> EVS_INFO_LOG_MASK = Option.of("evs.info_log_mask", Types.MASK)
            .byDefault("0x0")
            .runtime()
            .notYet(EVS)
            .doc("What goes to the log: 1 views, 2 state, 4 statistics, 8 profiling.")
            .in(HERE);

    // ---- pc.* (chapter 03 section 11)

    /** {@code pc.version}. */
    public static final Option<Integer> PC_VERSION = Option.of("pc.version", Types.INTEGER)
            .byDefault("0")
            .noEffect("unused in Galera too")
            .doc("Registered, but unused.")
            .in(HERE);

    /** {@code pc.npvo}. */
    public static final Option<Boolean> PC_NPVO = Option.of("pc.npvo", Types.BOOLEAN)
            .byDefault("false")
            .honoured(PRIMARY)
            .doc("Which of two conflicting primary components survives: false the greater view id, true the smaller.")
            .in(HERE);

    /** {@code pc.ignore_quorum}. */
    public static final Option<Boolean> PC_IGNORE_QUORUM = Option.of("pc.ignore_quorum", Types.BOOLEAN)
            .byDefault("false")
            .runtime()
            .honoured(PRIMARY)
            .doc("Whether the loss of any number of members leaves the component primary; splits brains.")
            .in(HERE);

    /** {@code pc.ignore_sb}. */
    public static final Option<Boolean> PC_IGNORE_SB = Option.of("pc.ignore_sb", Types.BOOLEAN)
            .derived("pc.ignore_quorum", values -> Optional.of(values.value(PC_IGNORE_QUORUM)))
            .runtime()
            .honoured(PRIMARY)
            .doc("Whether exactly half of the weight counts as a quorum; splits brains.")
            .in(HERE);

    /** {@code pc.checksum}. */
    public static final Option<Boolean> PC_CHECKSUM = Option.of("pc.checksum", Types.BOOLEAN)
            .byDefault("false")
            .honoured(PRIMARY)
            .doc("Whether messages carry a checksum of their own at this level, and received ones are checked.")
            .in(HERE);

    /** {@code pc.weight}. */
    public static final Option<Integer> PC_WEIGHT = Option.of("pc.weight", Types.INTEGER)
            .byDefault("1")
            .min("0")
            .bound(AT_MOST, START, "254")
            .bound(AT_MOST, RUNTIME, "255")
            .runtime()
            .honoured(PRIMARY)
            .doc("Weight of this node's vote for the quorum.")
            .in(HERE);

    /** {@code pc.bootstrap}; the value is not examined. */
    public static final Option<String> PC_BOOTSTRAP = Option.of("pc.bootstrap", Types.STRING)
            .trigger()
            .honoured(PRIMARY)
            .doc("Setting it, to any value, makes a non-primary component primary.")
            .in(HERE);

    /** {@code pc.announce_timeout}. */
    public static final Option<Duration> PC_ANNOUNCE_TIMEOUT = Option.of("pc.announce_timeout", Types.DURATION)
            .byDefault("PT3S")
            .honoured(PRIMARY)
            .doc("How long a starting node announces itself before it goes on alone.")
            .in(HERE);

    /** {@code pc.wait_prim}. */
    public static final Option<Boolean> PC_WAIT_PRIM = Option.of("pc.wait_prim", Types.BOOLEAN)
            .byDefault("true")
            .honoured(PRIMARY)
            .doc("Whether a starting node waits for a primary component.")
            .in(HERE);

    /** {@code pc.wait_prim_timeout}. */
    public static final Option<Duration> PC_WAIT_PRIM_TIMEOUT = Option.of("pc.wait_prim_timeout", Types.DURATION)
            .byDefault("PT30S")
            .honoured(PRIMARY)
            .doc("How long a starting node waits for a primary component before it gives up.")
            .in(HERE);

    /** {@code pc.linger}. */
    public static final Option<Duration> PC_LINGER = Option.of("pc.linger", Types.DURATION)
            .byDefault("PT20S")
            .honoured(PRIMARY)
            .doc("How long a leaving node waits for its leave to be agreed on.")
            .in(HERE);

    /** {@code pc.recovery}. */
    public static final Option<Boolean> PC_RECOVERY = Option.of("pc.recovery", Types.BOOLEAN)
            .byDefault("true")
            .honoured(PRIMARY)
            .doc("Whether the primary view is kept in gvwstate.dat, so that it comes back after all nodes crashed.")
            .in(HERE);

    // ---- gcs.*, gcomm.* (chapter 04 section 13)

    /** {@code gcs.fc_limit}. */
    public static final Option<Integer> GCS_FC_LIMIT = Option.of("gcs.fc_limit", Types.INTEGER)
            .unit("actions")
            .byDefault("16")
            .bound(AT_LEAST, START, "0")
            .bound(AT_LEAST, RUNTIME, "1")
            .runtime()
            .honoured(GROUP)
            .doc("Length of the queue of received actions at which this node asks the group to pause.")
            .in(HERE);

    /** {@code gcs.fc_factor}. */
    public static final Option<Double> GCS_FC_FACTOR = Option.of("gcs.fc_factor", Types.DECIMAL)
            .byDefault("1.0")
            .min("0.0")
            .max("1.0")
            .runtime()
            .honoured(GROUP)
            .doc("Fraction of the pausing length at which the group may go on.")
            .in(HERE);

    /** {@code gcs.fc_master_slave}. */
    public static final Option<Boolean> GCS_FC_MASTER_SLAVE = Option.of("gcs.fc_master_slave", Types.BOOLEAN)
            .byDefault("no")
            .deprecated("gcs.fc_single_primary")
            .honoured(GROUP)
            .doc("Old name of gcs.fc_single_primary.")
            .in(HERE);

    /** {@code gcs.fc_single_primary}. */
    public static final Option<Boolean> GCS_FC_SINGLE_PRIMARY = Option.of("gcs.fc_single_primary", Types.BOOLEAN)
            .derived("gcs.fc_master_slave", values -> Optional.of(values.value(GCS_FC_MASTER_SLAVE)))
            .honoured(GROUP)
            .doc("Whether gcs.fc_limit holds as it is, instead of growing with the square root of the members.")
            .in(HERE);

    /** {@code gcs.fc_debug}. */
    public static final Option<Integer> GCS_FC_DEBUG = Option.of("gcs.fc_debug", Types.INTEGER)
            .byDefault("0")
            .min("0")
            .runtime()
            .honoured(GROUP)
            .doc("Logs the throttling of a joiner, every so many actions; 0 for never.")
            .in(HERE);

    /** {@code gcs.sync_donor}. */
    public static final Option<Boolean> GCS_SYNC_DONOR = Option.of("gcs.sync_donor", Types.BOOLEAN)
            .byDefault("no")
            .runtime()
            .honoured(GROUP)
            .doc("Whether a donor may ask the group to pause.")
            .in(HERE);

    /** {@code gcs.max_packet_size}. */
    public static final Option<Integer> GCS_MAX_PACKET_SIZE = Option.of("gcs.max_packet_size", Types.INTEGER)
            .unit("bytes")
            .byDefault("64500")
            .min("0")
            .honoured(GROUP)
            .doc("Size above which an action is split; never more than the transport's own limit.")
            .in(HERE);

    /** {@code gcs.recv_q_hard_limit}. */
    public static final Option<Long> GCS_RECV_Q_HARD_LIMIT = Option.of("gcs.recv_q_hard_limit", Types.SIZE)
            .unit("bytes")
            .byDefault("9223372036854775807")
            .min("1")
            .runtime()
            .honoured(GROUP)
            .doc("Bytes of queued actions at which a joiner pauses the group or fails.")
            .in(HERE);

    /** {@code gcs.recv_q_soft_limit}. */
    public static final Option<Double> GCS_RECV_Q_SOFT_LIMIT = Option.of("gcs.recv_q_soft_limit", Types.DECIMAL)
            .byDefault("0.25")
            .min("0.0")
            .bound(LESS_THAN, ALWAYS, "1.0")
            .runtime()
            .honoured(GROUP)
            .doc("Fraction of gcs.recv_q_hard_limit from which a joiner throttles the group.")
            .in(HERE);

    /** {@code gcs.max_throttle}. */
    public static final Option<Double> GCS_MAX_THROTTLE = Option.of("gcs.max_throttle", Types.DECIMAL)
            .byDefault("0.25")
            .min("0.0")
            .bound(LESS_THAN, ALWAYS, "1.0")
            .runtime()
            .honoured(GROUP)
            .doc("Fraction of its rate to which a joiner may throttle the group; 0 for a complete stop.")
            .in(HERE);

    /** {@code gcs.vote_policy}. */
    public static final Option<Integer> GCS_VOTE_POLICY = Option.of("gcs.vote_policy", Types.INTEGER)
            .byDefault("0")
            .min("0")
            .max("254")
            .honoured(GROUP)
            .doc("How many votes for success decide a vote on inconsistency; 0 for the majority.")
            .in(HERE);

    /** {@code gcs.stateless}. */
    public static final Option<Boolean> GCS_STATELESS = Option.of("gcs.stateless", Types.BOOLEAN)
            .byDefault("no")
            .honoured(GROUP)
            .doc("Whether this node keeps no state: never a donor, and not counted in votes and the commit cut.")
            .in(HERE);

    /** {@code gcomm.thread_prio}. */
    public static final Option<String> GCOMM_THREAD_PRIO = Option.of("gcomm.thread_prio", Types.STRING)
            .derived("", values -> Optional.of(""))
            .noEffect("a JVM cannot set the scheduling policy of its threads")
            .doc("Scheduling of the network thread, policy:priority.")
            .in(HERE);

    // ---- node.* (Dromon's own)

    /** {@code node.delivery_queue_bytes}. */
    public static final Option<Long> NODE_DELIVERY_QUEUE_BYTES = Option.of("node.delivery_queue_bytes", Types.SIZE)
            .unit("bytes")
            .byDefault("64M")
            .min("1M")
            .honoured(NODE)
            .doc("Most bytes that may wait for a slow application; the node stops reading the group beyond it.")
            .in(HERE);

    private Options() {}

    /** Every option of the registry, in the order of the chapters. */
    public static List<Option<?>> all() {
        return Registry.ALL;
    }

    /** The option of this name; dashes count as underscores. */
    public static Optional<Option<?>> find(String name) {
        return Registry.find(name);
    }

    /** The name that was probably meant by an unknown one. */
    public static Optional<String> nearest(String name) {
        return Registry.nearest(name);
    }

    static List<Option<?>> here() {
        return HERE;
    }

    static Optional<String> groupProblem(String group) {
        int bytes = group.getBytes(StandardCharsets.UTF_8).length;
        return bytes >= 1 && bytes <= 32 ? Optional.empty() : Optional.of("it has " + bytes + " bytes");
    }

    private static Optional<String> hostProblem(String host) {
        return host.equals("0.0.0.0") || host.equals("::") || host.equals("[::]")
                ? Optional.of("it is no host's own address")
                : Optional.empty();
    }

    private static Optional<String> momentProblem(String text) {
        try {
            Instant.parse(text);
            return Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.of("that is no moment");
        }
    }

    private static Optional<String> listenProblem(Address address) {
        if (!address.isNumeric()) {
            return Optional.of("the host must be an address, not a name");
        }
        return address.hasPort() && address.scheme().isEmpty()
                ? Optional.of("it does not say the protocol, write tcp://" + address.hostPort())
                : Optional.empty();
    }

    private static Optional<String> peerChangeProblem(String text) {
        var matcher = PEER_CHANGE.matcher(text);
        try {
            if (matcher.matches() && Address.parse(matcher.group(2)).hasPort()) {
                return Optional.empty();
            }
            return Optional.of("write add:tcp://host:port or del:tcp://host:port");
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
