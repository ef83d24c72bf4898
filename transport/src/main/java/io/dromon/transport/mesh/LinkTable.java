package io.dromon.transport.mesh;

import io.dromon.transport.wire.Uuids;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * All links of a node in the order of their making. Some tens at most (the link layer caps the half-open ones), so plain
 * scans are faster than maps and allocate nothing.
 */
final class LinkTable {
    private static final MeshLink[] NONE = new MeshLink[0];

    private MeshLink[] links = NONE;

    void add(MeshLink link) {
        links = Arrays.copyOf(links, links.length + 1);
        links[links.length - 1] = link;
    }

    /** False if it is not there (any more). */
    boolean remove(MeshLink link) {
        for (int i = 0; i < links.length; i++) {
            if (links[i] == link) {
                MeshLink[] less = new MeshLink[links.length - 1];
                System.arraycopy(links, 0, less, 0, i);
                System.arraycopy(links, i + 1, less, i, less.length - i);
                links = less;
                return true;
            }
        }
        return false;
    }

    /** The links as they are now: the array is never changed, so one may add and remove while iterating. */
    @SuppressWarnings("EI_EXPOSE_REP")
    MeshLink[] all() {
        return links;
    }

    @Nullable
    MeshLink find(long id) {
        for (MeshLink link : links) {
            if (link.id == id) {
                return link;
            }
        }
        return null;
    }

    boolean hasAddress(String address) {
        for (MeshLink link : links) {
            if (link.address.equals(address)) {
                return true;
            }
        }
        return false;
    }

    boolean hasPeer(UUID peer) {
        if (!peer.equals(Uuids.NIL)) {
            for (MeshLink link : links) {
                if (link.peer.equals(peer)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The established link to a node. */
    @Nullable
    MeshLink established(UUID peer) {
        for (MeshLink link : links) {
            if (link.isOk() && link.peer.equals(peer)) {
                return link;
            }
        }
        return null;
    }

    int countEstablished() {
        int count = 0;
        for (MeshLink link : links) {
            if (link.isOk()) {
                count++;
            }
        }
        return count;
    }

    /** Dialled links whose peer has not said who it is. */
    int countDialling() {
        int count = 0;
        for (MeshLink link : links) {
            if (link.state() == MeshLinkState.HANDSHAKE_WAIT) {
                count++;
            }
        }
        return count;
    }
}
