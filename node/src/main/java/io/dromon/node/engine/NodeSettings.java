package io.dromon.node.engine;

import io.dromon.config.Address;
import io.dromon.config.EvsOptions;
import io.dromon.config.GroupOptions;
import io.dromon.config.IdentityOptions;
import io.dromon.config.Match;
import io.dromon.config.NodeConfig;
import io.dromon.config.Options;
import io.dromon.config.PrimaryOptions;
import io.dromon.config.ReplicationOptions;
import io.dromon.config.ServerOptions;
import io.dromon.config.Source;
import io.dromon.config.Verify;
import io.dromon.node.group.FlowSettings;
import io.dromon.node.group.GroupSettings;
import io.dromon.node.group.WriteSetFormat;
import io.dromon.transport.StackSettings;
import io.dromon.transport.evs.EvsSettings;
import io.dromon.transport.link.LinkSettings;
import io.dromon.transport.link.NettyLinks;
import io.dromon.transport.mesh.MeshSettings;
import io.dromon.transport.primary.PrimarySettings;
import io.dromon.transport.tls.PeerSettings;
import io.dromon.transport.tls.TlsSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration of a node in the words of each layer.
 *
 * @param appliers how many write-sets may be applied at a time, if the application bears it
 * @param peers addresses to dial, numeric, with the scheme of this node's mode
 */
public record NodeSettings(
        String name,
        List<String> peers,
        LinkSettings link,
        Optional<TlsSettings> tls,
        StackSettings stack,
        GroupSettings group,
        Path dataDirectory,
        boolean recovery,
        Duration watchInterval,
        Optional<DynamicWindow> dynamic,
        long deliveryQueueBytes,
        int appliers) {
    private static final Logger LOG = LoggerFactory.getLogger(NodeSettings.class);

    public static NodeSettings of(NodeConfig config) {
        GroupSettings group = group(config);
        return new NodeSettings(
                config.name(),
                peers(config),
                link(config),
                config.tls() ? Optional.of(tls(config)) : Optional.empty(),
                stack(config),
                group,
                config.dataDir(),
                config.value(PrimaryOptions.PC_RECOVERY),
                config.value(Options.TLS_WATCH_INTERVAL),
                dynamic(config),
                Math.min(
                        config.value(Options.NODE_DELIVERY_QUEUE_BYTES),
                        group.flow().receiveHardLimit() / 2),
                config.value(ReplicationOptions.REPL_APPLIERS));
    }

    /** For an application that keeps a state. */
    NodeSettings keepingState() {
        return new NodeSettings(
                name,
                peers,
                link,
                tls,
                stack,
                group.keepingState(),
                dataDirectory,
                recovery,
                watchInterval,
                dynamic,
                deliveryQueueBytes,
                appliers);
    }

    /** A node without TLS lets plain text in for ever. */
    public static Optional<DynamicWindow> dynamic(NodeConfig config) {
        return config.value(Options.SOCKET_DYNAMIC)
                ? Optional.of(new DynamicWindow(
                        config.optional(Options.TLS_DYNAMIC_UNTIL)
                                .filter(until -> config.tls())
                                .map(Instant::parse)
                                .orElse(Instant.MAX),
                        config.value(Options.TLS_DYNAMIC_GRACE)))
                : Optional.empty();
    }

    /** The numeric addresses of a peer now; empty if its name is not known. */
    public static List<InetAddress> resolve(Address peer) {
        try {
            return List.of(InetAddress.getAllByName(peer.host()));
        } catch (UnknownHostException e) {
            return List.of();
        }
    }

    /** As it is dialled. */
    public static String numeric(NodeConfig config, InetAddress address, int port) {
        return dialled(config, address.getHostAddress(), port);
    }

    /** The host may be a name: it is looked up before each dial. */
    private static String dialled(NodeConfig config, String host, int port) {
        String scheme = config.tls() && !config.value(Options.SOCKET_DYNAMIC) ? "ssl" : "tcp";
        return scheme + "://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    private static List<String> peers(NodeConfig config) {
        return config.peers().stream()
                .map(peer -> peer.host().indexOf(':') < 0
                        ? dialled(config, peer.host(), peer.port())
                        : numeric(config, resolve(peer).get(0), peer.port())) // a literal is always known
                .toList();
    }

    public static LinkSettings link(NodeConfig config) {
        LinkSettings defaults = LinkSettings.at(config.listen().toString());
        return new LinkSettings(
                defaults.listenAddress(),
                config.value(Options.SOCKET_CHECKSUM),
                bufferSize(config.value(Options.SOCKET_RECV_BUF_SIZE)),
                bufferSize(config.value(Options.SOCKET_SEND_BUF_SIZE)),
                config.value(Options.TLS_PROBE_TIMEOUT),
                config.value(Options.TLS_HANDSHAKE_TIMEOUT),
                defaults.dialTimeout(),
                defaults.peekTime(),
                config.value(Options.TLS_MAX_HALF_OPEN),
                defaults.outboundBytes(),
                defaults.closeTimeout(),
                allowedPeers(config.optional(ServerOptions.WSREP_ALLOWLIST).orElse("")));
    }

    /** Numeric ones, which the configuration has made sure of: no name server is asked. */
    private static Set<InetAddress> allowedPeers(String list) {
        Set<InetAddress> allowed = new HashSet<>();
        for (String part : list.split(",", -1)) {
            if (!part.isBlank()) {
                try {
                    allowed.add(InetAddress.getByName(part.strip()));
                } catch (UnknownHostException e) {
                    throw new IllegalStateException(part + " is not numeric", e);
                }
            }
        }
        return allowed;
    }

    private static int bufferSize(java.util.OptionalLong size) {
        return (int) Math.min(Integer.MAX_VALUE, size.orElse(0));
    }

    public static TlsSettings tls(NodeConfig config) {
        return new TlsSettings(
                config.value(Options.SOCKET_SSL_CERT),
                config.value(Options.SOCKET_SSL_KEY),
                config.optional(Options.SOCKET_SSL_CA),
                config.optional(Options.SOCKET_SSL_PASSWORD_FILE),
                config.optional(Options.SOCKET_SSL_CIPHER).orElse(""),
                switch (config.value(Options.TLS_PROVIDER)) {
                    case AUTO -> TlsSettings.Provider.AUTO;
                    case BORINGSSL -> TlsSettings.Provider.BORINGSSL;
                    case JDK -> TlsSettings.Provider.JDK;
                },
                config.value(Options.TLS_PROTOCOLS),
                peerRules(config),
                config.optional(Options.SOCKET_SSL_COMPRESSION).orElse(false) ? NettyLinks.compression() : List.of());
    }

    private static PeerSettings peerRules(NodeConfig config) {
        return new PeerSettings(
                config.value(IdentityOptions.TLS_VERIFY) == Verify.IDENTITY,
                config.value(IdentityOptions.TLS_MATCH) == Match.ALL,
                new PeerSettings.Names(
                        config.optional(IdentityOptions.TLS_VALID_OUS).orElse(List.of()),
                        config.optional(IdentityOptions.TLS_VALID_CNS).orElse(List.of()),
                        config.optional(IdentityOptions.TLS_VALID_SANS).orElse(List.of()),
                        config.optional(IdentityOptions.TLS_VALID_FINGERPRINTS).orElse(List.of())),
                config.members(IdentityOptions.TLS_CLIENT_CA),
                config.optional(IdentityOptions.TLS_CRL),
                config.value(IdentityOptions.TLS_CRL_REQUIRED),
                config.value(IdentityOptions.TLS_CHECK_HOST) ? Optional.of(hosts(config)) : Optional.empty());
    }

    /** The names that the cluster address gives to numeric addresses. */
    private static Map<String, Set<String>> hosts(NodeConfig config) {
        Map<String, Set<String>> hosts = new HashMap<>();
        for (Address peer : config.peers()) {
            // A name that means nothing is told where the addresses to dial are made.
            resolve(peer)
                    .forEach(ip -> hosts.computeIfAbsent(ip.getHostAddress(), any -> new HashSet<>())
                            .add(peer.host()));
        }
        return hosts;
    }

    private static StackSettings stack(NodeConfig config) {
        return new StackSettings(
                new MeshSettings(
                        config.group(),
                        config.value(Options.GMCAST_SEGMENT),
                        config.value(Options.GMCAST_PEER_TIMEOUT).toNanos(),
                        config.value(Options.GMCAST_TIME_WAIT).toNanos(),
                        config.value(Options.SOCKET_DYNAMIC),
                        config.value(Options.GMCAST_MIRA)),
                evs(config),
                new PrimarySettings(
                        config.value(PrimaryOptions.PC_WEIGHT),
                        config.value(Options.GMCAST_SEGMENT),
                        config.value(PrimaryOptions.PC_NPVO),
                        config.value(PrimaryOptions.PC_IGNORE_SB),
                        config.value(PrimaryOptions.PC_IGNORE_QUORUM),
                        config.value(PrimaryOptions.PC_CHECKSUM)),
                config.bootstrap(),
                config.value(PrimaryOptions.PC_ANNOUNCE_TIMEOUT).toNanos(),
                config.value(PrimaryOptions.PC_WAIT_PRIM),
                config.value(PrimaryOptions.PC_WAIT_PRIM_TIMEOUT).toNanos(),
                config.value(PrimaryOptions.PC_LINGER).toNanos());
    }

    static EvsSettings evs(NodeConfig config) {
        return new EvsSettings(
                config.value(EvsOptions.EVS_VERSION),
                config.value(EvsOptions.EVS_VIEW_FORGET_TIMEOUT).toNanos(),
                config.value(EvsOptions.EVS_SUSPECT_TIMEOUT).toNanos(),
                config.value(EvsOptions.EVS_INACTIVE_TIMEOUT).toNanos(),
                config.value(EvsOptions.EVS_INACTIVE_CHECK_PERIOD).toNanos(),
                config.value(EvsOptions.EVS_INSTALL_TIMEOUT).toNanos(),
                config.value(EvsOptions.EVS_KEEPALIVE_PERIOD).toNanos(),
                config.value(EvsOptions.EVS_JOIN_RETRANS_PERIOD).toNanos(),
                config.value(EvsOptions.EVS_SEND_WINDOW),
                config.value(EvsOptions.EVS_USER_SEND_WINDOW),
                config.value(EvsOptions.EVS_USE_AGGREGATE),
                config.value(EvsOptions.EVS_CAUSAL_KEEPALIVE_PERIOD).toNanos(),
                config.value(EvsOptions.EVS_MAX_INSTALL_TIMEOUTS),
                config.value(EvsOptions.EVS_DELAY_MARGIN).toNanos(),
                config.value(EvsOptions.EVS_DELAYED_KEEP_PERIOD).toNanos(),
                config.value(EvsOptions.EVS_AUTO_EVICT));
    }

    /** {@code gcs.recv_q_hard_limit}, or what the heap holds: more would only be an end by lack of memory. */
    private static long receiveHardLimit(NodeConfig config) {
        long limit = config.value(GroupOptions.GCS_RECV_Q_HARD_LIMIT);
        long most = GroupSettings.deliveryBytes();
        if (limit > most && config.source(GroupOptions.GCS_RECV_Q_HARD_LIMIT).kind() != Source.Kind.DEFAULT) {
            LOG.warn(
                    "{}: gcs.recv_q_hard_limit: {} bytes are more than a quarter of the heap; {} count. Give the JVM a"
                            + " larger heap (-Xmx)",
                    config.name(),
                    limit,
                    most);
        }
        return Math.min(limit, most);
    }

    static FlowSettings flow(NodeConfig config) {
        return new FlowSettings(
                config.value(GroupOptions.GCS_FC_LIMIT),
                config.value(GroupOptions.GCS_FC_FACTOR),
                config.value(GroupOptions.GCS_FC_SINGLE_PRIMARY) || config.value(GroupOptions.GCS_FC_MASTER_SLAVE),
                config.value(GroupOptions.GCS_SYNC_DONOR),
                receiveHardLimit(config),
                config.value(GroupOptions.GCS_RECV_Q_SOFT_LIMIT),
                config.value(GroupOptions.GCS_MAX_THROTTLE),
                config.value(GroupOptions.GCS_FC_DEBUG));
    }

    static GroupSettings group(NodeConfig config) {
        boolean stateless = config.value(GroupOptions.GCS_STATELESS);
        return new GroupSettings(
                config.name(),
                config.incomingAddress(),
                WriteSetFormat.OPAQUE,
                stateless,
                !stateless,
                false,
                false,
                config.optional(ServerOptions.WSREP_SST_DONOR).orElse(""),
                flow(config),
                config.value(GroupOptions.GCS_MAX_PACKET_SIZE),
                config.value(GroupOptions.GCS_VOTE_POLICY),
                config.value(Options.NODE_SEND_QUEUE_BYTES),
                Integer.MAX_VALUE,
                GroupSettings.reassemblyBytes());
    }
}
