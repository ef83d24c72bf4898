package io.dromon.transport.mesh;

import static io.dromon.transport.mesh.MeshFixture.SELF;
import static io.dromon.transport.mesh.MeshFixture.address;
import static io.dromon.transport.mesh.MeshFixture.entry;
import static io.dromon.transport.mesh.MeshFixture.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.mesh.GmcastMessage.KeepAlive;
import io.dromon.transport.mesh.GmcastMessage.Ok;
import io.dromon.transport.mesh.GmcastMessage.TopologyChange;
import io.dromon.transport.mesh.GmcastMessage.TopologyChange.Entry;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.LinkFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which nodes the mesh dials, lists, forgets and drops as silent (chapter 01 sections 7 and 8). */
@Tag("unit")
class MeshListsTest {
    private static final LinkFailure RESET = new LinkFailure.Disconnected("reset");

    private final MeshFixture fixture = new MeshFixture();

    @Test
    void dialsAllInitialAddressesAtOnce() {
        fixture.start(address(2), address(3), address(2));

        assertThat(fixture.links.dialled.values()).containsExactly(address(2), address(3));
    }

    @Test
    void tellsEveryLinkOfEachNewOneInAscendingOrder() {
        fixture.start();
        long high = fixture.acceptPeer(9);
        fixture.links.take(high);

        long low = fixture.acceptPeer(2);

        TopologyChange told = new TopologyChange(SELF, "g", List.of(entry(2), entry(9)));
        assertThat(fixture.links.take(high)).containsExactly(told);
        assertThat(fixture.links.take(low)).containsExactly(new Ok(0, SELF), told);
    }

    @Test
    void listsNoDeadAndNoHalfOpenLinks() {
        fixture.start(address(5));
        long first = fixture.acceptPeer(2);
        long second = fixture.acceptPeer(3);
        fixture.accept("10.0.0.4");
        fixture.links.take(first);

        fixture.mesh.onClosed(second, RESET, fixture.now);

        assertThat(fixture.links.take(first)).containsExactly(new TopologyChange(SELF, "g", List.of(entry(2))));
        assertThat(fixture.down).containsExactly(RESET);
    }

    @Test
    void dialsAddressesLearnedFromPeersWithin100Milliseconds() {
        fixture.start();
        long link = fixture.acceptPeer(2);

        fixture.topology(link, 2, entry(3), new Entry(SELF, "tcp://10.0.0.1:4567"));
        fixture.pass(0.11);

        assertThat(fixture.links.dialled.values()).containsExactly(address(3));
    }

    @Test
    void doesNotAnswerAnUnchangedTopology() {
        fixture.start();
        long link = fixture.acceptPeer(2);
        fixture.topology(link, 2, entry(3));
        fixture.links.take(link);

        fixture.topology(link, 2, entry(3));

        assertThat(fixture.links.take(link)).isEmpty();
    }

    @Test
    void doesNotCheckTheGroupOfATopology() {
        fixture.start();
        long link = fixture.acceptPeer(2);

        fixture.receive(link, new TopologyChange(node(2), "other", List.of(entry(3))));

        assertThat(fixture.state(link)).contains(MeshLinkState.OK);
    }

    @Test
    void closesALinkThatListsNoUri() {
        fixture.start();
        long link = fixture.acceptPeer(2);

        fixture.topology(link, 2, new Entry(node(3), "nonsense"));

        assertThat(fixture.down).singleElement().isInstanceOf(LinkFailure.Corrupt.class);
        assertThat(fixture.links.closed).containsExactly(link);
    }

    @Test
    void ignoresItsOwnAddressUnderAForeignUuid() {
        fixture.start();
        long link = fixture.acceptPeer(2);

        fixture.topology(link, 2, new Entry(node(3), MeshFixture.SELF_ADDRESS));
        fixture.pass(1);

        assertThat(fixture.links.dialled).isEmpty();
        assertThat(fixture.fatal).isEmpty();
        assertThat(fixture.notices).anyMatch(text -> text.contains("own"));
    }

    @Test
    void plainNodeDoesNotDialTlsAddresses() {
        fixture.start();
        long link = fixture.acceptPeer(2);

        fixture.topology(link, 2, new Entry(node(3), "ssl://10.0.0.3:4567"));
        fixture.pass(1);

        assertThat(fixture.links.dialled).isEmpty();
        assertThat(fixture.notices).anyMatch(text -> text.contains("ssl://10.0.0.3:4567") && text.contains("TLS"));
        assertThat(fixture.state(link)).contains(MeshLinkState.OK);
    }

    @Test
    void tlsNodeNeverDialsInClearText() {
        MeshFixture tls = new MeshFixture(0, "ssl").start();
        long link = tls.acceptPeer(2);

        tls.topology(link, 2, entry(3));
        tls.pass(1);

        assertThat(tls.links.dialled.values()).isNotEmpty().containsOnly("ssl://10.0.0.3:4567");
        assertThat(tls.notices).anyMatch(text -> text.contains("never falls back"));
    }

    @Test
    void dialsNeitherNamesNorTheAnyAddressOfATopology() {
        fixture.start();
        long link = fixture.acceptPeer(2);

        fixture.topology(
                link, 2, new Entry(node(3), "tcp://intranet.example:80"), new Entry(node(4), "tcp://0.0.0.0:4567"));
        fixture.pass(1);

        assertThat(fixture.links.dialled).isEmpty();
        assertThat(fixture.state(link)).contains(MeshLinkState.OK);
    }

    @Test
    void boundsWhatPeersMakeItDial() {
        fixture.start();
        List<Long> peers = new ArrayList<>();
        for (int i = 2; i < 14; i++) {
            peers.add(fixture.acceptPeer(i));
        }
        int next = 0;
        for (int i = 0; i < peers.size(); i++) {
            Entry[] entries = new Entry[220];
            for (int j = 0; j < entries.length; j++) {
                next++;
                entries[j] = new Entry(
                        new UUID(0x7000_0000_0000_0000L, next), "tcp://10.1." + next / 250 + "." + next % 250 + ":1");
            }
            fixture.topology(peers.get(i), i + 2, entries);
        }

        fixture.pass(0.2);

        assertThat(fixture.links.dialled.size()).isLessThanOrEqualTo(64);
        assertThat(fixture.mesh.unreachable().size()).isLessThanOrEqualTo(AddressBook.MAX_REMOTE);
        assertThat(fixture.notices).anyMatch(text -> text.contains("1024"));
    }

    @Test
    void redialsOneSecondAfterAFailureWithoutLimit() {
        fixture.start(address(2));
        for (int attempt = 1; attempt <= 40; attempt++) {
            long link = fixture.dialledTo(address(2)).orElseThrow();
            fixture.mesh.onClosed(link, RESET, fixture.now);
            fixture.links.closed.add(link);
            fixture.pass(0.9);
            assertThat(fixture.dialledTo(address(2))).isEmpty();
            fixture.pass(0.7);
        }

        assertThat(fixture.links.dialled).hasSize(41);
    }

    @Test
    void redialsALostPeerThatHadConnectedItself() {
        fixture.start();
        long link = fixture.acceptPeer(2);

        fixture.mesh.onClosed(link, RESET, fixture.now);
        fixture.pass(1.5);

        assertThat(fixture.links.dialled.values()).containsExactly(address(2));
    }

    @Test
    void saysEvery30thAttemptThatItStillTries() {
        fixture.start();
        fixture.mesh.onClosed(fixture.acceptPeer(2), RESET, fixture.now);

        for (int attempt = 1; attempt <= 61; attempt++) {
            fixture.pass(1.6);
            fixture.mesh.onClosed(fixture.dialledTo(address(2)).orElseThrow(), RESET, fixture.now);
        }

        assertThat(fixture.notices.stream().filter(text -> text.contains("reconnecting")))
                .hasSize(2)
                .first()
                .asString()
                .contains(address(2), "attempt 30");
    }

    @Test
    void doesNotDialAnEvictedNode() {
        fixture.start();
        long link = fixture.acceptPeer(2);
        fixture.mesh.evict(node(2));

        fixture.mesh.onClosed(link, RESET, fixture.now);
        fixture.pass(5);

        assertThat(fixture.links.dialled).isEmpty();
    }

    @Test
    void doesNotDialANodeThatIsLinked() {
        fixture.start();
        long two = fixture.acceptPeer(2);
        fixture.acceptPeer(3);

        fixture.topology(two, 2, entry(3));
        fixture.pass(1);

        assertThat(fixture.links.dialled).isEmpty();
    }

    @Test
    void silentConnectionsFromOutsideDoNotKeepItFromDialling() {
        fixture.start(address(2));
        fixture.mesh.onClosed(fixture.dialledTo(address(2)).orElseThrow(), RESET, fixture.now);
        fixture.links.dialled.clear();

        for (int i = 0; i < 4; i++) {
            fixture.accept("10.9.9.9");
            fixture.pass(0.5);
        }

        assertThat(fixture.links.dialled).hasSize(1);
    }

    @Test
    void forgetsConfiguredAddressesThatNeverAnsweredAtThePrimaryView() {
        fixture.start(address(2), address(3));
        fixture.mesh.onClosed(fixture.dialledTo(address(3)).orElseThrow(), RESET, fixture.now);
        fixture.answer(fixture.dialledTo(address(2)).orElseThrow(), 2, node(0x77));
        fixture.links.dialled.clear();

        fixture.mesh.onPrimaryView(List.of(SELF, node(2)), fixture.now);
        fixture.pass(3);

        assertThat(fixture.links.dialled).isEmpty();
        assertThat(fixture.notices).anyMatch(text -> text.contains(address(3)));
    }

    @Test
    void keepsANodeThatLeftInTimeWait() {
        fixture.start();
        long link = fixture.acceptPeer(2);
        fixture.mesh.onPrimaryView(List.of(SELF, node(2)), fixture.now);

        fixture.mesh.onRegularView(List.of(SELF), List.of(node(2)), fixture.now);
        assertThat(fixture.links.closed).containsExactly(link);
        fixture.pass(4.9);
        long early = fixture.accept("10.0.0.2");
        fixture.respond(early, node(2), 0, address(2), "g");
        assertThat(fixture.links.take(early)).as("OK, then the end").contains(new Ok(0, SELF));
        assertThat(fixture.state(early)).isEmpty();
        fixture.pass(1);

        assertThat(fixture.links.dialled)
                .as("never dialled in its time wait, nor after")
                .isEmpty();
        fixture.acceptPeer(2);
    }

    @Test
    void keepsAnOutvotedNodeInHalfTheTimeWait() {
        fixture.start();
        fixture.acceptPeer(2);
        fixture.mesh.onRegularView(List.of(SELF, node(2)), List.of(), fixture.now);

        fixture.mesh.onPrimaryView(List.of(SELF), fixture.now);
        fixture.pass(2.4);
        long early = fixture.accept("10.0.0.2");
        fixture.respond(early, node(2), 0, address(2), "g");
        assertThat(fixture.state(early)).isEmpty();
        fixture.pass(0.6);

        fixture.acceptPeer(2);
    }

    @Test
    void keepsTheLinkOfANodeThatCameWhileTheOthersAgreedOnAView() {
        fixture.start();
        long link = fixture.acceptPeer(2);

        fixture.mesh.onPrimaryView(List.of(SELF), fixture.now);

        assertThat(fixture.state(link)).contains(MeshLinkState.OK);
        fixture.mesh.onRegularView(List.of(SELF, node(2)), List.of(), fixture.now);
        fixture.mesh.onPrimaryView(List.of(SELF), fixture.now);
        assertThat(fixture.links.closed).containsExactly(link);
    }

    @Test
    void timeWaitDoesNotTouchARestartedNode() {
        fixture.start();
        fixture.acceptPeer(2);
        fixture.mesh.onRegularView(List.of(SELF), List.of(node(2)), fixture.now);

        long link = fixture.accept("10.0.0.2");
        fixture.respond(link, node(0x22), 0, address(2), "g");

        assertThat(fixture.state(link)).contains(MeshLinkState.OK);
    }

    @Test
    void liftsATimeWaitWhenEvsListsTheNodeAsOperational() {
        fixture.start();
        fixture.acceptPeer(2);
        fixture.mesh.onRegularView(List.of(SELF, node(2)), List.of(), fixture.now);
        fixture.mesh.onPrimaryView(List.of(SELF), fixture.now);

        fixture.mesh.allow(node(2));
        fixture.pass(0.1);

        assertThat(fixture.dialledTo(address(2))).isPresent();
        fixture.acceptPeer(2);
    }

    @Test
    void asksASilentPeerForASignAndDropsItAfterThePeerTimeout() {
        fixture.start();
        long link = fixture.acceptPeer(2);
        fixture.links.take(link);

        fixture.pass(1.6);
        assertThat(fixture.links.take(link)).contains(new KeepAlive(0, SELF));
        fixture.pass(2);

        assertThat(fixture.down).singleElement().isInstanceOf(LinkFailure.SilentPeer.class);
        assertThat(fixture.links.closed).containsExactly(link);
    }

    /** What the peer has sent meanwhile waits in the socket, and is read a moment later. */
    @Test
    void doesNotTakeTheTimeThatThisProcessWasStoppedForSilence() {
        fixture.start();
        long link = fixture.acceptPeer(2);
        fixture.pass(0.6);

        fixture.now += 4_600_000_000L;
        fixture.pass(2);
        assertThat(fixture.links.closed).isEmpty();

        fixture.pass(1.2);
        assertThat(fixture.links.closed).as("but not for ever").containsExactly(link);
    }

    @Test
    void sendsNoKeepaliveWhileUserMessagesGoBothWays() {
        fixture.start();
        long link = fixture.acceptPeer(2);
        fixture.links.take(link);

        for (int i = 0; i < 10; i++) {
            fixture.pass(0.5);
            fixture.mesh.broadcast(Bytes.EMPTY, fixture.now);
            fixture.receive(link, new Ok(0, node(2)));
        }

        assertThat(fixture.links.take(link)).doesNotContain(new KeepAlive(0, SELF));
    }

    @Test
    void anOkCountsAsASignOfLife() {
        fixture.start();
        long link = fixture.acceptPeer(2);

        for (int i = 0; i < 5; i++) {
            fixture.pass(2.5);
            fixture.receive(link, new Ok(0, node(2)));
        }

        assertThat(fixture.state(link)).contains(MeshLinkState.OK);
    }

    @Test
    void isolatesItselfAndComesBack() {
        fixture.start();
        long link = fixture.acceptPeer(2);

        fixture.mesh.isolate(true, fixture.now);
        fixture.pass(3);
        long refused = fixture.accept("10.0.0.2");
        assertThat(fixture.links.closed).containsExactly(link, refused);
        assertThat(fixture.links.dialled).isEmpty();
        fixture.mesh.isolate(false, fixture.now);
        fixture.pass(0.6);

        assertThat(fixture.dialledTo(address(2))).isPresent();
    }

    @Test
    void addsAndRemovesPeersAtRunTime() {
        fixture.start();

        fixture.mesh.addPeer("ssl://10.0.0.2:4567", fixture.now);
        fixture.pass(0.6);
        long link = fixture.dialledTo(address(2)).orElseThrow();
        fixture.answer(link, 2, node(0x77));
        fixture.mesh.removePeer(address(2), fixture.now);
        fixture.pass(4);

        assertThat(fixture.links.closed).containsExactly(link);
        assertThat(fixture.links.dialled).hasSize(1);
    }

    @Test
    void forgetsAnAddressThatFailedOftenerThanMiraUnlessItsNodeWasInAView() {
        fixture.start();
        fixture.mesh.limitAttempts(2);
        fixture.topology(fixture.acceptPeer(2), 2, entry(3), entry(4));
        fixture.mesh.onRegularView(List.of(SELF, node(2), node(4)), List.of(), fixture.now);

        for (int second = 0; second < 20; second++) {
            fixture.pass(1);
            for (int peer = 3; peer <= 4; peer++) {
                fixture.dialledTo(address(peer)).ifPresent(link -> {
                    fixture.mesh.onClosed(link, RESET, fixture.now);
                    fixture.links.closed.add(link);
                });
            }
        }

        assertThat(fixture.links.dialled.values())
                .filteredOn(address(3)::equals)
                .as("the first attempt and two more")
                .hasSize(3);
        assertThat(fixture.links.dialled.values())
                .filteredOn(address(4)::equals)
                .hasSizeGreaterThan(8);
    }

    @Test
    void closesEverythingAndStaysQuiet() {
        fixture.start(address(3));
        long link = fixture.acceptPeer(2);

        fixture.mesh.close();
        fixture.mesh.onMessage(link, new Bytes(new byte[20]), fixture.now);
        fixture.mesh.tick(fixture.now + 1_000_000_000_000L);
        long late = fixture.accept("10.0.0.4");

        assertThat(fixture.links.closed).contains(link, late).hasSize(3);
        assertThat(fixture.mesh.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        assertThat(fixture.links.dialled).hasSize(1);
    }
}
