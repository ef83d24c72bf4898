package io.dromon.transport.mesh;

import static io.dromon.transport.mesh.MeshFixture.SELF;
import static io.dromon.transport.mesh.MeshFixture.address;
import static io.dromon.transport.mesh.MeshFixture.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.mesh.GmcastMessage.Fail;
import io.dromon.transport.mesh.GmcastMessage.Handshake;
import io.dromon.transport.wire.LinkFailure;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A configured name is looked up before it is dialled, each time, and all its addresses are dialled. */
@Tag("unit")
class HostNamesTest {
    private static final String NAME = "tcp://galera-0.galera-headless.production.svc.cluster.example.org:4567";
    private static final UUID HANDSHAKE = new UUID(0x77, 0x77);
    private static final LinkFailure REFUSED = new LinkFailure.Disconnected("connection refused");

    private final MeshFixture fixture = new MeshFixture();

    private void resolved(String... numeric) {
        fixture.links.lookups.remove(NAME);
        fixture.mesh.onResolved(NAME, List.of(numeric), fixture.now);
    }

    private void refuse(String address) {
        long link = fixture.dialledTo(address).orElseThrow();
        fixture.mesh.onClosed(link, REFUSED, fixture.now);
        fixture.links.closed.add(link);
    }

    @Test
    void looksANameUpAtTheStartAndDialsWhatItStandsFor() {
        fixture.start(NAME, address(2));
        assertThat(fixture.links.lookups).containsExactly(NAME);
        assertThat(fixture.links.dialled.values()).containsExactly(address(2));

        resolved(address(3));

        assertThat(fixture.dialledTo(address(3))).isPresent();
    }

    @Test
    void dialsAllAddressesOneAfterTheOther() {
        fixture.start(NAME);
        resolved(address(2), address(3), address(4));

        assertThat(fixture.links.dialled.values()).containsExactly(address(2));
        refuse(address(2));
        fixture.pass(1.6);
        refuse(address(3));
        fixture.pass(1.6);

        assertThat(fixture.dialledTo(address(4))).isPresent();
    }

    @Test
    void looksTheNameUpAgainBeforeItDialsAgain() {
        fixture.start(NAME);
        resolved(address(2));
        refuse(address(2));
        fixture.pass(1.6);
        assertThat(fixture.links.lookups).containsExactly(NAME);

        resolved(address(9));

        assertThat(fixture.dialledTo(address(9))).isPresent();
        assertThat(fixture.dialledTo(address(2))).isEmpty();
    }

    @Test
    void dialsANameThatRefusesThisNodeNoMoreOftenThanAnAddress() {
        fixture.start(NAME);
        for (int tick = 0; tick < 100; tick++) { // ten seconds; each look-up is answered, each link refused, at once
            if (fixture.links.lookups.contains(NAME)) {
                resolved(address(2));
            }
            fixture.dialledTo(address(2)).ifPresent(link -> refuse(address(2)));
            fixture.pass(0.1);
        }

        assertThat(fixture.links.dialled).hasSizeBetween(4, 11);
    }

    @Test
    void waitsForANameThatIsNotKnownYet() {
        fixture.start(NAME);
        resolved();
        assertThat(fixture.refused)
                .singleElement()
                .satisfies(failure -> assertThat(failure.message()).contains(NAME, "not known"));
        fixture.pass(1.6);
        assertThat(fixture.links.lookups).containsExactly(NAME);

        resolved(address(2));

        assertThat(fixture.dialledTo(address(2))).isPresent();
    }

    @Test
    void asksOnceAtATime() {
        fixture.start(NAME);

        fixture.pass(30);

        assertThat(fixture.links.lookups).containsExactly(NAME);
    }

    @Test
    void takesTheOtherNodesOfANameToo() {
        fixture.start(NAME);
        resolved(MeshFixture.SELF_ADDRESS, address(2), address(3));
        fixture.answer(fixture.dialledTo(address(2)).orElseThrow(), 2, HANDSHAKE);

        fixture.pass(1.1);

        assertThat(fixture.dialledTo(address(3))).isPresent();
        assertThat(fixture.links.dialled.values()).doesNotContain(MeshFixture.SELF_ADDRESS);
    }

    @Test
    void aSecondAddressOfALinkedNodeIsClosedWithoutTheWordThatEndsIt() {
        fixture.start(NAME);
        resolved(address(2), address(3));
        fixture.answer(fixture.dialledTo(address(2)).orElseThrow(), 2, HANDSHAKE);
        fixture.pass(1.1);
        long second = fixture.dialledTo(address(3)).orElseThrow();

        fixture.receive(second, new Handshake(0, node(2), HANDSHAKE));

        assertThat(fixture.links.closed).containsExactly(second);
        assertThat(fixture.links.take(second)).noneMatch(message -> message instanceof Fail);
        assertThat(fixture.refused).isEmpty();
        fixture.pass(1.6);
        resolved(address(2), address(3));
        fixture.pass(0.6);
        assertThat(fixture.dialledTo(address(3))).as("known by now").isEmpty();
    }

    @Test
    void stopsAtThePrimaryViewAndAsksAgainWhenItIsLost() {
        fixture.start(NAME);
        resolved(address(2));
        fixture.answer(fixture.dialledTo(address(2)).orElseThrow(), 2, HANDSHAKE);
        fixture.mesh.onRegularView(List.of(SELF, node(2)), List.of(), fixture.now);
        fixture.mesh.onPrimaryView(List.of(SELF, node(2)), fixture.now);
        fixture.links.lookups.clear();
        fixture.pass(2);
        assertThat(fixture.links.lookups).isEmpty();
        assertThat(fixture.notices).noneMatch(text -> text.contains("never answered: [tcp"));

        fixture.mesh.onNonPrimaryView(fixture.now);
        assertThat(fixture.links.lookups).containsExactly(NAME);
        resolved(address(9));

        assertThat(fixture.dialledTo(address(9))).as("it has moved").isPresent();
    }
}
