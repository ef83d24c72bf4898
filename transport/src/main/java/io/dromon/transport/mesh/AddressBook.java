package io.dromon.transport.mesh;

import io.dromon.transport.wire.PeerIdentity;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The addresses to dial, and when: the pending list (configured addresses whose node is unknown), the remote list
 * (addresses of known nodes) and the blacklist (own addresses), chapter 01 sections 7.1, 7.4 and 7.5.
 */
final class AddressBook {
    /** Largest remote list; what is learned beyond it is not dialled. */
    static final int MAX_REMOTE = 1024;

    static final long RECONNECT_NS = TimeUnit.SECONDS.toNanos(1);
    /** Dials of an address that only a peer told, before it rests; the rests grow. */
    private static final int FEW_ATTEMPTS = 8;

    private static final long REST_NS = TimeUnit.SECONDS.toNanos(30);
    private static final int MOST_DOUBLINGS = 4;
    private static final long UNLIMITED = Long.MAX_VALUE;

    /** One address of the remote list. */
    static final class Remote {
        final String address;
        final UUID uuid;
        /** Known from the topology of a peer. */
        private final boolean told;

        long nextNs;
        long retries;
        long maxRetries = UNLIMITED;
        /** Whether it was in a view with this node. */
        boolean wasMember;
        /** Whether a link to this node was established at this address. */
        boolean wasLinked;
        /** What TLS proved of it then. */
        Optional<PeerIdentity> identity = Optional.empty();

        private Remote(String address, UUID uuid, boolean told, long nextNs) {
            this.address = address;
            this.uuid = uuid;
            this.told = told;
            this.nextNs = nextNs;
        }

        /**
         * The node left or was outvoted, and its links are not welcome for a while; or it was never reached and is to be
         * forgotten.
         */
        boolean isInTimeWait() {
            return retries > maxRetries;
        }

        /** What a peer told and nothing has confirmed yet: neither a link nor a view. The peer may have invented it. */
        boolean isHearsay() {
            return told && !wasLinked && !wasMember;
        }

        private long pauseNs() {
            return isHearsay() && retries >= FEW_ATTEMPTS
                    ? REST_NS << Math.min(retries - FEW_ATTEMPTS, MOST_DOUBLINGS)
                    : RECONNECT_NS;
        }

        private void welcome() {
            retries = -1;
            maxRetries = UNLIMITED;
        }
    }

    /** A configured address; of one with a name, what the name stood for at the last look-up. */
    static final class Pending {
        final String address;
        long nextNs;
        /** Addresses of the name that are still to be dialled before it is looked up again. */
        final Deque<String> round = new ArrayDeque<>();

        /** Whether the answer to a look-up is awaited. */
        boolean asked;
        /** No look-up earlier: a peer that refuses this node at once must not be dialled without a pause. */
        long nextLookUpNs = Long.MIN_VALUE;
        /** Whether a node was linked at one of its addresses. */
        boolean answered;

        private final Set<String> addresses = new HashSet<>();

        private Pending(String address, long nextNs) {
            this.address = address;
            this.nextNs = nextNs;
        }
    }

    private final Map<String, Pending> pending = new LinkedHashMap<>();
    /** Second addresses of nodes. */
    private final Map<String, UUID> aliases = new LinkedHashMap<>();

    private final Map<String, Remote> remote = new LinkedHashMap<>();
    private final Set<String> blacklist = new LinkedHashSet<>();
    /** {@code gmcast.mira}. */
    private int mostAttempts;

    AddressBook(int mostAttempts) {
        this.mostAttempts = mostAttempts;
    }

    /** For addresses that are learned from now on. */
    void limitAttempts(int most) {
        mostAttempts = most;
    }

    /** Unless it is there. */
    void addPending(String address, long nowNs) {
        pending.putIfAbsent(address, new Pending(address, nowNs));
    }

    void removePending(String address) {
        pending.remove(address);
    }

    boolean isPending(String address) {
        return pending.containsKey(address);
    }

    /** The addresses that are due, not changed by later calls. */
    List<Pending> duePending(long nowNs) {
        List<Pending> due = new ArrayList<>();
        for (Pending entry : pending.values()) {
            if (entry.nextNs <= nowNs && !entry.asked) {
                due.add(entry);
            }
        }
        return due;
    }

    /** The name of a configured address stands for these now. False if it is not configured, or not any more. */
    boolean resolved(String address, List<String> numeric, long nowNs) {
        Pending entry = pending.get(address);
        if (entry == null) {
            return false;
        }
        entry.asked = false;
        entry.addresses.clear();
        entry.addresses.addAll(numeric);
        entry.round.clear();
        entry.round.addAll(numeric);
        entry.nextNs = numeric.isEmpty() ? nowNs + RECONNECT_NS : nowNs;
        return true;
    }

    /** A node that is linked at another address answered here. */
    void alias(String address, UUID uuid) {
        if (aliases.size() < MAX_REMOTE) {
            aliases.put(address, uuid);
        }
    }

    /** Nil if none. */
    UUID aliasOf(String address) {
        return aliases.getOrDefault(address, Uuids.NIL);
    }

    /** After the first primary view: addresses that never answered are dialled no more. */
    List<String> discardPending() {
        List<String> discarded = pending.values().stream()
                .filter(entry -> !entry.answered)
                .map(entry -> entry.address)
                .toList();
        pending.clear();
        return discarded;
    }

    void blacklist(String address) {
        blacklist.add(address);
        pending.remove(address);
        remote.remove(address);
    }

    Set<String> blacklisted() {
        return Set.copyOf(blacklist);
    }

    Collection<Remote> remote() {
        return remote.values();
    }

    boolean isKnown(String address) {
        return remote.containsKey(address) || pending.containsKey(address) || blacklist.contains(address);
    }

    /** What a peer told. False if the list is full. */
    boolean learn(String address, UUID uuid, long firstDialNs) {
        if (remote.size() >= MAX_REMOTE) {
            return false;
        }
        Remote entry = new Remote(address, uuid, true, firstDialNs);
        entry.maxRetries = mostAttempts;
        remote.putIfAbsent(address, entry);
        return true;
    }

    /** What the operator told, whose node is unknown. */
    void add(String address, long nowNs) {
        remote.putIfAbsent(address, new Remote(address, Uuids.NIL, false, nowNs));
    }

    /**
     * The entry of an established link, made or replaced if need be.
     *
     * @param linked to find an entry to give up if the list is full
     */
    Remote established(String address, UUID uuid, long nowNs, LinkTable linked) {
        pending.remove(address);
        aliases.remove(address);
        for (Pending named : pending.values()) {
            named.answered |= named.addresses.contains(address);
        }
        Remote entry = remote.get(address);
        boolean timeWaitOver = entry != null && entry.isInTimeWait() && entry.nextNs <= nowNs;
        if (entry == null || !entry.uuid.equals(uuid) || timeWaitOver) {
            if (entry == null && remote.size() >= MAX_REMOTE) {
                giveUpOne(linked);
            }
            entry = new Remote(address, uuid, false, nowNs);
            remote.put(address, entry);
        }
        return entry;
    }

    /** Nil if the address is not in the remote list. */
    UUID uuidOf(String address) {
        Remote entry = remote.get(address);
        return entry == null ? Uuids.NIL : entry.uuid;
    }

    /** Its node is linked: dialled again if the link is lost. */
    void enable(Remote entry, Optional<PeerIdentity> identity) {
        entry.retries = 0;
        entry.wasLinked = true;
        entry.identity = identity;
    }

    /** Whether a node was linked at this address, with this identity, and in a view with this node. */
    boolean isFellowMember(String address, UUID uuid, Optional<PeerIdentity> identity) {
        Remote entry = remote.get(address);
        return entry != null
                && entry.uuid.equals(uuid)
                && entry.wasLinked
                && entry.wasMember
                && PeerIdentity.mayFollow(identity, entry.identity);
    }

    /** A link failed and no other has its address. */
    void failed(String address, long nowNs) {
        Pending configured = pending.get(address);
        if (configured != null) {
            configured.nextNs = nowNs + RECONNECT_NS;
        }
        Remote entry = remote.get(address);
        // A time wait is not made longer by a peer that keeps trying, or it would never end.
        if (entry != null && !entry.isInTimeWait()) {
            entry.retries++;
            entry.nextNs = nowNs + entry.pauseNs();
        }
    }

    /** Hearsay leaves with the last peer that tells it. */
    void keepTold(Predicate<Remote> toldNow) {
        remote.values().removeIf(entry -> entry.isHearsay() && !entry.isInTimeWait() && !toldNow.test(entry));
    }

    /** Member of a view. */
    void stable(UUID uuid) {
        for (Remote entry : remote.values()) {
            if (entry.uuid.equals(uuid)) {
                entry.welcome();
                entry.wasMember = true;
            }
        }
    }

    /** Lifts a time wait. True if there was one. */
    boolean allow(UUID uuid, long nowNs) {
        boolean lifted = false;
        for (Remote entry : remote.values()) {
            if (entry.isInTimeWait() && entry.uuid.equals(uuid)) {
                entry.welcome();
                entry.nextNs = nowNs;
                lifted = true;
            }
        }
        return lifted;
    }

    /** Puts the addresses of a node into time wait. */
    void forget(UUID uuid, long untilNs) {
        for (Remote entry : remote.values()) {
            if (entry.uuid.equals(uuid)) {
                forget(entry, untilNs);
            }
        }
    }

    void forget(Remote entry, long untilNs) {
        entry.retries = 1;
        entry.maxRetries = 0;
        entry.nextNs = Math.max(entry.nextNs, untilNs);
    }

    Remote block(String address, long untilNs) {
        Remote entry = remote.computeIfAbsent(address, key -> new Remote(key, Uuids.NIL, false, untilNs));
        forget(entry, untilNs);
        return entry;
    }

    void remove(Remote entry) {
        remote.remove(entry.address);
    }

    private void giveUpOne(LinkTable linked) {
        Remote least = null;
        for (Remote entry : remote.values()) {
            if (!linked.hasAddress(entry.address) && (least == null || (entry.isHearsay() && !least.isHearsay()))) {
                least = entry;
            }
        }
        if (least != null) {
            remote.remove(least.address);
        }
    }
}
