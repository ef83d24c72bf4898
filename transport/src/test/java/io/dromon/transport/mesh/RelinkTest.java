package io.dromon.transport.mesh;

import static io.dromon.transport.mesh.MeshFixture.address;
import static io.dromon.transport.mesh.MeshFixture.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.mesh.GmcastMessage.Handshake;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.Uuids;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Links are relinked one at a time, and nothing that is under way is lost. */
@Tag("unit")
final class RelinkTest {
    private static final UUID GREATEST = new UUID(-1L, -1L);
    private static final UUID SMALLEST = new UUID(1L, 1L);

    private final MeshFixture fixture = new MeshFixture().start();

    @Test
    void dialsOnePeerAfterTheOther() {
        fixture.acceptPeer(2);
        fixture.acceptPeer(3);

        assertThat(fixture.mesh.relink(fixture.now)).isTrue();

        long second = fixture.dialledTo(address(2)).orElseThrow();
        assertThat(fixture.dialledTo(address(3))).as("waits for its turn").isEmpty();
        fixture.answer(second, 2, GREATEST);
        long third = fixture.dialledTo(address(3)).orElseThrow();
        assertThat(fixture.relinked).isEmpty();
        fixture.answer(third, 3, GREATEST);
        assertThat(fixture.relinked).containsExactly(2);
        assertThat(fixture.mesh.links()).extracting(MeshLinkStatus::link).containsExactly(second, third);
    }

    @Test
    void relinksOnlyTheLinksThatAreNamed() {
        long first = fixture.acceptPeer(2);
        long second = fixture.acceptPeer(3);

        assertThat(fixture.mesh.relink(link -> link == second, fixture.now)).isTrue();

        assertThat(fixture.dialledTo(address(2))).isEmpty();
        long fresh = fixture.dialledTo(address(3)).orElseThrow();
        fixture.answer(fresh, 3, GREATEST);
        assertThat(fixture.relinked).containsExactly(1);
        assertThat(fixture.mesh.links()).extracting(MeshLinkStatus::link).containsExactly(first, fresh);
    }

    @Test
    void deliversWhatIsUnderWayOnTheOldLink() {
        long old = fixture.acceptPeer(2);
        fixture.mesh.relink(fixture.now);
        long fresh = fixture.dialledTo(address(2)).orElseThrow();
        fixture.answer(fresh, 2, GREATEST);

        fixture.receive(old, user(2, "late"));
        fixture.receive(fresh, user(2, "new"));

        assertThat(fixture.delivered).containsExactly("late", "new");
        assertThat(fixture.links.closed).isEmpty();
        fixture.pass(1.6);
        assertThat(fixture.links.closed).containsExactly(old);
    }

    @Test
    void sendsOnTheNewLinkAlone() {
        long old = fixture.acceptPeer(2);
        fixture.mesh.relink(fixture.now);
        long fresh = fixture.dialledTo(address(2)).orElseThrow();
        fixture.answer(fresh, 2, GREATEST);
        fixture.links.take(old);
        fixture.links.take(fresh);

        fixture.mesh.broadcast(new Bytes("x".getBytes(StandardCharsets.US_ASCII)), fixture.now);

        assertThat(fixture.links.raw(old)).isEmpty();
        assertThat(fixture.links.raw(fresh)).hasSize(1);
    }

    @Test
    void keepsTheOldLinkWhereThePeerRefusesTheNewOne() {
        long old = fixture.acceptPeer(2);
        fixture.acceptPeer(3);
        fixture.mesh.relink(fixture.now);
        long fresh = fixture.dialledTo(address(2)).orElseThrow();

        fixture.mesh.onClosed(fresh, new LinkFailure.UntrustedPeer("unknown CA"), fixture.now);

        assertThat(fixture.relinkFailures).extracting(LinkFailure::message).containsExactly("unknown CA");
        assertThat(fixture.state(old)).contains(MeshLinkState.OK);
        assertThat(fixture.dialledTo(address(3)))
                .as("what one peer refuses is not tried on the next")
                .isEmpty();
        assertThat(fixture.mesh.relink(fixture.now)).as("may be tried again").isTrue();
    }

    @Test
    void breaksTheOldLinkOfAGaleraNodeThatGivesTheNewOneALowerHandshakeUuid() {
        long old = fixture.acceptPeer(2);
        fixture.mesh.relink(fixture.now);
        long lower = fixture.dialledTo(address(2)).orElseThrow();
        fixture.answer(lower, 2, SMALLEST);

        assertThat(fixture.links.closed).contains(old, lower);
        long again = fixture.dialledTo(address(2)).orElseThrow();
        fixture.answer(again, 2, SMALLEST);

        assertThat(fixture.relinked).containsExactly(1);
        assertThat(fixture.state(again)).contains(MeshLinkState.OK);
    }

    @Test
    void givesALaterLinkOfAPeerTheGreaterHandshakeUuid() {
        fixture.start(address(2));
        fixture.answer(fixture.dialledTo(address(2)).orElseThrow(), 2, new UUID(0xffff_ffff_0000_1000L, 1));

        long accepted = fixture.accept("10.0.0.2");

        Handshake handshake = (Handshake) fixture.links.take(accepted).get(0);
        assertThat(Uuids.ORDER.compare(handshake.handshakeUuid(), new UUID(0xffff_ffff_0000_1000L, 1)))
                .isPositive();
    }

    @Test
    void givesUpAfterAWhile() {
        long old = fixture.acceptPeer(2);
        fixture.mesh.relink(fixture.now);

        for (int i = 0; i < 30; i++) {
            fixture.pass(0.5);
            fixture.receive(old, user(2, "x"));
        }

        assertThat(fixture.relinkFailures).hasSize(1);
        assertThat(fixture.state(old)).contains(MeshLinkState.OK);
    }

    @Test
    void isOverAtOnceWithoutLinks() {
        assertThat(fixture.mesh.relink(fixture.now)).isTrue();

        assertThat(fixture.relinked).containsExactly(0);
    }

    private static GmcastMessage.User user(int from, String text) {
        return new GmcastMessage.User(0, 0, node(from), new Bytes(text.getBytes(StandardCharsets.US_ASCII)));
    }
}
