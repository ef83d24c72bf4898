package io.dromon.transport.mesh;

import io.dromon.transport.link.Links;
import io.dromon.transport.mesh.GmcastMessage.Fail;
import io.dromon.transport.mesh.GmcastMessage.Handshake;
import io.dromon.transport.mesh.GmcastMessage.HandshakeResponse;
import io.dromon.transport.mesh.GmcastMessage.Ok;
import io.dromon.transport.mesh.GmcastMessage.TopologyChange;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.PeerIdentity;
import io.dromon.transport.wire.PeerText;
import io.dromon.transport.wire.Uuids;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The handshake of a link in both roles: who is let in, which of two links stays, what a refusal means. Chapter 01
 * sections 5.4 and 6.3 to 6.5.
 */
final class Handshaker {
    private static final String RENEW = ": remove the saved view of this node (gvwstate.dat) and start it again";

    private final LinkKeeper keeper;
    private final MeshSettings settings;
    private final UUID self;
    private final Links io;
    private final LinkNews news;
    private final LinkTable links;
    private final AddressBook book;

    Handshaker(LinkKeeper keeper) {
        this.keeper = keeper;
        this.settings = keeper.settings;
        this.self = keeper.self;
        this.io = keeper.io;
        this.news = keeper.news;
        this.links = keeper.links;
        this.book = keeper.book;
    }

    void onHandshake(MeshLink link, Handshake handshake, long nowNs) {
        link.handshakeUuid = handshake.handshakeUuid();
        link.peer = handshake.source();
        link.segment = handshake.segment();
        if (isAcceptable(link, nowNs)) {
            link.become(MeshLinkState.RESPONSE_SENT, nowNs);
            io.send(
                    link.id,
                    new HandshakeResponse(
                            settings.segment(), self, link.handshakeUuid, keeper.own.text(), settings.group()));
        }
    }

    void onHandshakeResponse(MeshLink link, HandshakeResponse response, long nowNs) {
        PeerAddress announced = PeerAddress.parse(response.address()).orElse(null);
        if (!response.group().equals(settings.group())) {
            String who = Uuids.brief(response.source()) + " at " + link.origin
                    + (announced == null ? "" : ":" + announced.port());
            String text = who + " is of group '" + PeerText.printable(response.group()) + "', this node of group '"
                    + settings.group() + "': set the same group name (wsrep_cluster_name, --group) on both";
            keeper.refuse(link, Fail.INVALID_GROUP, new LinkFailure.WrongGroup(text), nowNs);
            return;
        }
        if (announced == null) {
            String text = link + " announced no valid address: '" + PeerText.printable(response.address())
                    + "', wanted is scheme://host:port";
            keeper.refuse(link, Fail.INVALID_ADDRESS, new LinkFailure.Corrupt(text), nowNs);
            return;
        }
        link.peer = response.source();
        link.segment = response.segment();
        link.address = link.origin + ":" + announced.port();
        if (keeper.evicted.contains(link.peer)) {
            keeper.refuse(link, Fail.EVICTED, evictedFailure(link), nowNs);
            return;
        }
        if (links.countEstablished() >= TopologyChange.MAX_ENTRIES - 1) {
            String text = "no more than " + TopologyChange.MAX_ENTRIES + " nodes can be linked: " + link + " refused";
            keeper.refuse(link, "too many nodes", new LinkFailure.Disconnected(text), nowNs);
            return;
        }
        if (isAcceptable(link, nowNs)) {
            io.send(link.id, new Ok(settings.segment(), self));
            link.become(MeshLinkState.OK, nowNs);
            established(link, nowNs);
        }
    }

    /**
     * Whether a peer is let in: it is not this node itself, and no other address has a link to its UUID (chapter 01
     * section 6.4). Otherwise the link is over.
     */
    private boolean isAcceptable(MeshLink link, long nowNs) {
        boolean own = link.peer.equals(self);
        MeshLink twin = own ? twin(link) : null;
        if (twin != null) {
            String address = link.dialled ? link.address : twin.address;
            news.onNotice(address + " is this node itself: not dialled again");
            book.blacklist(address);
            keeper.end(link);
            keeper.end(twin);
            return false;
        }
        if (link.dialled && !own && hasPeerElsewhere(link)) {
            // Not "duplicate uuid": a Galera node that is joining would end at the word.
            news.onNotice(link.address + " is another address of " + Uuids.brief(link.peer) + ", which is linked");
            book.alias(link.address, link.peer);
            keeper.end(link);
            return false;
        }
        String taken =
                "UUID " + Uuids.brief(link.peer) + " exists in the group already (seen at " + link.shownAddress() + ")";
        if (own && !keeper.primaryReached && isProvenMember(link)) {
            keeper.fatal(taken + RENEW);
            return false;
        }
        if (own || hasPeerElsewhere(link)) {
            String text = taken + ", " + (own ? "it is this node's" : "under another address")
                    + ": each node needs its own saved view, and one address at which all others see it";
            keeper.refuse(link, Fail.DUPLICATE_UUID, new LinkFailure.WrongIdentity(text), nowNs);
            return false;
        }
        return !isOtherIdentity(link, nowNs);
    }

    /**
     * Whether a member is linked already, with another certificate. Then this link is over: by the UUID alone, which
     * every peer sees, no node can replace a member.
     */
    private boolean isOtherIdentity(MeshLink link, long nowNs) {
        MeshLink open = links.established(link.peer);
        if (open == null || open == link) {
            return false;
        }
        Optional<PeerIdentity> before = io.identity(open.id);
        Optional<PeerIdentity> shown = io.identity(link.id);
        if (PeerIdentity.mayFollow(shown, before)) {
            return false;
        }
        String text = "a second link to " + link + " shows "
                + shown.map(identity -> "the certificate of " + identity).orElse("no certificate")
                + ", the open one was made with that of "
                + before.map(PeerIdentity::toString).orElse("")
                + ": refused, the open link stays. A renewed certificate keeps its subject, or the node ends its links"
                + " first; otherwise find out who uses the UUID of this member";
        keeper.refuse(link, Fail.OTHER_CERTIFICATE, new LinkFailure.WrongIdentity(text), nowNs);
        return true;
    }

    /** The other half of a connection of this node to itself. */
    private @Nullable MeshLink twin(MeshLink link) {
        for (MeshLink other : links.all()) {
            if (other != link && other.handshakeUuid.equals(link.handshakeUuid) && other.dialled != link.dialled) {
                return other;
            }
        }
        return null;
    }

    private boolean hasPeerElsewhere(MeshLink link) {
        for (MeshLink other : links.all()) {
            if (other != link && other.peer.equals(link.peer) && !other.address.equals(link.address)) {
                return true;
            }
        }
        return false;
    }

    /**
     * A link just became OK: its address is entered, and of two links to one node the one with the greater handshake
     * UUID stays (chapter 01 section 6.5).
     */
    void established(MeshLink link, long nowNs) {
        if (keeper.evicted.contains(link.peer)) {
            keeper.fail(link, evictedFailure(link), nowNs);
            return;
        }
        UUID before = book.uuidOf(link.address);
        AddressBook.Remote entry = book.established(link.address, link.peer, nowNs, links);
        if (entry.isInTimeWait()) {
            keeper.fail(link, new LinkFailure.Disconnected(link + " is in time wait: it left a moment ago"), nowNs);
            return;
        }
        if (isOtherIdentity(link, nowNs)) {
            return;
        }
        book.enable(entry, io.identity(link.id));
        if (supersededBy(link) != null) {
            keeper.drop(link, superseded(link), nowNs);
            keeper.update(nowNs);
            return;
        }
        link.announced = true;
        news.onLinkUp(link.id, link.peer, link.address);
        for (MeshLink other : links.all()) {
            if (other != link && other.peer.equals(link.peer)) {
                keeper.replace(other, superseded(other), nowNs);
            } else if (other != link && other.address.equals(link.address) && other.isOk()) {
                // A restarted node: its dead link must not be listed any more (pitfall 10).
                String text = link.address + " changed identity: " + Uuids.brief(before) + " is now "
                        + Uuids.brief(link.peer);
                keeper.drop(other, new LinkFailure.Disconnected(text), nowNs);
            }
        }
        keeper.update(nowNs);
        keeper.relinked(link, nowNs);
    }

    /** Of two links to one node the one with the greater handshake UUID survives; both ends decide alike. */
    private @Nullable MeshLink supersededBy(MeshLink link) {
        for (MeshLink other : links.all()) {
            if (other != link
                    && other.peer.equals(link.peer)
                    && Uuids.ORDER.compare(other.handshakeUuid, link.handshakeUuid) > 0) {
                return other;
            }
        }
        return null;
    }

    private static LinkFailure superseded(MeshLink link) {
        return new LinkFailure.Disconnected("a second link to " + link + " replaces this one");
    }

    private static LinkFailure evictedFailure(MeshLink link) {
        return new LinkFailure.WrongIdentity(
                link + " is evicted from this group: restart it, or lift the eviction (evs.evict)");
    }

    /**
     * A peer refuses this node (chapter 01 section 5.4). Galera ends when any peer says so, on any link; here the two words
     * that end a node count only as the answer of a member to this node's own handshake. From others they are a lie or a
     * mistake, and the link is over.
     */
    void onFail(MeshLink link, Fail fail, long nowNs) {
        boolean believed = link.state() == MeshLinkState.RESPONSE_SENT
                && fail.source().equals(link.peer)
                && links.countEstablished() == 0
                && isProvenMember(link);
        switch (fail.error()) {
            case Fail.EVICTED -> {
                if (believed) {
                    keeper.fatal("this node was evicted from the group, says " + link + RENEW);
                } else {
                    verdict(link, "that it was evicted", nowNs);
                }
            }
            case Fail.DUPLICATE_UUID -> {
                if (believed && !keeper.primaryReached) {
                    keeper.fatal("a node with the UUID of this one is in the group already, says " + link + RENEW);
                } else {
                    verdict(link, "its UUID is taken", nowNs);
                }
            }
            case Fail.INVALID_GROUP -> {
                String text = link + " refused this node: it is not of group '" + settings.group()
                        + "'. Set the same group name (wsrep_cluster_name, --group) on both";
                keeper.fail(link, new LinkFailure.WrongGroup(text), nowNs);
            }
            default -> {
                link.refusedForIdentity = fail.error().equals(Fail.OTHER_CERTIFICATE);
                String why = fail.error().isEmpty() ? "without a reason" : "'" + PeerText.printable(fail.error()) + "'";
                keeper.fail(link, new LinkFailure.Disconnected(link + " refused this node: " + why), nowNs);
            }
        }
    }

    private void verdict(MeshLink link, String what, long nowNs) {
        String text = link + " refused this node: " + what + ". It has not proven to be of this node's group, so this"
                + " node goes on; if all members say so, see each at one address only, stop this node" + RENEW;
        keeper.fail(link, new LinkFailure.WrongIdentity(text), nowNs);
    }

    /**
     * Whether what answers a dial is of the group that knows this node's UUID: a node that was in a view with this one,
     * at the address where it was linked then; at a configured address a member of the saved view, or in TLS any node
     * that the rules of identity admit. A node with a fresh UUID that was in no view yet is known to no member.
     */
    private boolean isProvenMember(MeshLink link) {
        Optional<PeerIdentity> identity = io.identity(link.id);
        if (!link.dialled) {
            return false;
        } else if (book.isFellowMember(link.address, link.peer, identity)) {
            return true;
        }
        return keeper.dialler.isConfigured(link.address)
                && !keeper.savedMembers.isEmpty()
                && (identity.isPresent()
                        || (!link.peer.equals(self)
                                && keeper.savedMembers.stream().anyMatch(saved -> Uuids.sameNode(saved, link.peer))));
    }
}
