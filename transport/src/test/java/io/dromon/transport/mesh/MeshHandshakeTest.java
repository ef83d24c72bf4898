package io.dromon.transport.mesh;

import static io.dromon.transport.mesh.MeshFixture.SELF;
import static io.dromon.transport.mesh.MeshFixture.address;
import static io.dromon.transport.mesh.MeshFixture.entry;
import static io.dromon.transport.mesh.MeshFixture.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.mesh.GmcastMessage.Fail;
import io.dromon.transport.mesh.GmcastMessage.Handshake;
import io.dromon.transport.mesh.GmcastMessage.HandshakeResponse;
import io.dromon.transport.mesh.GmcastMessage.KeepAlive;
import io.dromon.transport.mesh.GmcastMessage.Ok;
import io.dromon.transport.mesh.GmcastMessage.TopologyChange;
import io.dromon.transport.mesh.GmcastMessage.User;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.Uuids;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes in both roles, refusals, double links, and what ends a real node (chapter 01 sections 5.4, 6 and 13). */
@Tag("unit")
class MeshHandshakeTest {
    private static final UUID HANDSHAKE = new UUID(0x77, 0x77);

    private final MeshFixture fixture = new MeshFixture();

    @Test
    void acceptorSpeaksFirstWithAFreshHandshakeUuid() {
        fixture.start();

        long first = fixture.accept("10.0.0.2");
        long second = fixture.accept("10.0.0.2");

        Handshake one = (Handshake) fixture.links.take(first).get(0);
        Handshake two = (Handshake) fixture.links.take(second).get(0);
        assertThat(one.source()).isEqualTo(SELF);
        assertThat(one.handshakeUuid()).isNotEqualTo(two.handshakeUuid()).isNotEqualTo(Uuids.NIL);
    }

    @Test
    void acceptorAnswersOkAndTopologyThatIncludesTheReceiver() {
        fixture.start();
        long link = fixture.accept("10.0.0.2");

        fixture.respond(link, node(2), 0, "tcp://0.0.0.0:4599", "g");

        assertThat(fixture.links.take(link))
                .containsExactly(
                        new Ok(0, SELF),
                        new TopologyChange(
                                SELF, "g", List.of(new TopologyChange.Entry(node(2), "tcp://10.0.0.2:4599"))));
        assertThat(fixture.up).containsExactly(link);
    }

    @Test
    void acceptorTakesSchemeAndHostOfTheConnectionAndThePortOfTheField() {
        MeshFixture tls = new MeshFixture(0, "ssl").start();
        long link = tls.accept("[::1]");

        tls.respond(link, node(2), 0, "tcp://192.168.0.1:999", "g");

        assertThat(tls.mesh.links())
                .singleElement()
                .extracting(MeshLinkStatus::address)
                .isEqualTo("ssl://[::1]:999");
    }

    @Test
    void acceptorDoesNotCompareTheEchoedHandshakeUuid() {
        fixture.start();
        long link = fixture.accept("10.0.0.2");

        fixture.receive(link, new HandshakeResponse(0, node(2), HANDSHAKE, address(2), "g"));

        assertThat(fixture.state(link)).contains(MeshLinkState.OK);
    }

    @Test
    void connectorSaysNothingBeforeHandshakeAndThenAnswersOnce() {
        fixture.start(address(2));
        long link = fixture.dialledTo(address(2)).orElseThrow();
        fixture.mesh.onConnected(link, fixture.now);
        assertThat(fixture.links.take(link)).isEmpty();

        fixture.receive(link, new Handshake(3, node(2), HANDSHAKE));

        assertThat(fixture.links.take(link))
                .containsExactly(new HandshakeResponse(0, SELF, HANDSHAKE, "tcp://10.0.0.1:4567", "g"));
        assertThat(fixture.state(link)).contains(MeshLinkState.RESPONSE_SENT);
        assertThat(fixture.mesh.links().get(0).segment()).isEqualTo(3);
    }

    @Test
    void connectorIsEstablishedByOk() {
        fixture.start(address(2));
        long link = fixture.dialledTo(address(2)).orElseThrow();

        fixture.answer(link, 2, HANDSHAKE);

        assertThat(fixture.state(link)).contains(MeshLinkState.OK);
        assertThat(fixture.up).containsExactly(link);
        assertThat(fixture.links.take(link)).hasSize(2).last().isInstanceOf(TopologyChange.class);
    }

    @Test
    void refusesAnotherGroupAndNamesBoth() {
        fixture.start();
        long link = fixture.accept("10.0.0.2");

        fixture.respond(link, node(2), 0, address(2), "other\u0007group");

        assertThat(fixture.links.take(link)).containsExactly(new Fail(0, SELF, "invalid group"));
        assertThat(fixture.links.closed).containsExactly(link);
        assertThat(fixture.refused).singleElement().isInstanceOfSatisfying(LinkFailure.WrongGroup.class, failure -> {
            assertThat(failure.message()).contains("'other?group'", "'g'", "10.0.0.2", "wsrep_cluster_name");
        });
    }

    @Test
    void reportsItsOwnRefusalForTheGroupAndRetries() {
        fixture.start(address(2));
        long link = fixture.dialledTo(address(2)).orElseThrow();
        fixture.receive(link, new Handshake(0, node(2), HANDSHAKE));

        fixture.receive(link, new Fail(0, node(2), "invalid group"));

        assertThat(fixture.refused).singleElement().isInstanceOfSatisfying(LinkFailure.WrongGroup.class, failure -> {
            assertThat(failure.message()).contains("'g'", "wsrep_cluster_name");
        });
        fixture.pass(0.9);
        assertThat(fixture.dialledTo(address(2))).isEmpty();
        fixture.pass(0.6);
        assertThat(fixture.dialledTo(address(2))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "tcp://10.0.0.2", "tcp://10.0.0.2:", "tcp://10.0.0.2:99999"})
    void refusesAnAddressThatIsNoneOrHasNoPort(String address) {
        fixture.start();
        long link = fixture.accept("10.0.0.2");

        fixture.respond(link, node(2), 0, address, "g");

        assertThat(fixture.links.take(link)).containsExactly(new Fail(0, SELF, "invalid node address"));
        assertThat(fixture.refused).singleElement().isInstanceOf(LinkFailure.Corrupt.class);
        assertThat(fixture.fatal).isEmpty();
    }

    @Test
    void refusesAnEvictedConnectorAndLaterTakesItBack() {
        fixture.start();
        fixture.mesh.evict(node(2));
        long link = fixture.accept("10.0.0.2");

        fixture.respond(link, node(2), 0, address(2), "g");

        assertThat(fixture.links.take(link)).containsExactly(new Fail(0, SELF, "evicted"));
        fixture.mesh.unevict(node(2));
        fixture.acceptPeer(2);
    }

    @Test
    void dropsAnEvictedAcceptorAfterOk() {
        fixture.start(address(2));
        fixture.mesh.evict(node(2));
        long link = fixture.dialledTo(address(2)).orElseThrow();

        fixture.answer(link, 2, HANDSHAKE);

        assertThat(fixture.links.closed).containsExactly(link);
        assertThat(fixture.up).isEmpty();
        assertThat(fixture.refused).singleElement().isInstanceOf(LinkFailure.WrongIdentity.class);
    }

    @Test
    void detectsItsOwnAddressByBothUuidsAndNeverDialsItAgain() {
        fixture.start(address(9));
        long dialled = fixture.dialledTo(address(9)).orElseThrow();
        long accepted = fixture.accept("10.0.0.9");
        Handshake own = (Handshake) fixture.links.take(accepted).get(0);

        fixture.receive(dialled, own);
        fixture.pass(10);

        assertThat(fixture.links.closed).containsExactlyInAnyOrder(dialled, accepted);
        assertThat(fixture.links.take(dialled)).isEmpty();
        assertThat(fixture.links.dialled).hasSize(1);
        assertThat(fixture.mesh.ownAddresses()).containsExactly(address(9));
        assertThat(fixture.fatal).isEmpty();
        assertThat(fixture.refused).isEmpty();
    }

    @Test
    void skipsItsOwnListenAddressInTheInitialList() {
        fixture.start(MeshFixture.SELF_ADDRESS, address(2));

        assertThat(fixture.links.dialled.values()).containsExactly(address(2));
    }

    @Test
    void ownUuidElsewhereIsRefusedAfterThePrimaryView() {
        fixture.start();
        fixture.mesh.onPrimaryView(List.of(SELF), fixture.now);
        long link = fixture.accept("10.0.0.2");

        fixture.respond(link, SELF, 0, address(2), "g");

        assertThat(fixture.links.take(link)).containsExactly(new Fail(0, SELF, "duplicate uuid"));
        assertThat(fixture.refused).singleElement().isInstanceOf(LinkFailure.WrongIdentity.class);
        assertThat(fixture.fatal).isEmpty();
    }

    @Test
    void refusesSomebodyElsesUuidFromAnotherAddressAndKeepsTheFirst() {
        fixture.start();
        long first = fixture.acceptPeer(2);
        long second = fixture.accept("10.0.0.66");

        fixture.respond(second, node(2), 0, address(66), "g");

        assertThat(fixture.links.take(second)).containsExactly(new Fail(0, SELF, "duplicate uuid"));
        assertThat(fixture.links.closed).containsExactly(second);
        assertThat(fixture.state(first)).contains(MeshLinkState.OK);
        assertThat(fixture.down).isEmpty();
    }

    @Test
    void anyOtherFailIsRetried() {
        fixture.start(address(2));
        long link = fixture.dialledTo(address(2)).orElseThrow();
        fixture.answer(link, 2, HANDSHAKE);

        fixture.receive(link, new Fail(0, node(2), "no reason"));

        assertThat(fixture.down)
                .singleElement()
                .extracting(LinkFailure::message)
                .asString()
                .contains("no reason");
        fixture.pass(1.6);
        assertThat(fixture.dialledTo(address(2))).isPresent();
    }

    @Test
    void ofTwoLinksTheOneWithTheGreaterHandshakeUuidSurvivesNewOne() {
        fixture.start(address(2));
        long dialled = fixture.dialledTo(address(2)).orElseThrow();
        long accepted = fixture.acceptPeer(2); // its handshake UUID is 0x1000...

        fixture.answer(dialled, 2, new UUID(-1L, -1L));

        assertThat(fixture.links.closed).as("what is under way still arrives").isEmpty();
        assertThat(fixture.state(accepted)).isEmpty();
        assertThat(fixture.state(dialled)).contains(MeshLinkState.OK);
        assertThat(fixture.up).containsExactly(accepted, dialled);
        fixture.pass(1.6);
        assertThat(fixture.links.closed).containsExactly(accepted);
        assertThat(fixture.down).hasSize(1);
    }

    @Test
    void ofTwoLinksTheOneWithTheGreaterHandshakeUuidSurvivesOldOne() {
        fixture.start(address(2));
        long dialled = fixture.dialledTo(address(2)).orElseThrow();
        long accepted = fixture.acceptPeer(2);

        fixture.answer(dialled, 2, new UUID(1, 1));

        assertThat(fixture.links.closed).containsExactly(dialled);
        assertThat(fixture.state(accepted)).contains(MeshLinkState.OK);
        assertThat(fixture.up).containsExactly(accepted);
        assertThat(fixture.down).isEmpty();
        assertThat(fixture.refused).as("the loser of two links is no failure").isEmpty();
    }

    @Test
    void changedIdentityReplacesTheDeadLinkAtTheSameAddress() {
        fixture.start();
        long old = fixture.accept("10.0.0.2");
        fixture.respond(old, node(2), 0, address(2), "g");
        long fresh = fixture.accept("10.0.0.2");
        fixture.links.take(old);

        fixture.respond(fresh, node(0x22), 0, address(2), "g");

        assertThat(fixture.links.closed).containsExactly(old);
        TopologyChange told = (TopologyChange) fixture.links.take(fresh).get(1);
        assertThat(told.entries()).containsExactly(new TopologyChange.Entry(node(0x22), address(2)));
    }

    @Test
    void closesLinksOnMessagesOutOfOrderWhereGaleraDies() {
        Handshake handshake = new Handshake(0, node(2), HANDSHAKE);
        HandshakeResponse response = new HandshakeResponse(0, node(2), HANDSHAKE, address(2), "g");
        Ok ok = new Ok(0, node(2));
        TopologyChange topology = new TopologyChange(node(2), "g", List.of(entry(3)));
        User user = new User(0, 0, node(2), new Bytes(new byte[4]));
        for (Encodable wrong : List.of(handshake, ok, topology, user)) {
            closesAcceptor(wrong);
        }
        for (Encodable wrong : List.of(response, ok, topology, user)) {
            closesConnector(wrong);
        }
        for (Encodable wrong : List.of(handshake, response, topology, user)) {
            closesConnector(handshake, wrong);
        }
        for (Encodable wrong : List.of(handshake, response)) {
            closesAcceptor(response, wrong);
        }
    }

    @Test
    void closesLinksOnMalformedMessages() {
        closesAcceptor(new Bytes(new byte[0]));
        closesAcceptor(new Bytes(new byte[19]));
        closesAcceptor(new Bytes(new byte[20]));
    }

    @Test
    void namesAnotherGmcastVersion() {
        fixture.start();
        byte[] body = Bytes.of(new Ok(0, node(2))).toArray();
        body[0] = 9;

        fixture.receive(fixture.accept("10.0.0.2"), new Bytes(body));

        assertThat(fixture.refused)
                .singleElement()
                .isInstanceOfSatisfying(LinkFailure.VersionMismatch.class, failure -> {
                    assertThat(failure.message()).contains("version 9");
                });
    }

    @Test
    void answersKeepaliveWithOkInEveryState() {
        fixture.start(address(3));
        long accepted = fixture.accept("10.0.0.2");
        long dialled = fixture.dialledTo(address(3)).orElseThrow();
        fixture.links.take(accepted);

        fixture.receive(accepted, new KeepAlive(0, node(2)));
        fixture.receive(dialled, new KeepAlive(0, node(3)));

        assertThat(fixture.links.take(accepted)).containsExactly(new Ok(0, SELF));
        assertThat(fixture.links.take(dialled)).containsExactly(new Ok(0, SELF));
    }

    @Test
    void ignoresOkInStateOk() {
        fixture.start();
        long link = fixture.acceptPeer(2);

        fixture.receive(link, new Ok(0, node(2)));

        assertThat(fixture.state(link)).contains(MeshLinkState.OK);
    }

    @Test
    void endsSilentHandshakesAfterThePeerTimeout() {
        fixture.start(address(3));
        long accepted = fixture.accept("10.0.0.2");
        long dialled = fixture.dialledTo(address(3)).orElseThrow();

        fixture.pass(2.9);
        assertThat(fixture.links.closed).isEmpty();
        fixture.pass(0.7);

        assertThat(fixture.links.closed).containsExactlyInAnyOrder(accepted, dialled);
        assertThat(fixture.refused).hasSize(2).allMatch(failure -> failure instanceof LinkFailure.SilentPeer);
    }

    @Test
    void doesNotLetKeepalivesHoldAHalfOpenLinkForEver() {
        fixture.start();
        long link = fixture.accept("10.0.0.2");

        for (int i = 0; i < 14; i++) {
            fixture.pass(0.5);
            fixture.receive(link, new KeepAlive(0, node(2)));
        }

        assertThat(fixture.links.closed).containsExactly(link);
    }

    @Test
    void hintsAtTlsWhenAPlainDialStaysSilent() {
        fixture.start(address(3));
        fixture.mesh.onConnected(fixture.dialledTo(address(3)).orElseThrow(), fixture.now);

        fixture.pass(4);

        assertThat(fixture.refused)
                .first()
                .extracting(LinkFailure::message)
                .asString()
                .contains("TLS", "socket.ssl");
    }

    private void closesAcceptor(Encodable... messages) {
        MeshFixture one = new MeshFixture().start();
        long link = one.accept("10.0.0.2");
        closes(one, link, messages);
    }

    private void closesConnector(Encodable... messages) {
        MeshFixture one = new MeshFixture().start(address(2));
        closes(one, one.dialledTo(address(2)).orElseThrow(), messages);
    }

    private static void closes(MeshFixture one, long link, Encodable... messages) {
        for (int i = 0; i < messages.length; i++) {
            assertThat(one.links.closed).as("before message %s", i).isEmpty();
            one.receive(link, messages[i]);
        }

        assertThat(one.links.closed)
                .as("after %s", messages[messages.length - 1])
                .containsExactly(link);
        assertThat(one.down.isEmpty() ? one.refused : one.down).singleElement().isInstanceOf(LinkFailure.Corrupt.class);
        assertThat(one.fatal).isEmpty();
        assertThat(one.delivered).isEmpty();
    }
}
