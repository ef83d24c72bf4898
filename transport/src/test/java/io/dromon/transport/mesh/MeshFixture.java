package io.dromon.transport.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.mesh.GmcastMessage.Handshake;
import io.dromon.transport.mesh.GmcastMessage.HandshakeResponse;
import io.dromon.transport.mesh.GmcastMessage.Ok;
import io.dromon.transport.mesh.GmcastMessage.TopologyChange;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.TransportNews;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One mesh with scripted peers. Its UUID is {@link #SELF}, its group {@code g}, its address 10.0.0.1:4567. */
final class MeshFixture implements MeshDeliveries, TransportNews {
    static final UUID SELF = node(0x50);
    static final String SELF_ADDRESS = "tcp://10.0.0.1:4567";

    final FakeLinks links = new FakeLinks();
    final Mesh mesh;
    final String scheme;
    final List<String> delivered = new ArrayList<>();
    final List<Long> up = new ArrayList<>();
    final List<LinkFailure> down = new ArrayList<>();
    final List<LinkFailure> refused = new ArrayList<>();
    final List<String> fatal = new ArrayList<>();
    final List<String> notices = new ArrayList<>();
    final List<Integer> relinked = new ArrayList<>();
    final List<LinkFailure> relinkFailures = new ArrayList<>();
    boolean refuseMessages;
    /** Not zero at the start, and negative as {@link System#nanoTime} may be. */
    long now = -TimeUnit.HOURS.toNanos(1);

    private int handshakes = 0x1000;

    MeshFixture() {
        this(0, "tcp");
    }

    MeshFixture(int segment, String scheme) {
        this.scheme = scheme;
        MeshSettings settings =
                new MeshSettings("g", segment, TimeUnit.SECONDS.toNanos(3), TimeUnit.SECONDS.toNanos(5));
        mesh = new Mesh(
                settings,
                SELF,
                scheme + "://10.0.0.1:4567",
                () -> node(handshakes++),
                new SplittableRandom(1),
                links,
                this,
                this);
    }

    /** A UUID whose order is that of {@code number}. */
    static UUID node(int number) {
        return new UUID((long) number << 48 | 0x1000, 0x8000_0000_0000_0000L | number);
    }

    static String address(int number) {
        return "tcp://10.0.0." + number + ":4567";
    }

    MeshFixture start(String... addresses) {
        mesh.start(List.of(addresses), now);
        return this;
    }

    /** Lets time pass, with a tick at each deadline. */
    void pass(double seconds) {
        long end = now + (long) (seconds * 1e9);
        while (mesh.nextDeadlineNs() <= end) {
            now = Math.max(now, mesh.nextDeadlineNs());
            mesh.tick(now);
        }
        now = end;
    }

    void receive(long link, Encodable message) {
        mesh.onMessage(link, Bytes.of(message), now);
    }

    /** The only link that was dialled to an address and is not closed. */
    Optional<Long> dialledTo(String address) {
        return links.dialled.entrySet().stream()
                .filter(entry -> entry.getValue().equals(address) && !links.closed.contains(entry.getKey()))
                .map(java.util.Map.Entry::getKey)
                .reduce((first, second) -> second);
    }

    /** A peer connects; the handshake UUID is read from what the mesh sent. */
    long accept(String ip) {
        long link = links.nextId();
        mesh.onAccepted(link, scheme, ip, now);
        return link;
    }

    /** An accepted peer answers the handshake. */
    void respond(long link, UUID peer, int segment, String address, String group) {
        Handshake handshake = (Handshake) links.take(link).get(0);
        receive(link, new HandshakeResponse(segment, peer, handshake.handshakeUuid(), address, group));
    }

    /** Peer {@code number} at 10.0.0.number connects, segment 0, and its link is established. */
    long acceptPeer(int number) {
        return acceptPeer(number, 0);
    }

    long acceptPeer(int number, int segment) {
        long link = accept("10.0.0." + number);
        respond(link, node(number), segment, "tcp://0.0.0.0:4567", "g");
        assertThat(state(link)).contains(MeshLinkState.OK);
        return link;
    }

    /** Answers a dial as peer {@code number}, with handshake UUID {@code handshake}, up to the established link. */
    void answer(long link, int number, UUID handshake) {
        mesh.onConnected(link, now);
        receive(link, new Handshake(0, node(number), handshake));
        receive(link, new Ok(0, node(number)));
    }

    void topology(long link, int from, TopologyChange.Entry... entries) {
        receive(link, new TopologyChange(node(from), "g", List.of(entries)));
    }

    static TopologyChange.Entry entry(int number) {
        return new TopologyChange.Entry(node(number), address(number));
    }

    Optional<MeshLinkState> state(long link) {
        return mesh.links().stream()
                .filter(status -> status.link() == link)
                .map(MeshLinkStatus::state)
                .findFirst();
    }

    @Override
    public void deliver(UUID source, Bytes message, long nowNs) throws MalformedMessageException {
        if (refuseMessages) {
            throw new MalformedMessageException("no EVS message");
        }
        delivered.add(new String(message.toArray(), java.nio.charset.StandardCharsets.US_ASCII));
    }

    @Override
    public void onLinkUp(long link, UUID peer, String address) {
        up.add(link);
    }

    @Override
    public void onLinkDown(long link, UUID peer, String address, LinkFailure failure) {
        down.add(failure);
    }

    @Override
    public void onRefused(String address, LinkFailure failure) {
        refused.add(failure);
    }

    @Override
    public void onFatal(String reason) {
        fatal.add(reason);
    }

    @Override
    public void onRelinked(int count, @Nullable LinkFailure failure) {
        if (failure == null) {
            relinked.add(count);
        } else {
            relinkFailures.add(failure);
        }
    }

    @Override
    public void onNotice(String text) {
        notices.add(text);
    }
}
