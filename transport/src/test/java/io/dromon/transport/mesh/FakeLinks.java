package io.dromon.transport.mesh;

import io.dromon.transport.link.Links;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.PeerIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Notes what a mesh does with its links. */
final class FakeLinks implements Links {
    final TreeMap<Long, String> dialled = new TreeMap<>();
    final List<Long> closed = new ArrayList<>();
    /** Names that were asked for. */
    final List<String> lookups = new ArrayList<>();
    /** What TLS is to have proven of the peers. */
    final TreeMap<Long, PeerIdentity> identities = new TreeMap<>();
    /** What was sent on each link since it was last looked at. */
    private final TreeMap<Long, List<Encodable>> sent = new TreeMap<>();

    private long next = 1;

    /** A number for an accepted link. */
    long nextId() {
        return next++;
    }

    @Override
    public long dial(String address) {
        dialled.put(next, address);
        return next++;
    }

    @Override
    public void resolve(String address) {
        lookups.add(address);
    }

    @Override
    public void send(long link, Encodable message) {
        if (!closed.contains(link)) {
            sent.computeIfAbsent(link, key -> new ArrayList<>()).add(message);
        }
    }

    @Override
    public void close(long link) {
        closed.add(link);
    }

    @Override
    public Optional<PeerIdentity> identity(long link) {
        return Optional.ofNullable(identities.get(link));
    }

    /** The objects that were sent on a link since the last look. */
    List<Encodable> raw(long link) {
        List<Encodable> messages = sent.remove(link);
        return messages == null ? List.of() : messages;
    }

    /** What a peer reads on a link since the last look. */
    List<GmcastMessage> take(long link) {
        List<GmcastMessage> messages = new ArrayList<>();
        for (Encodable message : raw(link)) {
            try {
                messages.add(GmcastDecoder.decode(Bytes.of(message)));
            } catch (MalformedMessageException e) {
                throw new AssertionError("the mesh sent a malformed message", e);
            }
        }
        return messages;
    }
}
