package io.dromon.transport.mesh;

import static io.dromon.transport.mesh.MeshFixture.SELF;
import static io.dromon.transport.mesh.MeshFixture.address;
import static io.dromon.transport.mesh.MeshFixture.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.mesh.GmcastMessage.Fail;
import io.dromon.transport.mesh.GmcastMessage.Handshake;
import io.dromon.transport.mesh.GmcastMessage.TopologyChange.Entry;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.PeerIdentity;
import io.dromon.transport.wire.Uuids;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whose word ends a node: chapter 01 section 5.4 honours it from anybody, this node from a member of its group that it
 * has dialled.
 */
@Tag("unit")
class FatalVerdictsTest {
    private static final LinkFailure RESET = new LinkFailure.Disconnected("reset");
    private static final UUID HANDSHAKE = new UUID(0x77, 0x77);

    private final MeshFixture fixture = new MeshFixture();

    @ParameterizedTest
    @ValueSource(strings = {"evicted", "duplicate uuid"})
    void closesAnAcceptedLinkThatSaysItInTheHandshake(String verdict) {
        fixture.start();
        long link = fixture.accept("10.0.0.66");

        fixture.receive(link, new Fail(0, node(0x66), verdict));

        livesWithout(link);
    }

    @ParameterizedTest
    @ValueSource(strings = {"evicted", "duplicate uuid"})
    void closesAnEstablishedLinkThatSaysIt(String verdict) {
        fixture.start(address(2));
        long accepted = fixture.acceptPeer(3);
        long dialled = fixture.dialledTo(address(2)).orElseThrow();
        fixture.answer(dialled, 2, HANDSHAKE);
        fixture.mesh.onRegularView(List.of(SELF, node(2), node(3)), List.of(), fixture.now);

        fixture.receive(accepted, new Fail(0, node(3), verdict));
        livesWithout(accepted);
        fixture.receive(dialled, new Fail(0, node(2), verdict));
        livesWithout(dialled);
    }

    @ParameterizedTest
    @ValueSource(strings = {"evicted", "duplicate uuid"})
    void closesADialledLinkThatSaysItBeforeItWasAsked(String verdict) {
        fixture.start();
        long redial = redial(2);

        fixture.receive(redial, new Fail(0, node(2), verdict));

        livesWithout(redial);
    }

    @ParameterizedTest
    @ValueSource(strings = {"evicted", "duplicate uuid"})
    void doesNotBelieveItOfANodeThatWasInNoGroup(String verdict) {
        fixture.start(address(2));
        long link = fixture.dialledTo(address(2)).orElseThrow();
        fixture.receive(link, new Handshake(0, node(2), HANDSHAKE));

        fixture.receive(link, new Fail(0, node(2), verdict));

        livesWithout(link);
        fixture.pass(1.6);
        assertThat(fixture.dialledTo(address(2))).as("asked again").isPresent();
    }

    @Test
    void doesNotBelieveAnAddressThatWasOnlyToldUnderTheNameOfAMember() {
        fixture.start();
        long member = fixture.acceptPeer(2);
        long liar = fixture.acceptPeer(3);
        fixture.mesh.onRegularView(List.of(SELF, node(2)), List.of(), fixture.now);
        fixture.mesh.onClosed(member, RESET, fixture.now);
        fixture.topology(liar, 3, new Entry(node(2), address(66)));
        fixture.mesh.onRegularView(List.of(SELF, node(2)), List.of(), fixture.now);
        fixture.mesh.onClosed(liar, RESET, fixture.now);
        fixture.pass(0.2);
        fixture.dialledTo(address(66)).ifPresent(link -> {
            fixture.receive(link, new Handshake(0, node(2), HANDSHAKE));
            fixture.receive(link, new Fail(0, node(2), "evicted"));
        });

        assertThat(fixture.fatal).isEmpty();
    }

    @Test
    void doesNotBelieveAnotherNodeAtTheAddressOfAMember() {
        fixture.start();
        long redial = redial(2);
        fixture.receive(redial, new Handshake(0, node(0x66), HANDSHAKE));

        fixture.receive(redial, new Fail(0, node(0x66), "evicted"));

        livesWithout(redial);
    }

    @Test
    void doesNotBelieveOneMemberWhileAnotherIsLinked() {
        fixture.start();
        fixture.acceptPeer(3);
        long redial = redial(2);
        fixture.receive(redial, new Handshake(0, node(2), HANDSHAKE));

        fixture.receive(redial, new Fail(0, node(2), "evicted"));

        livesWithout(redial);
    }

    @Test
    void endsWhenAFellowMemberThatItDialsSaysEvicted() {
        fixture.start();
        long redial = redial(2);
        fixture.receive(redial, new Handshake(0, node(2), HANDSHAKE));

        fixture.receive(redial, new Fail(0, node(2), "evicted"));

        assertThat(fixture.fatal).singleElement().asString().contains("evicted", "gvwstate.dat");
        assertThat(fixture.links.closed).contains(redial);
        assertThat(fixture.mesh.links()).isEmpty();
        assertThat(fixture.mesh.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void refusesAPeerThatReturnsTheOwnUuidOnAnAcceptedLink() {
        fixture.start();
        long link = fixture.accept("10.0.0.66");

        fixture.respond(link, SELF, 0, address(66), "g");

        livesWithout(link);
    }

    @Test
    void refusesAPeerThatReturnsTheOwnUuidOnADialledLink() {
        fixture.start(address(2));
        long link = fixture.dialledTo(address(2)).orElseThrow();

        fixture.receive(link, new Handshake(0, SELF, HANDSHAKE));

        livesWithout(link);
    }

    @Test
    void endsWhenAMemberOfItsSavedViewSaysThatItsUuidIsTaken() {
        fixture.mesh.restore(List.of(SELF, Uuids.nextIncarnation(node(2))));
        fixture.start(address(2));
        long link = fixture.dialledTo(address(2)).orElseThrow();
        fixture.receive(link, new Handshake(0, node(2), HANDSHAKE));

        fixture.receive(link, new Fail(0, node(2), "duplicate uuid"));

        assertThat(fixture.fatal).singleElement().asString().contains("UUID", "gvwstate.dat");
    }

    @Test
    void inPlainTextBelievesNoOtherNodeAtAConfiguredAddress() {
        fixture.mesh.restore(List.of(SELF, node(3)));
        fixture.start(address(2));
        long link = fixture.dialledTo(address(2)).orElseThrow();
        fixture.receive(link, new Handshake(0, node(2), HANDSHAKE));

        fixture.receive(link, new Fail(0, node(2), "duplicate uuid"));

        livesWithout(link);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void withTlsBelievesWhoeverIsAdmittedAtAConfiguredAddressAboutASavedUuid(boolean ownUuid) {
        fixture.mesh.restore(List.of(SELF, node(3)));
        fixture.start(address(2));
        long link = fixture.dialledTo(address(2)).orElseThrow();
        fixture.links.identities.put(
                link, PeerIdentity.of(TestPki.selfSigned("n2").getCertificate()));

        fixture.receive(link, new Handshake(0, ownUuid ? SELF : node(2), HANDSHAKE));
        fixture.receive(link, new Fail(0, node(2), "duplicate uuid"));

        assertThat(fixture.fatal).hasSize(1);
    }

    @Test
    void doesNotBelieveThatItsUuidIsTakenOnceItWasPrimary() {
        fixture.start();
        long redial = redial(2);
        fixture.mesh.onPrimaryView(List.of(SELF, node(2)), fixture.now);
        fixture.receive(redial, new Handshake(0, node(2), HANDSHAKE));

        fixture.receive(redial, new Fail(0, node(2), "duplicate uuid"));

        livesWithout(redial);
    }

    /** Its link is lost, and it is dialled again. */
    private long redial(int number) {
        long link = fixture.acceptPeer(number);
        fixture.mesh.onRegularView(List.of(SELF, node(number)), List.of(), fixture.now);
        fixture.mesh.onClosed(link, RESET, fixture.now);
        fixture.pass(1.6);
        return fixture.dialledTo(address(number)).orElseThrow();
    }

    private void livesWithout(long link) {
        assertThat(fixture.fatal).isEmpty();
        assertThat(fixture.links.closed).contains(link);
        assertThat(fixture.mesh.nextDeadlineNs()).as("goes on").isLessThan(Long.MAX_VALUE);
    }
}
