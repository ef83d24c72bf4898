package io.dromon.node.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dromon.node.ApplicationCall;
import io.dromon.node.CertificateExpiry;
import io.dromon.node.ClusterView;
import io.dromon.node.Health;
import io.dromon.node.NodeState;
import io.dromon.node.NodeStatus;
import io.dromon.node.TlsStatus;
import io.dromon.transport.link.LinkStatus;
import io.dromon.transport.link.RefusedPeer;
import io.dromon.transport.mesh.MeshLinkState;
import io.dromon.transport.mesh.MeshLinkStatus;
import io.dromon.transport.tls.TlsPeer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The status document of a node, as monitoring reads it: a component is a field of the JSON, in this order; one that is
 * null is left out. Names as they are, times in ISO 8601, bytes as numbers. Holds no secret.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StatusDocument(
        String name,
        UUID uuid,
        String listenAddress,
        String state,
        HealthPart health,
        GroupPart group,
        CertificationPart certification,
        @Nullable KeptPart kept,
        String linkSummary,
        List<LinkPart> links,
        TlsPart tls,
        @Nullable CallPart applicationCall,
        @Nullable String dynamic,
        List<RefusedPart> refused,
        Map<String, Long> refusedByKind,
        Map<String, String> options,
        String started,
        @Nullable AdminPart admin) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The document of a status. */
    public static StatusDocument of(NodeStatus status) {
        return new StatusDocument(
                status.name(),
                status.uuid(),
                status.listenAddress(),
                status.state().name(),
                HealthPart.of(status.health()),
                GroupPart.of(status),
                CertificationPart.of(status.certification()),
                status.kept().map(KeptPart::of).orElse(null),
                status.linkSummary(),
                status.links().stream().map(link -> LinkPart.of(link, status)).toList(),
                status.tls().<TlsPart>map(tls -> TlsOn.of(tls, Instant.now())).orElseGet(TlsOff::new),
                status.call().map(CallPart::of).orElse(null),
                status.dynamicWarning().orElse(null),
                status.refused().stream().map(RefusedPart::of).toList(),
                new TreeMap<>(status.refusedByKind()),
                status.options(),
                status.started().toString(),
                status.admin().map(AdminPart::of).orElse(null));
    }

    /** As a tree, to be part of another document. */
    public JsonNode toTree() {
        return JSON.valueToTree(this);
    }

    /** As JSON, indented for people. */
    public String toJson() {
        return toTree().toPrettyString();
    }

    /** Whether the node can take work. */
    record HealthPart(boolean ready, String status, List<String> reasons) {
        static HealthPart of(Health health) {
            return new HealthPart(health.ready(), health.word().text(), health.reasons());
        }
    }

    /** The group. */
    record GroupPart(
            String name,
            String state,
            long configuration,
            UUID uuid,
            long seqno,
            long lastCommitted,
            int weight,
            int ownIndex,
            List<MemberPart> members,
            FlowControlPart flowControl,
            QueuesPart queues) {
        static GroupPart of(NodeStatus status) {
            NodeStatus.Group group = status.group();
            return new GroupPart(
                    group.name(),
                    group.state(),
                    group.configuration(),
                    group.history(),
                    group.seqno(),
                    group.lastCommitted(),
                    group.weight(),
                    group.ownIndex(),
                    group.members().stream()
                            .map(member -> MemberPart.of(member, status))
                            .toList(),
                    FlowControlPart.of(group.flowControl()),
                    new QueuesPart(status.waiting(), status.waitingBytes(), group.queuedBytes(), group.inFlight()));
        }
    }

    /**
     * A member; its state has the name that it has on the wire.
     *
     * @param address where it takes links of the group; empty while there is no link to it
     * @param clientAddress where it takes clients, if it has said so
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record MemberPart(
            UUID uuid,
            String name,
            String address,
            int segment,
            String state,
            boolean arbitrator,
            @Nullable String clientAddress) {
        static MemberPart of(ClusterView.Member member, NodeStatus status) {
            return new MemberPart(
                    member.uuid(),
                    member.name(),
                    groupAddress(member.uuid(), status),
                    member.segment(),
                    state(member.state()),
                    member.arbitrator(),
                    member.address().isEmpty() ? null : member.address());
        }

        private static String groupAddress(UUID member, NodeStatus status) {
            return member.equals(status.uuid())
                    ? status.listenAddress()
                    : status.mesh().stream()
                            .filter(link -> link.peer().equals(member) && link.state() == MeshLinkState.OK)
                            .map(MeshLinkStatus::address)
                            .findFirst()
                            .orElse("");
        }

        private static String state(NodeState state) {
            return switch (state) {
                case OPEN, CLOSED -> "NON_PRIM";
                case PRIMARY -> "PRIM";
                case JOINER, DONOR, JOINED, SYNCED -> state.name();
            };
        }
    }

    /** Flow control; the last two while the group is paused. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record FlowControlPart(
            boolean paused,
            long stopsSent,
            long stopsReceived,
            long pausedNs,
            @Nullable Long pausedForSeconds,
            @Nullable List<String> pausedBy) {
        static FlowControlPart of(NodeStatus.FlowControl flow) {
            return new FlowControlPart(
                    flow.paused(),
                    flow.stopsSent(),
                    flow.stopsReceived(),
                    flow.pausedNs(),
                    flow.paused() ? flow.pausedForNs() / 1_000_000_000 : null,
                    flow.paused() ? flow.pausedBy() : null);
        }
    }

    /** What waits in the node. */
    record QueuesPart(int waiting, long waitingBytes, long queuedBytes, int inFlight) {}

    /** What was certified. */
    record CertificationPart(
            long failed, long ownFailed, long refused, int indexedKeys, int inFlight, List<ConflictPart> conflicts) {
        static CertificationPart of(NodeStatus.Certification certification) {
            return new CertificationPart(
                    certification.failed(),
                    certification.ownFailed(),
                    certification.refused(),
                    certification.indexedKeys(),
                    certification.inFlight(),
                    certification.conflicts().stream()
                            .map(conflict -> new ConflictPart(
                                    conflict.seqno(),
                                    conflict.node(),
                                    conflict.winnerSeqno(),
                                    conflict.winner(),
                                    conflict.key()))
                            .toList());
        }
    }

    /** A write-set that failed, and the one that came first. */
    record ConflictPart(long seqno, UUID node, long winnerSeqno, UUID winner, String key) {}

    /**
     * State and its transfers.
     *
     * @param applied last number that the application was given
     * @param transfer what is waited for; null if nothing is missing
     * @param transferBytes of a snapshot that have come
     * @param transferTotalBytes of it altogether; null if that is not known
     * @param failure why the last attempt failed
     * @param given nodes that are given state now
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record KeptPart(
            long applied,
            CachePart cache,
            @Nullable String transfer,
            @Nullable Long transferBytes,
            @Nullable Long transferTotalBytes,
            @Nullable Long transferBytesPerSecond,
            @Nullable String failure,
            int given) {
        static KeptPart of(NodeStatus.Kept kept) {
            Optional<NodeStatus.Transfer> snapshot = kept.transfer().filter(transfer -> transfer.bytes() > 0);
            return new KeptPart(
                    kept.applied(),
                    CachePart.of(kept.cache()),
                    kept.transfer().map(NodeStatus.Transfer::what).orElse(null),
                    snapshot.map(NodeStatus.Transfer::bytes).orElse(null),
                    snapshot.map(NodeStatus.Transfer::totalBytes)
                            .filter(total -> total > 0)
                            .orElse(null),
                    snapshot.map(NodeStatus.Transfer::bytesPerSecond).orElse(null),
                    kept.failure().orElse(null),
                    kept.given());
        }
    }

    /**
     * The write-set cache, and for how long a member may be away that is to come back without a snapshot.
     *
     * @param mayBeAwaySeconds at the rate of the last minutes; null if that is not known
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record CachePart(
            long first,
            long last,
            long bytes,
            long capacity,
            @Nullable String alarm,
            long mayBeAwayBytes,
            long mayBeAwaySeqnos,
            @Nullable Long mayBeAwaySeconds) {
        static CachePart of(NodeStatus.Cache cache) {
            NodeStatus.MayBeAwayFor reach = cache.mayBeAwayFor();
            return new CachePart(
                    cache.first(),
                    cache.last(),
                    cache.bytes(),
                    cache.capacity(),
                    cache.alarm().orElse(null),
                    reach.bytes(),
                    reach.seqnos(),
                    reach.atPresentRate().map(Duration::toSeconds).orElse(null));
        }
    }

    /** A link; the peer as far as the mesh knows it, TLS if it is not in plain text. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record LinkPart(
            long link,
            String direction,
            String remoteAddress,
            String state,
            @Nullable UUID peer,
            @Nullable String peerAddress,
            @Nullable String peerName,
            String mode,
            @JsonUnwrapped @Nullable TlsPeerPart tls,
            @Nullable String alpn,
            @Nullable CompressionPart compression,
            @Nullable String since,
            long bytesIn,
            long bytesOut,
            long messagesIn,
            long messagesOut) {
        static LinkPart of(LinkStatus link, NodeStatus status) {
            Optional<MeshLinkStatus> mesh = status.mesh().stream()
                    .filter(other -> other.link() == link.link())
                    .findFirst();
            return new LinkPart(
                    link.link(),
                    link.accepted() ? "accepted" : "dialled",
                    link.remoteAddress(),
                    mesh.map(other -> other.state().name()).orElse("CLOSING"),
                    mesh.map(MeshLinkStatus::peer).orElse(null),
                    mesh.map(MeshLinkStatus::address).orElse(null),
                    mesh.flatMap(other -> status.group().memberName(other.peer()))
                            .orElse(null),
                    link.tls().isPresent() ? "TLS" : "PLAIN",
                    link.tls().map(TlsPeerPart::of).orElse(null),
                    link.applicationProtocol().orElse(null),
                    link.compression()
                            .map(compressed -> CompressionPart.of(link, compressed))
                            .orElse(null),
                    link.since().map(Instant::toString).orElse(null),
                    link.bytesIn(),
                    link.bytesOut(),
                    link.framesIn(),
                    link.framesOut());
        }
    }

    /** What TLS agreed on, and who the peer proved to be. */
    record TlsPeerPart(
            String protocol,
            String cipher,
            String subject,
            String serial,
            String notAfter,
            long generation,
            String fingerprint,
            String admittedBy,
            List<String> alternativeNames,
            List<String> organisations,
            List<String> organisationalUnits) {
        static TlsPeerPart of(TlsPeer tls) {
            return new TlsPeerPart(
                    tls.protocol(),
                    tls.cipher(),
                    tls.subject(),
                    tls.serial(),
                    tls.notAfter().toString(),
                    tls.generation(),
                    tls.fingerprint(),
                    tls.admittedBy(),
                    tls.alternativeNames(),
                    tls.organisations(),
                    tls.units());
        }
    }

    /** The stream inside TLS. */
    record CompressionPart(long bytesIn, long bytesOut, double ratioOut) {
        static CompressionPart of(LinkStatus link, LinkStatus.Compressed compressed) {
            return new CompressionPart(
                    compressed.bytesIn(), compressed.bytesOut(), ratio(link.bytesOut(), compressed.bytesOut()));
        }

        /** Plain bytes for each byte that is sent, to two places. */
        private static double ratio(long plain, long compressed) {
            return compressed == 0 ? 1 : Math.round(100.0 * plain / compressed) / 100.0;
        }
    }

    /** TLS of the node. */
    sealed interface TlsPart {
        boolean enabled();
    }

    /** The node runs in plain text. */
    record TlsOff(boolean enabled) implements TlsPart {
        TlsOff() {
            this(false);
        }
    }

    /** Its TLS material. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record TlsOn(
            boolean enabled,
            String provider,
            long generation,
            String loaded,
            String subject,
            String serial,
            String notAfter,
            long daysLeft,
            String health,
            String certificateFingerprint,
            String trustFingerprint,
            List<String> trusted,
            List<CertificatePart> certificates,
            List<String> warnings,
            @Nullable String refusedReload)
            implements TlsPart {
        static TlsOn of(TlsStatus tls, Instant now) {
            return new TlsOn(
                    true,
                    tls.provider(),
                    tls.generation(),
                    tls.loaded().toString(),
                    tls.subject(),
                    tls.serial(),
                    tls.notAfter().toString(),
                    tls.daysLeft(now),
                    tls.health().text(),
                    tls.certificateFingerprint(),
                    tls.trustFingerprint(),
                    tls.trusted(),
                    tls.certificates().stream()
                            .map(certificate -> CertificatePart.of(certificate, now))
                            .toList(),
                    tls.warnings(),
                    tls.refusedReload().orElse(null));
        }
    }

    /** A certificate of the node, or a revocation list. */
    record CertificatePart(
            String role, String subject, String serial, String fingerprint, String notAfter, long daysLeft) {
        static CertificatePart of(CertificateExpiry certificate, Instant now) {
            return new CertificatePart(
                    certificate.role().name().toLowerCase(Locale.ROOT),
                    certificate.subject(),
                    certificate.serial(),
                    certificate.fingerprint(),
                    certificate.notAfter().toString(),
                    certificate.daysLeft(now));
        }
    }

    /** The admin listener; for each class of paths: open, off, or the OUs that may. */
    record AdminPart(String address, String protocols, boolean mutualTls, Map<String, String> access) {
        static AdminPart of(NodeStatus.Admin admin) {
            return new AdminPart(admin.address(), admin.protocols(), admin.mutualTls(), admin.access());
        }
    }

    /** What the application has not returned from. */
    record CallPart(String what, long forSeconds) {
        static CallPart of(ApplicationCall call) {
            return new CallPart(call.what(), call.since().toSeconds());
        }
    }

    /** A peer that was refused. */
    record RefusedPart(String kind, String address, String message, long count, String firstSeen, String lastSeen) {
        static RefusedPart of(RefusedPeer peer) {
            return new RefusedPart(
                    peer.kind(),
                    peer.address(),
                    peer.message(),
                    peer.count(),
                    peer.firstSeen().toString(),
                    peer.lastSeen().toString());
        }
    }
}
