package io.dromon.transport.mesh;

import static io.dromon.transport.mesh.MeshFixture.SELF;
import static io.dromon.transport.mesh.MeshFixture.address;
import static io.dromon.transport.mesh.MeshFixture.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.mesh.GmcastMessage.Fail;
import io.dromon.transport.mesh.GmcastMessage.Handshake;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.PeerIdentity;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A second link to a member takes the place of the first only with the identity of the first. */
@Tag("unit")
class SecondLinkTest {
    private static final UUID GREATEST = new UUID(-1L, -1L);
    private static final PeerIdentity MEMBER = identity("n2");
    private static final PeerIdentity RENEWED = identity("n2");
    private static final PeerIdentity OTHER = identity("n3");

    private final MeshFixture fixture = new MeshFixture(0, "tcp").start();

    private static PeerIdentity identity(String name) {
        return PeerIdentity.of(TestPki.selfSigned(name).getCertificate());
    }

    private long accept(PeerIdentity shown) {
        long link = fixture.accept("10.0.0.2");
        fixture.links.identities.put(link, shown);
        fixture.respond(link, node(2), 0, address(2), "g");
        return link;
    }

    @Test
    void refusesAnotherIdentityUnderTheUuidOfAMember() {
        long first = accept(MEMBER);

        long second = accept(OTHER);

        assertThat(fixture.links.take(second))
                .containsExactly(new Fail(0, SELF, "uuid is linked with another certificate"));
        assertThat(fixture.links.closed).containsExactly(second);
        assertThat(fixture.state(first)).contains(MeshLinkState.OK);
        assertThat(fixture.refused)
                .singleElement()
                .isInstanceOfSatisfying(
                        LinkFailure.WrongIdentity.class,
                        failure -> assertThat(failure.message()).contains("10.0.0.2", "CN=n3", "CN=n2"));
    }

    @Test
    void refusesALinkWithoutIdentityInTheStateThatHasOne() {
        long first = accept(MEMBER);

        long plain = fixture.accept("10.0.0.2");
        fixture.respond(plain, node(2), 0, address(2), "g");

        assertThat(fixture.links.closed).containsExactly(plain);
        assertThat(fixture.state(first)).contains(MeshLinkState.OK);
    }

    @Test
    void takesARenewedCertificateOfTheSameNames() {
        long first = accept(MEMBER);

        long second = accept(RENEWED);

        assertThat(fixture.state(second)).contains(MeshLinkState.OK);
        assertThat(fixture.state(first)).isEmpty();
        assertThat(fixture.refused).isEmpty();
    }

    @Test
    void takesAnIdentityInThePlaceOfPlainText() {
        fixture.acceptPeer(2);

        long second = accept(MEMBER);

        assertThat(fixture.state(second)).contains(MeshLinkState.OK);
    }

    @Test
    void takesAnotherIdentityWhenTheFirstLinkIsOver() {
        long first = accept(MEMBER);
        fixture.mesh.onClosed(first, new LinkFailure.Disconnected("closed by peer"), fixture.now);

        long second = accept(OTHER);

        assertThat(fixture.state(second)).contains(MeshLinkState.OK);
    }

    @Test
    void doesNotRelinkToAnotherIdentityAtTheAddressOfAMember() {
        long first = accept(MEMBER);
        fixture.mesh.relink(fixture.now);
        long second = fixture.dialledTo(address(2)).orElseThrow();
        fixture.links.identities.put(second, OTHER);

        fixture.receive(second, new Handshake(0, node(2), GREATEST));

        assertThat(fixture.links.closed).containsExactly(second);
        assertThat(fixture.state(first)).contains(MeshLinkState.OK);
        assertThat(fixture.relinkFailures).singleElement().isInstanceOf(LinkFailure.WrongIdentity.class);
    }

    @Test
    void endsItsOwnLinkFirstWhereThePeerRefusesItsNewNames() {
        long first = accept(MEMBER);
        fixture.mesh.relink(fixture.now);
        long second = fixture.dialledTo(address(2)).orElseThrow();
        fixture.links.identities.put(second, MEMBER);
        fixture.receive(second, new Handshake(0, node(2), GREATEST));

        fixture.receive(second, new Fail(0, node(2), "uuid is linked with another certificate"));

        assertThat(fixture.links.closed).containsExactly(first, second);
        long third = fixture.dialledTo(address(2)).orElseThrow();
        fixture.links.identities.put(third, MEMBER);
        fixture.answer(third, 2, GREATEST);
        assertThat(fixture.relinked).containsExactly(1);
        assertThat(fixture.state(third)).contains(MeshLinkState.OK);
    }
}
