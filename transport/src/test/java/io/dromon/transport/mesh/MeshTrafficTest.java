package io.dromon.transport.mesh;

import static io.dromon.transport.mesh.MeshFixture.SELF;
import static io.dromon.transport.mesh.MeshFixture.entry;
import static io.dromon.transport.mesh.MeshFixture.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.mesh.GmcastMessage.User;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.Uuids;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** User messages: to one node, to all, over segments and relays (chapter 01 section 9). */
@Tag("unit")
class MeshTrafficTest {
    private static final Bytes HELLO = new Bytes("hello".getBytes(StandardCharsets.US_ASCII));

    private final MeshFixture fixture = new MeshFixture().start();

    @Test
    void wrapsABroadcastOnceForAllLinks() {
        long two = fixture.acceptPeer(2);
        long three = fixture.acceptPeer(3);
        fixture.links.take(two);
        fixture.links.take(three);

        fixture.mesh.broadcast(HELLO, fixture.now);

        List<Encodable> first = fixture.links.raw(two);
        assertThat(first).containsExactly(new User(0, 0, SELF, HELLO));
        assertThat(fixture.links.raw(three)).singleElement().isSameAs(first.get(0));
    }

    @Test
    void sendsToOneNodeOverItsLinkWithoutFlags() {
        long two = fixture.acceptPeer(2);
        long three = fixture.acceptPeer(3);
        fixture.links.take(two);
        fixture.links.take(three);

        fixture.mesh.sendTo(node(3), HELLO, fixture.now);

        assertThat(fixture.links.take(two)).isEmpty();
        assertThat(fixture.links.take(three)).containsExactly(new User(0, 0, SELF, HELLO));
    }

    @Test
    void broadcastsWhatIsForANodeWithoutALink() {
        long two = fixture.acceptPeer(2);
        fixture.links.take(two);

        fixture.mesh.sendTo(node(3), HELLO, fixture.now);

        assertThat(fixture.links.take(two)).hasSize(1);
    }

    @Test
    void sendsNothingOnLinksThatAreNotEstablished() {
        long link = fixture.accept("10.0.0.2");
        fixture.links.take(link);

        fixture.mesh.broadcast(HELLO, fixture.now);

        assertThat(fixture.links.take(link)).isEmpty();
    }

    @Test
    void deliversBySourceOfTheHeaderWithoutCopying() {
        long two = fixture.acceptPeer(2);

        fixture.receive(two, new User(0, 0, node(0x99), HELLO));

        assertThat(fixture.delivered).containsExactly("hello");
    }

    @Test
    void dropsItsOwnMessages() {
        long two = fixture.acceptPeer(2);
        long three = fixture.acceptPeer(3);
        fixture.links.take(three);

        fixture.receive(two, new User(0x20, 0, SELF, HELLO));

        assertThat(fixture.delivered).isEmpty();
        assertThat(fixture.links.take(three)).isEmpty();
    }

    @Test
    void dropsAndDoesNotRelayMessagesOfAnEvictedNodeButKeepsItsLink() {
        long two = fixture.acceptPeer(2);
        long three = fixture.acceptPeer(3);
        fixture.links.take(three);

        fixture.mesh.evict(node(2));
        fixture.receive(two, new User(0x20, 0, node(2), HELLO));

        assertThat(fixture.delivered).isEmpty();
        assertThat(fixture.links.take(three)).isEmpty();
        assertThat(fixture.state(two)).contains(MeshLinkState.OK);
        fixture.mesh.unevict(node(2));
        fixture.receive(two, new User(0, 0, node(2), HELLO));
        assertThat(fixture.delivered).hasSize(1);
    }

    @Test
    void closesTheLinkOnANilSource() {
        long two = fixture.acceptPeer(2);

        fixture.receive(two, new User(0, 0, Uuids.NIL, HELLO));

        assertThat(fixture.down).singleElement().isInstanceOf(LinkFailure.Corrupt.class);
        assertThat(fixture.links.closed).containsExactly(two);
    }

    @Test
    void closesTheLinkThatAMalformedEvsMessageCameFromAndDoesNotRelayIt() {
        long two = fixture.acceptPeer(2);
        long three = fixture.acceptPeer(3);
        fixture.links.take(three);
        fixture.refuseMessages = true;

        fixture.receive(two, new User(0x20, 0, node(2), HELLO));

        assertThat(fixture.down).singleElement().isInstanceOfSatisfying(LinkFailure.Corrupt.class, failure -> {
            assertThat(failure.message()).contains("no EVS message", "10.0.0.2");
        });
        assertThat(fixture.links.take(three)).noneMatch(message -> message instanceof User);
    }

    @Test
    void relaysToEverybodyButTheSenderWithFlagsCleared() {
        long two = fixture.acceptPeer(2);
        long three = fixture.acceptPeer(3);
        long far = fixture.acceptPeer(4, 7);
        List.of(two, three, far).forEach(fixture.links::take);

        fixture.receive(two, new User(0x60, 5, node(0x99), HELLO));

        User cleared = new User(0, 5, node(0x99), HELLO);
        assertThat(fixture.links.take(two)).isEmpty();
        assertThat(fixture.links.take(three)).containsExactly(cleared);
        assertThat(fixture.links.take(far)).containsExactly(cleared);
        assertThat(fixture.delivered).containsExactly("hello");
    }

    @Test
    void relaysInsideItsSegmentWithFlagsCleared() {
        long two = fixture.acceptPeer(2);
        long three = fixture.acceptPeer(3);
        long far = fixture.acceptPeer(4, 7);
        List.of(two, three, far).forEach(fixture.links::take);

        fixture.receive(far, new User(0x40, 7, node(4), HELLO));

        User cleared = new User(0, 7, node(4), HELLO);
        assertThat(fixture.links.take(two)).containsExactly(cleared);
        assertThat(fixture.links.take(three)).containsExactly(cleared);
        assertThat(fixture.links.take(far)).isEmpty();
    }

    @Test
    void sendsAcrossSegmentsToOnePeerOfEach() {
        // Peers of the own segment with a smaller UUID: one. So number (1 + 7) mod 2 = 0 and (1 + 8) mod 2 = 1.
        long local = fixture.acceptPeer(2);
        long first7 = fixture.acceptPeer(3, 7);
        long second7 = fixture.acceptPeer(4, 7);
        long first8 = fixture.acceptPeer(5, 8);
        long second8 = fixture.acceptPeer(6, 8);
        List.of(local, first7, second7, first8, second8).forEach(fixture.links::take);

        fixture.mesh.broadcast(HELLO, fixture.now);

        assertThat(fixture.links.take(local)).containsExactly(new User(0, 0, SELF, HELLO));
        assertThat(fixture.links.take(first7)).containsExactly(new User(0x40, 0, SELF, HELLO));
        assertThat(fixture.links.take(second7)).isEmpty();
        assertThat(fixture.links.take(first8)).isEmpty();
        assertThat(fixture.links.take(second8)).containsExactly(new User(0x40, 0, SELF, HELLO));
    }

    @Test
    void asksThePeerThatReachesMostMissingNodesToRelay() {
        long two = fixture.acceptPeer(2);
        long three = fixture.acceptPeer(3);
        fixture.topology(two, 2, entry(8));
        fixture.topology(three, 3, entry(8), entry(9));
        List.of(two, three).forEach(fixture.links::take);

        fixture.mesh.broadcast(HELLO, fixture.now);

        assertThat(fixture.links.take(two)).containsExactly(new User(0, 0, SELF, HELLO));
        assertThat(fixture.links.take(three)).containsExactly(new User(0x20, 0, SELF, HELLO));
        assertThat(fixture.mesh.relays()).containsExactly(node(3));
        assertThat(fixture.mesh.unreachable()).containsExactly(node(8), node(9));
        assertThat(fixture.notices)
                .anyMatch(text -> text.startsWith("known nodes without a link") && text.endsWith("relay"));
    }

    @Test
    void asksNobodyToRelayIfNobodyReachesWhatIsMissing() {
        long two = fixture.acceptPeer(2);
        long three = fixture.acceptPeer(3);
        fixture.mesh.onClosed(three, new LinkFailure.Disconnected("reset"), fixture.now);
        fixture.links.take(two);

        fixture.mesh.broadcast(HELLO, fixture.now);

        assertThat(fixture.mesh.unreachable()).containsExactly(node(3));
        assertThat(fixture.links.take(two)).containsExactly(new User(0, 0, SELF, HELLO));
    }

    @Test
    void prefersARelayOfItsOwnSegment() {
        long far = fixture.acceptPeer(2, 7);
        long near = fixture.acceptPeer(3);
        fixture.topology(far, 2, entry(8));
        fixture.topology(near, 3, entry(8));

        assertThat(fixture.mesh.relays()).containsExactly(node(3));
    }

    @Test
    void forwardsSegmentRelaysToItsOwnRelaysFirst() {
        long two = fixture.acceptPeer(2);
        long far = fixture.acceptPeer(4, 7);
        fixture.topology(two, 2, entry(8));
        List.of(two, far).forEach(fixture.links::take);

        fixture.receive(far, new User(0x40, 7, node(4), HELLO));

        assertThat(fixture.links.take(two))
                .containsExactly(new User(0x20, 7, node(4), HELLO), new User(0, 7, node(4), HELLO));
    }

    @Test
    void stopsRelayingWhenTheMissingNodeIsLinked() {
        long two = fixture.acceptPeer(2);
        fixture.topology(two, 2, entry(8));
        assertThat(fixture.mesh.relays()).isNotEmpty();

        fixture.acceptPeer(8);

        assertThat(fixture.mesh.relays()).isEmpty();
    }
}
