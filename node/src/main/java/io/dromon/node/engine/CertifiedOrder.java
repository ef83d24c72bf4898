package io.dromon.node.engine;

import io.dromon.node.NodeStatus;
import io.dromon.node.certification.Certification;
import io.dromon.node.certification.CertificationSettings;
import io.dromon.node.certification.Claim;
import io.dromon.node.certification.ClaimResult;
import io.dromon.node.certification.Digest;
import io.dromon.node.certification.DigestComparison;
import io.dromon.node.certification.KeysInFlight;
import io.dromon.node.certification.Refusal;
import io.dromon.node.certification.Verdict;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupMember;
import io.dromon.node.group.Ticket;
import io.dromon.node.writeset.KeyFormat;
import io.dromon.node.writeset.Originator;
import io.dromon.node.writeset.ReceivedWriteSet;
import io.dromon.node.writeset.UnsentWriteSet;
import io.dromon.node.writeset.WriteSetFlags;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Murmur128;
import io.dromon.transport.wire.TransportNews;
import io.dromon.transport.wire.Uuids;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Certification in its place: between the write-sets of this node and the group, and between the group's order and the
 * application. A part of the core, like it without clock, threads and I/O.
 *
 * <p>All members of a group of data nodes come to the same verdicts: they read the same bytes in the same order. As no
 * member gives its index to one that joins, all start with an empty one at each primary configuration, and a write-set
 * with keys whose snapshot is older fails on all of them.
 */
final class CertifiedOrder {
    /** The version that Dromon nodes send to each other. */
    private static final int VERSION = UnsentWriteSet.versionOf(11);
    /** Key parts of own write-sets that may be on their way. */
    private static final int MAX_KEYS = 1 << 20;
    /** Own write-sets with keys that may be on their way: their snapshots must not grow older than is remembered. */
    private static final int MAX_CLAIMS = 8192;

    private static final int CONFLICTS_KEPT = 100;
    private static final long NOTHING = -1;
    private static final Digest NO_DIGEST = new Digest(0, 0);

    private final UUID self;
    private final TransportNews news;
    private final Certification certification;
    private final KeysInFlight inFlight;
    private final Murmur128 scratch = new Murmur128();
    private KeyFormat format = KeyFormat.FLAT8;
    private boolean primary;
    private UUID history = Uuids.NIL;
    /** The last write-set that passed, as far as this node can know: the state has not changed since. */
    private long lastChange = NOTHING;

    private long applied = NOTHING;
    private long safeToDiscard = NOTHING;
    private final DigestComparison digests;
    private Map<UUID, String> names = Map.of();
    private long configuredAt = NOTHING;
    private boolean digestIsOnItsWay;
    private Optional<String> divergence = Optional.empty();

    private long failed;
    private long ownFailed;
    private long refused;
    private long received;
    private long receivedBytes;
    private long replicated;
    private long replicatedBytes;

    /** An own write-set on its way. */
    private record Sent(
            Ticket.@Nullable OfWriteSet ticket,
            ReceivedWriteSet writeSet,
            @Nullable Claim claim) implements Ticket.OfWriteSet {}

    /** @param tableSeed a number that no other node knows */
    CertifiedOrder(UUID self, long tableSeed, TransportNews news) {
        this.self = self;
        this.news = news;
        this.digests = new DigestComparison(self);
        this.certification = new Certification(new CertificationSettings(true, CONFLICTS_KEPT, tableSeed));
        this.inFlight = new KeysInFlight(certification, self, MAX_KEYS, tableSeed);
    }

    /** What {@link #admit} gives. */
    sealed interface Admission permits Sealed, NotSent {}

    /**
     * To be sent next.
     *
     * @param ticket for the group
     */
    record Sealed(Bytes bytes, Ticket.OfWriteSet ticket) implements Admission {}

    /** Not to be sent. */
    record NotSent(Refusal why) implements Admission {}

    /**
     * Claims the keys of an own write-set, and makes the bytes that are to be sent next.
     *
     * @param snapshot the position that its transaction has read, unless it names one itself; -1: none
     */
    Admission admit(UnsentWriteSet change, long snapshot, Ticket.OfWriteSet ticket, long nowNs) {
        boolean hasKeys = !change.keys().isEmpty();
        long named = change.basedOn() == UnsentWriteSet.NO_SNAPSHOT ? Math.max(0, snapshot) : change.basedOn();
        // Numbers that changed nothing, of views and of write-sets that failed, do not make a snapshot old.
        long read = named >= lastChange ? Math.max(named, certification.position()) : named;
        if (hasKeys && primary && named > certification.position()) {
            return refuse(new Refusal(Refusal.Reason.SNAPSHOT_UNKNOWN, null));
        } else if (hasKeys && inFlight.claims() >= MAX_CLAIMS) {
            return refuse(new Refusal(Refusal.Reason.TABLE_FULL, null));
        }
        // A write-set without keys has read nothing that could be outdated.
        long lastSeen = !primary ? 0 : hasKeys ? read : Math.max(0, certification.position());
        Bytes bytes = change.seal(VERSION, format, originator(), lastSeen, nowNs);
        ReceivedWriteSet writeSet = own(bytes);
        // While the first configuration is formed write-sets are queued, and may be the first of a history: those of
        // one node
        // must not conflict there either, as certification lets them pass each other. In a history that goes on, what
        // was
        // queued before a configuration is older than that and fails on all members.
        boolean first = history.equals(Uuids.NIL);
        if (!hasKeys || !(primary || first)) {
            return new Sealed(bytes, new Sent(ticket, writeSet, null));
        }
        ClaimResult result = inFlight.claim(writeSet.keys(), lastSeen);
        return result instanceof Refusal why
                ? refuse(why)
                : new Sealed(bytes, new Sent(ticket, writeSet, (Claim) result));
    }

    /** The digest of the own verdicts stands where Galera has the connection, its seqno in the place of the transaction. */
    private Originator originator() {
        Digest digest = primary ? certification.keptDigest().orElse(NO_DIGEST) : NO_DIGEST;
        return new Originator(self, digest.value(), digest.seqno());
    }

    /** To be sent next, without an answer to anybody: what the others wait for to find who has diverged. Null if they do not. */
    @Nullable
    Sealed owedDigest(long nowNs) {
        if (!primary || digestIsOnItsWay || !digests.owesDigest()) {
            return null;
        }
        digestIsOnItsWay = true;
        Bytes bytes = UnsentWriteSet.empty()
                .seal(VERSION, format, originator(), Math.max(0, certification.position()), nowNs);
        return new Sealed(bytes, new Sent(null, own(bytes), null));
    }

    /** Why this node must leave, if its verdicts are those of a minority. */
    Optional<String> divergence() {
        return divergence;
    }

    private String name(UUID member) {
        return names.getOrDefault(member, Uuids.brief(member));
    }

    private void compare(GroupEvent.WriteSet event, ReceivedWriteSet writeSet) {
        if (writeSet.transaction() <= configuredAt) {
            return; // before the first digest of the configuration
        }
        Optional<Digest> own = certification.keptDigest();
        if (own.isEmpty()) {
            return;
        }
        Digest told = new Digest(writeSet.transaction(), writeSet.connection());
        switch (digests.onDigest(event.origin(), told, own.get())) {
            case NONE -> {}
            case DIVERGENCE -> news.onAnomaly(event.origin(), "DIVERGED: " + digests.text(this::name));
            case MINORITY ->
                divergence = Optional.of("certification has diverged: " + digests.text(this::name)
                        + "; the state of this node is not the group's. Remove it and join again");
        }
    }

    private NotSent refuse(Refusal why) {
        refused += why.reason() == Refusal.Reason.TABLE_FULL ? 0 : 1;
        return new NotSent(why);
    }

    private ReceivedWriteSet own(Bytes bytes) {
        try {
            return ReceivedWriteSet.decodeOwn(bytes, scratch);
        } catch (MalformedMessageException e) {
            throw new IllegalStateException("an own write-set cannot be read", e);
        }
    }

    /** Whether a good part of the table of keys in flight is free. */
    boolean hasRoom() {
        return inFlight.claims() <= MAX_CLAIMS / 2 && inFlight.keys() <= MAX_KEYS / 2;
    }

    /**
     * The own write-set of this ticket will not be ordered; the ticket that {@link #admit} was given, null for what the node
     * itself has sent.
     */
    Ticket.@Nullable OfWriteSet release(Ticket.OfWriteSet ticket) {
        Sent sent = (Sent) ticket;
        digestIsOnItsWay &= sent.ticket() != null;
        if (sent.claim() != null) {
            inFlight.release(sent.claim());
        }
        return sent.ticket();
    }

    /** The next write-set of the order. */
    CertifiedWriteSet onWriteSet(GroupEvent.WriteSet event) {
        Sent own = (Sent) event.ticket();
        count(event, own != null);
        Bytes data = Bytes.EMPTY;
        ReceivedWriteSet content = null;
        Verdict verdict;
        try {
            ReceivedWriteSet writeSet = own != null ? own.writeSet() : ReceivedWriteSet.decode(event.data(), scratch);
            checkSource(writeSet, event.origin());
            compare(event, writeSet);
            verdict = certification.certify(event.seqno(), writeSet);
            data = writeSet.data();
            content = writeSet;
        } catch (MalformedMessageException e) {
            verdict = certification.refuse(event.seqno());
            news.onAnomaly(
                    event.origin(), "write-set " + event.seqno() + ", which no member applies: " + e.getMessage());
        }
        if (verdict.passed()) {
            lastChange = event.seqno();
        } else {
            failed++;
            ownFailed += own != null ? 1 : 0;
        }
        return new CertifiedWriteSet(
                event.origin(), event.originIndex(), data, content, verdict, own == null ? null : release(own));
    }

    private void count(GroupEvent.WriteSet event, boolean own) {
        if (own) {
            replicated++;
            replicatedBytes += event.data().length();
        } else {
            received++;
            receivedBytes += event.data().length();
        }
    }

    /**
     * Data nodes send whole transactions, and no other kind. A member's write-sets do not conflict with each other, so it must
     * not pass for another one.
     */
    private static void checkSource(ReceivedWriteSet writeSet, UUID origin) throws MalformedMessageException {
        if (writeSet.sourceHigh() != origin.getMostSignificantBits()
                || writeSet.sourceLow() != origin.getLeastSignificantBits()) {
            throw new MalformedMessageException("it names " + writeSet.source() + " as its source");
        }
        if ((writeSet.flags() & ~WriteSetFlags.PA_UNSAFE) != WriteSetFlags.TRANSACTION) {
            throw new MalformedMessageException("it has the flags 0x" + Integer.toHexString(writeSet.flags()));
        }
    }

    /** In its place among the write-sets. */
    void onConfigurationChange(GroupEvent.ConfigurationChange change) {
        primary = change.isPrimary();
        if (!primary) {
            inFlight.releaseAll();
            return;
        }
        boolean goesOn = change.groupUuid().equals(history) && change.seqno() == certification.position() + 1;
        if (!goesOn) {
            history = change.groupUuid();
            lastChange = change.seqno();
        }
        configuredAt = change.seqno();
        digestIsOnItsWay = false;
        names = change.members().stream().collect(Collectors.toMap(GroupMember::uuid, GroupMember::name));
        digests.changeConfiguration(change.members().stream()
                .filter(member -> !member.arbitrator())
                .map(GroupMember::uuid)
                .toList());
        certification.reset();
        certification.transferredChange(change.seqno(), VERSION); // nothing is known of what was before
        applied = change.seqno();
        safeToDiscard = NOTHING;
    }

    /** In its place among the write-sets. */
    void onCommitCut(long seqno) {
        certification.onCommitCut(seqno);
    }

    /** The application has applied all up to {@code seqno}. */
    void onApplied(long seqno) {
        boolean due = false;
        while (applied < seqno && applied < certification.position()) {
            applied++;
            due |= certification.complete(applied);
        }
        if (due) {
            safeToDiscard = certification.report(inFlight.oldestSnapshot());
        }
    }

    /** What this node needs no more to certify: {@link io.dromon.node.group.GroupCore#reportApplied}. */
    long safeToDiscard() {
        return safeToDiscard;
    }

    /** The format of the keys of new write-sets. */
    void configure(KeyFormat keyFormat) {
        format = keyFormat;
    }

    /** A snapshot. */
    CertificationStatus status() {
        return new CertificationStatus(
                failed,
                ownFailed,
                refused,
                certification.indexedKeys(),
                inFlight.claims(),
                certification.conflicts(),
                new NodeStatus.Ordered(received, receivedBytes, replicated, replicatedBytes));
    }
}
