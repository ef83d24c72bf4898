package io.dromon.config;

import static io.dromon.config.Support.Part.CONFIG;
import static io.dromon.config.Support.Part.LINK;
import static io.dromon.config.Support.Part.MESH;
import static io.dromon.config.Support.Part.NODE;
import static io.dromon.config.Support.Part.TLS;
import static io.dromon.config.Support.Part.WIRE;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The options of links and mesh (chapter 01, section 11), and Dromon's own {@code tls.*} and {@code node.*}. The others
 * stand in {@link EvsOptions}, {@link PrimaryOptions}, {@link GroupOptions}, {@link IdentityOptions}, {@link
 * ReplicationOptions}, {@link ServerOptions} and {@link SstOptions}; {@link Registry} knows all of them.
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
            .honoured(Support.Part.IST)
            .doc("Host under which this node is reached by state transfer; the mesh does not use it.")
            .in(HERE);

    /** {@code base_port}. */
    public static final Option<Integer> BASE_PORT = Option.of("base_port", Types.INTEGER)
            .derived(
                    "port of wsrep_node_address",
                    values -> values.optional(ServerOptions.WSREP_NODE_ADDRESS)
                            .map(address -> address.hasPort() ? address.port() : Address.DEFAULT_PORT))
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
            .doc(
                    "How many half-open connections, accepted and in their handshake, there may be; when full, one is evicted.")
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
            .doc(
                    "When socket.dynamic ends: plain text is refused from then on, links in plain text are relinked over TLS.")
            .in(HERE);

    /** {@code tls.dynamic_grace}. */
    public static final Option<Duration> TLS_DYNAMIC_GRACE = Option.of("tls.dynamic_grace", Types.DURATION)
            .byDefault("PT10M")
            .min("PT0S")
            .max("P30D")
            .honoured(NODE)
            .doc("How long behind tls.dynamic_until the links of peers without TLS stay open, before they are closed.")
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
            .check("1 to 32 bytes", ServerOptions::groupProblem)
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

    // ---- node.* (Dromon's own)

    /** {@code node.delivery_queue_bytes}. */
    public static final Option<Long> NODE_DELIVERY_QUEUE_BYTES = Option.of("node.delivery_queue_bytes", Types.SIZE)
            .unit("bytes")
            .byDefault("64M")
            .min("1M")
            .honoured(NODE)
            .doc("Most bytes that may wait for a slow application; beyond it the node asks the group to pause.")
            .in(HERE);

    /** {@code node.durability}. */
    public static final Option<String> NODE_DURABILITY = Option.of(
                    "node.durability", Types.word("ordered", "local", "majority"))
            .byDefault("ordered")
            .runtime()
            .honoured(NODE)
            .doc(
                    "What a write-set waits for that does not say so itself: all members have received it; this node has also"
                            + " synced it to its disk; so have members with more than half of the weight.")
            .in(HERE);

    /** {@code node.send_queue_bytes}. */
    public static final Option<Long> NODE_SEND_QUEUE_BYTES = Option.of("node.send_queue_bytes", Types.SIZE)
            .unit("bytes")
            .byDefault("64M")
            .min("1M")
            .honoured(NODE)
            .doc("Most bytes of own write-sets that may wait to be sent; the node takes no more beyond it (BUSY).")
            .in(HERE);

    /** {@code node.snapshot_request}. */
    public static final Option<String> NODE_SNAPSHOT_REQUEST = Option.of("node.snapshot_request", Types.STRING)
            .byDefault("")
            .check("METHOD or METHOD:ARGUMENT, of printable ASCII", Options::snapshotProblem)
            .honoured(NODE)
            .doc(
                    "What an arbitrator asks a donor for: its wsrep_sst_METHOD is run there, and the arbitrator leaves with the"
                            + " donor's result. Empty: it stays in the group as a member.")
            .in(HERE);

    private Options() {}

    private static Optional<String> snapshotProblem(String text) {
        return text.matches("|[A-Za-z0-9._-]{1,64}(:[!-~]{0,1900})?")
                ? Optional.empty()
                : Optional.of("not METHOD:ARGUMENT");
    }

    static List<Option<?>> here() {
        return HERE;
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
