package io.dromon.node;

import io.dromon.transport.link.LinkStatus;
import io.dromon.transport.link.RefusedPeer;
import io.dromon.transport.mesh.MeshLinkState;
import io.dromon.transport.mesh.MeshLinkStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The status of a node at one moment.
 *
 * @param name node name
 * @param uuid own UUID in the group
 * @param listenAddress where it listens
 * @param state its state
 * @param health whether it can take work, and what needs an operator's attention
 * @param group the group: members, numbers, flow control
 * @param certification what was certified
 * @param kept its state, the write-set cache and state transfers; empty for an application without state
 * @param links its connections
 * @param mesh the same connections as the mesh knows them; one that is not among them is being closed
 * @param refused who was refused in the last hour, the latest first
 * @param refusedByKind how many links failed since the start, by the kind of the failure
 * @param tls its TLS material; empty in plain text
 * @param dynamicWarning what {@code socket.dynamic} means now; empty where it is off
 * @param waiting items that the application has not taken yet
 * @param waitingBytes their bytes
 * @param call what the application has not returned from, empty if it waits for the node
 * @param options the options that can be changed while the node runs, with their values now
 * @param started when it was started, or restarted for the last time: what is counted is counted from then on
 * @param admin its admin listener; empty if it has none
 * @param latency how long commits and applying took since then
 */
public record NodeStatus(
        String name,
        UUID uuid,
        String listenAddress,
        NodeState state,
        Health health,
        Group group,
        Certification certification,
        Optional<Kept> kept,
        List<LinkStatus> links,
        List<MeshLinkStatus> mesh,
        List<RefusedPeer> refused,
        Map<String, Long> refusedByKind,
        Optional<TlsStatus> tls,
        Optional<String> dynamicWarning,
        int waiting,
        long waitingBytes,
        Optional<ApplicationCall> call,
        SortedMap<String, String> options,
        Instant started,
        Optional<Admin> admin,
        Latency latency) {
    public NodeStatus {
        options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
        links = List.copyOf(links);
        mesh = List.copyOf(mesh);
        refused = List.copyOf(refused);
        refusedByKind = Map.copyOf(refusedByKind);
    }

    /**
     * The group as this node sees it.
     *
     * @param name its name
     * @param state its state in one word: {@code PRIMARY}, {@code NON_PRIMARY}, the steps between them
     * @param primary whether that is the primary component
     * @param configuration number of the configuration, -1 outside of the primary component
     * @param history identity of the cluster's order, nil if unknown
     * @param seqno last seqno received, -1 without a history
     * @param lastCommitted the commit cut: every member has applied this much
     * @param weight sum of the weights in the primary component, 0 outside of it
     * @param members members of the view in index order
     * @param ownIndex this node's place among them, -1 after it left
     * @param flowControl flow control
     * @param queuedBytes write-sets accepted and not yet sent
     * @param inFlight own write-sets that have no seqno yet, queued ones included
     */
    public record Group(
            String name,
            String state,
            boolean primary,
            long configuration,
            UUID history,
            long seqno,
            long lastCommitted,
            int weight,
            List<ClusterView.Member> members,
            int ownIndex,
            FlowControl flowControl,
            long queuedBytes,
            int inFlight) {
        public Group {
            members = List.copyOf(members);
        }

        /** The name of a member; empty if none has this UUID. */
        public Optional<String> memberName(UUID uuid) {
            return members.stream()
                    .filter(member -> member.uuid().equals(uuid))
                    .map(ClusterView.Member::name)
                    .findFirst();
        }
    }

    /**
     * Certification of a data node.
     *
     * @param failed ordered write-sets that have failed since the start, of all members
     * @param ownFailed those of them that this node has sent ({@code wsrep_local_cert_failures})
     * @param refused own write-sets that were refused before they were sent, as their conflict was known already
     * @param indexedKeys keys that are remembered
     * @param inFlight own write-sets with keys that are on their way
     * @param conflicts the last conflicts of ordered write-sets, the oldest first
     * @param ordered how many write-sets were ordered
     */
    public record Certification(
            long failed,
            long ownFailed,
            long refused,
            int indexedKeys,
            int inFlight,
            List<Conflict> conflicts,
            Ordered ordered) {
        /** Of a node that certifies nothing: an arbitrator. */
        public static final Certification NONE = new Certification(0, 0, 0, 0, 0, List.of(), Ordered.NONE);

        public Certification {
            conflicts = List.copyOf(conflicts);
        }
    }

    /**
     * Write-sets that were ordered since the start, failed ones included, and their bytes.
     *
     * @param received of other members ({@code wsrep_received})
     * @param replicated own ones ({@code wsrep_replicated})
     */
    public record Ordered(long received, long receivedBytes, long replicated, long replicatedBytes) {
        /** None. */
        public static final Ordered NONE = new Ordered(0, 0, 0, 0);
    }

    /**
     * What a node keeps beside an application that has a state.
     *
     * @param applied last number that the application was given, -1 before the first
     * @param cache the write-set cache
     * @param transfer the state transfer that this node waits for; empty if nothing is missing
     * @param failure why its last attempt to get what is missing failed; empty once it has it
     * @param given how many nodes it gives state to now
     */
    public record Kept(long applied, Cache cache, Optional<Transfer> transfer, Optional<String> failure, int given) {}

    /**
     * A state transfer that this node waits for.
     *
     * @param what its kind and range, in words
     * @param bytes of a snapshot that have come; 0 of events, which are counted by {@link Kept#applied}
     * @param totalBytes of the snapshot altogether, 0 if unknown
     * @param bytesPerSecond since the donor was let in
     */
    public record Transfer(String what, long bytes, long totalBytes, long bytesPerSecond) {}

    /**
     * The write-set cache, from which members get what they missed.
     *
     * @param first lowest number in it, -1 if none
     * @param last highest number
     * @param bytes of all in it
     * @param capacity bytes that it keeps at present
     * @param alarm what is wrong with it and what to do; empty if nothing is
     * @param mayBeAwayFor for how long a member may be away and still come back without a snapshot
     */
    public record Cache(
            long first, long last, long bytes, long capacity, Optional<String> alarm, MayBeAwayFor mayBeAwayFor) {}

    /**
     * How far the cache reaches from now on.
     *
     * @param bytes of write-sets
     * @param seqnos so many, if they are as large as those that are there
     * @param atPresentRate the time at the rate of the last minutes; empty if it is not known, or nothing comes
     */
    public record MayBeAwayFor(long bytes, long seqnos, Optional<Duration> atPresentRate) {}

    /**
     * A write-set that failed, and the one that came first.
     *
     * @param seqno number of the failed one
     * @param node the member that sent it
     * @param winnerSeqno number of the one that came first
     * @param winner the member that sent that
     * @param key the key that decided, as far as it is known: its path, or its hash in hexadecimal
     */
    public record Conflict(long seqno, UUID node, long winnerSeqno, UUID winner, String key) {}

    /**
     * Flow control.
     *
     * @param paused whether this node must not send write-sets now
     * @param stopsSent STOPs sent since the start ({@code wsrep_flow_control_sent})
     * @param stopsReceived STOPs received since the start ({@code wsrep_flow_control_recv})
     * @param pausedNs time paused since the start, nanoseconds
     * @param pausedForNs how long the pause of now has lasted, 0 without one, nanoseconds
     * @param pausedBy names of the members that have the group stopped now, this one included
     */
    public record FlowControl(
            boolean paused,
            long stopsSent,
            long stopsReceived,
            long pausedNs,
            long pausedForNs,
            List<String> pausedBy) {
        public FlowControl {
            pausedBy = List.copyOf(pausedBy);
        }
    }

    /**
     * Durations, counted in buckets.
     *
     * @param counts how many were at most as long as the bound of the bucket and longer than the one before; the last
     *     bucket has no bound
     * @param sumNs all of them added up, nanoseconds
     */
    public record Histogram(List<Long> counts, long sumNs) {
        /** Upper bounds of the buckets but the last one, nanoseconds: 0.1 ms to 10 s. */
        public static final List<Long> BOUNDS_NS = List.of(
                100_000L,
                250_000L,
                500_000L,
                1_000_000L,
                2_500_000L,
                5_000_000L,
                10_000_000L,
                25_000_000L,
                50_000_000L,
                100_000_000L,
                250_000_000L,
                500_000_000L,
                1_000_000_000L,
                2_500_000_000L,
                10_000_000_000L);

        public Histogram {
            counts = List.copyOf(counts);
        }

        /** How many durations. */
        public long count() {
            return counts.stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * How long it took.
     *
     * @param commit from {@link Node#replicate} to the end of its future, of own write-sets that were committed
     *     at {@link Durability#ORDERED}
     * @param apply that the application took for a write-set, with what follows a future; with several appliers also the
     *     wait for its turn
     */
    public record Latency(Histogram commit, Histogram apply) {
        /** Nothing was counted. */
        public static final Latency NONE = new Latency(
                new Histogram(Collections.nCopies(Histogram.BOUNDS_NS.size() + 1, 0L), 0),
                new Histogram(Collections.nCopies(Histogram.BOUNDS_NS.size() + 1, 0L), 0));
    }

    /** The same, with its admin listener. */
    public NodeStatus with(Optional<Admin> listener) {
        return with(health, listener);
    }

    /** The same of a node that takes no work, for a reason that it does not know itself. */
    public NodeStatus unready(String why) {
        List<String> reasons = new ArrayList<>(List.of(why));
        reasons.addAll(health.reasons());
        return with(new Health(false, health.word().or(Health.Word.CRITICAL), reasons), admin);
    }

    private NodeStatus with(Health judged, Optional<Admin> listener) {
        return new NodeStatus(
                name,
                uuid,
                listenAddress,
                state,
                judged,
                group,
                certification,
                kept,
                links,
                mesh,
                refused,
                refusedByKind,
                tls,
                dynamicWarning,
                waiting,
                waitingBytes,
                call,
                options,
                started,
                listener,
                latency);
    }

    /**
     * The admin listener, and what it grants to whom.
     *
     * @param address where it listens, {@code host:port}
     * @param protocols what it speaks there: {@code HTTP}, {@code HTTPS}, {@code HTTP and HTTPS}
     * @param mutualTls whether clients prove who they are by a certificate
     * @param access for health, read and change: {@code open}, {@code off}, or the organisational units that may
     */
    public record Admin(String address, String protocols, boolean mutualTls, SortedMap<String, String> access) {
        public Admin {
            access = Collections.unmodifiableSortedMap(new TreeMap<>(access));
        }
    }

    /** The link as the mesh knows it, if it is established. */
    public Optional<MeshLinkStatus> established(LinkStatus link) {
        return mesh.stream()
                .filter(other -> other.link() == link.link() && other.state() == MeshLinkState.OK)
                .findFirst();
    }

    /** One line, for example "2 of 2 links TLS 1.3" or "1 of 1 links TLS 1.3, NO LINK to n3"; established links only. */
    public String linkSummary() {
        List<LinkStatus> open =
                links.stream().filter(link -> established(link).isPresent()).toList();
        long newest = open.stream()
                .filter(link -> link.tls()
                        .filter(tls -> tls.protocol().equals("TLSv1.3"))
                        .isPresent())
                .count();
        long plain = open.stream().filter(link -> link.tls().isEmpty()).count();
        List<String> unlinked = group.members().stream()
                .filter(member -> !member.uuid().equals(uuid)
                        && mesh.stream()
                                .noneMatch(
                                        link -> link.peer().equals(member.uuid()) && link.state() == MeshLinkState.OK))
                .map(ClusterView.Member::name)
                .toList();
        return newest + " of " + open.size() + " links TLS 1.3"
                + (plain > 0 ? ", " + plain + " PLAIN TEXT" : "")
                + (unlinked.isEmpty() ? "" : ", NO LINK to " + String.join(", ", unlinked));
    }
}
