package io.dromon.transport.mesh;

import io.dromon.transport.link.Links;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Dials what the address book holds: configured addresses and names, and what peers told (chapter 01 sections 7.1, 7.4
 * and 7.5).
 */
final class MeshDialler {
    private static final long FIRST_DIAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** Dials in progress at one time to addresses that peers told. */
    private static final int MAX_DIALLING = 64;
    /** Dials to addresses of hearsay, over all: so many at once, then one in each of these times. */
    private static final int MAX_HEARSAY_DIALS = 64;

    private static final long HEARSAY_DIAL_NS = TimeUnit.SECONDS.toNanos(1);
    /** Addresses of one name that are dialled. */
    private static final int MOST_ADDRESSES = 64;

    private static final int ATTEMPTS_PER_NOTICE = 30;

    private final OwnAddress own;
    private final RandomGenerator random;
    private final Links io;
    private final LinkNews news;
    final LinkTable links;
    final AddressBook book;
    final Set<UUID> evicted;

    /** Numeric addresses that the operator told, or that names of the operator stood for. */
    private final Set<String> configured = new HashSet<>();
    /** Addresses with a name that the operator told. */
    private final List<String> names = new ArrayList<>();

    private long learnedDialNs = Long.MAX_VALUE;
    private int hearsayDials = MAX_HEARSAY_DIALS;
    private long hearsayDialNs;
    private boolean paused;

    MeshDialler(
            OwnAddress own,
            RandomGenerator random,
            Links io,
            LinkNews news,
            LinkTable links,
            AddressBook book,
            Set<UUID> evicted) {
        this.own = own;
        this.random = random;
        this.io = io;
        this.news = news;
        this.links = links;
        this.book = book;
        this.evicted = evicted;
    }

    /** Whether {@link #reconnect} dials nothing. */
    void pause(boolean on) {
        paused = on;
    }

    /** Forgets when a learned address was to be dialled. */
    void stop() {
        paused = true;
        learnedDialNs = Long.MAX_VALUE;
    }

    /** When a learned address is to be dialled. */
    long nextDeadlineNs() {
        return learnedDialNs;
    }

    void start(List<String> initialAddresses, long nowNs) {
        hearsayDialNs = nowNs;
        for (String address : initialAddresses) {
            if (!address.equals(own.text()) && !book.isPending(address)) {
                book.addPending(address, nowNs);
                if (PeerAddress.isNamed(address)) {
                    names.add(address);
                } else {
                    configured.add(address);
                    dial(address, nowNs);
                }
            }
        }
        dialNames(nowNs);
    }

    /** Looks configured names up and dials what they stand for. */
    void dialNames(long nowNs) {
        for (String name : names) {
            book.addPending(name, nowNs);
        }
        reconnect(nowNs);
    }

    void onResolved(String address, List<String> numeric, long nowNs) {
        List<String> usable = numeric.stream()
                .map(PeerAddress::parse)
                .flatMap(Optional::stream)
                .filter(PeerAddress::isDialable)
                .map(parsed -> parsed.withScheme(own.scheme()).toString())
                .filter(ip -> !ip.equals(own.text()))
                .distinct()
                .limit(MOST_ADDRESSES)
                .toList();
        if (!book.resolved(address, usable, nowNs)) {
            return;
        }
        if (configured.size() >= AddressBook.MAX_REMOTE) {
            configured.clear();
        }
        configured.addAll(usable);
        if (numeric.isEmpty()) {
            String text = address + ": the name of the host is not known here; it is looked up again and again, correct"
                    + " the cluster address or the name service";
            news.onRefused(address, new LinkFailure.Disconnected(text));
            return;
        }
        // At once, as at the start: the other addresses of a name wait for their turn.
        usable.stream().filter(ip -> mayDial(ip)).findFirst().ifPresent(ip -> dial(ip, nowNs));
        reconnect(nowNs);
    }

    private boolean mayDial(String address) {
        return !links.hasAddress(address)
                && !links.hasPeer(book.uuidOf(address))
                && !links.hasPeer(book.aliasOf(address))
                && !book.blacklisted().contains(address);
    }

    /**
     * One at a time: two addresses of one node must not look like two nodes with one UUID. Accepted links do not count, or
     * silent connections from anywhere could keep this node from dialling.
     */
    private void dialConfigured(AddressBook.Pending entry, long nowNs) {
        if (!PeerAddress.isNamed(entry.address)) {
            if (links.countDialling() == 0 && mayDial(entry.address)) {
                dial(entry.address, nowNs);
            }
            return;
        }
        while (!entry.round.isEmpty() && !mayDial(entry.round.element())) {
            entry.round.remove();
        }
        if (!entry.round.isEmpty()) {
            if (links.countDialling() == 0) {
                dial(entry.round.remove(), nowNs);
                entry.nextNs = nowNs + AddressBook.RECONNECT_NS;
            }
        } else if (nowNs < entry.nextLookUpNs) {
            entry.nextNs = entry.nextLookUpNs;
        } else {
            entry.asked = true;
            entry.nextLookUpNs = nowNs + AddressBook.RECONNECT_NS;
            entry.nextNs = entry.nextLookUpNs;
            io.resolve(entry.address);
        }
    }

    /** Takes an address in that a peer tells; false if there are too many already. */
    boolean learn(String address, UUID uuid, long nowNs) {
        if (address.isEmpty() || evicted.contains(uuid) || book.isKnown(address)) {
            return true;
        }
        long firstDialNs = nowNs + random.nextLong(FIRST_DIAL_NS + 1);
        learnedDialNs = Math.min(learnedDialNs, firstDialNs);
        return book.learn(address, uuid, firstDialNs);
    }

    boolean isConfigured(String address) {
        return configured.contains(address);
    }

    /** The node may be dialled at once. */
    void allow(UUID node, long nowNs) {
        if (book.allow(node, nowNs)) {
            learnedDialNs = Math.min(learnedDialNs, nowNs);
        }
    }

    /**
     * Dials every address that has no link and whose time has come, and forgets those that were tried often enough
     * (chapter 01 section 7.4).
     */
    void reconnect(long nowNs) {
        learnedDialNs = Long.MAX_VALUE;
        if (paused) {
            return;
        }
        for (AddressBook.Pending entry : book.duePending(nowNs)) {
            dialConfigured(entry, nowNs);
        }
        for (AddressBook.Remote entry : List.copyOf(book.remote())) {
            if (entry.nextNs > nowNs) {
                if (entry.retries == 0 && entry.nextNs - nowNs <= FIRST_DIAL_NS) {
                    learnedDialNs = Math.min(learnedDialNs, entry.nextNs);
                }
            } else if (entry.isInTimeWait()) {
                news.onNotice("forgetting " + Uuids.brief(entry.uuid) + " at " + entry.address);
                book.remove(entry);
            } else if (!links.hasAddress(entry.address)
                    && !links.hasPeer(entry.uuid)
                    && !evicted.contains(entry.uuid)
                    && links.countDialling() < MAX_DIALLING
                    && (!entry.isHearsay() || mayDialHearsay(nowNs))) {
                if (entry.retries > 0 && entry.retries % ATTEMPTS_PER_NOTICE == 0) {
                    news.onNotice("reconnecting to " + Uuids.brief(entry.uuid) + " at " + entry.address + ", attempt "
                            + entry.retries);
                }
                dial(entry.address, nowNs);
            }
        }
    }

    /** A member can name addresses of others, which must not become this node's flood. */
    private boolean mayDialHearsay(long nowNs) {
        long earned = (nowNs - hearsayDialNs) / HEARSAY_DIAL_NS;
        hearsayDialNs += earned * HEARSAY_DIAL_NS;
        hearsayDials = (int) Math.min(MAX_HEARSAY_DIALS, hearsayDials + earned);
        if (hearsayDials == 0 || links.countDialling() >= MAX_DIALLING / 2) {
            return false;
        }
        hearsayDials--;
        return true;
    }

    /** Dials at once; returns the number of the link. */
    long dial(String address, long nowNs) {
        long id = io.dial(address);
        links.add(MeshLink.dialled(id, address, nowNs));
        return id;
    }
}
