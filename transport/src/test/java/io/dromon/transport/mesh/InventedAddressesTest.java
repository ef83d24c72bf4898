package io.dromon.transport.mesh;

import static io.dromon.transport.mesh.MeshFixture.SELF;
import static io.dromon.transport.mesh.MeshFixture.address;
import static io.dromon.transport.mesh.MeshFixture.entry;
import static io.dromon.transport.mesh.MeshFixture.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.mesh.GmcastMessage.TopologyChange.Entry;
import io.dromon.transport.wire.LinkFailure;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A peer that tells addresses of nodes that do not exist makes this node dial third parties: little, and not for long. */
@Tag("simulation")
class InventedAddressesTest {
    private static final LinkFailure REFUSED = new LinkFailure.Disconnected("connection refused");

    private final MeshFixture fixture = new MeshFixture();
    private int invented;

    private Entry[] invent(int count) {
        Entry[] entries = new Entry[count];
        for (int i = 0; i < count; i++) {
            invented++;
            entries[i] = new Entry(
                    new UUID(0x7000_0000_0000_0000L, invented),
                    "tcp://10.1." + invented / 250 + "." + invented % 250 + ":1");
        }
        return entries;
    }

    /** Seconds in which every dial is refused at once, and the links stay alive. */
    private int dialsWithin(int seconds) {
        int before = fixture.links.dialled.size();
        for (int i = 0; i < 2 * seconds; i++) {
            fixture.pass(0.5);
            for (MeshLinkStatus link : fixture.mesh.links()) {
                if (link.state() == MeshLinkState.HANDSHAKE_WAIT) {
                    fixture.mesh.onClosed(link.link(), REFUSED, fixture.now);
                } else {
                    fixture.receive(link.link(), new GmcastMessage.Ok(0, link.peer()));
                }
            }
        }
        return fixture.links.dialled.size() - before;
    }

    @Test
    void aPeerThatKnowsTwelveHundredMakesItDialFew() {
        fixture.start();
        long liar = fixture.acceptPeer(2);
        for (int i = 0; i < 6; i++) {
            fixture.topology(liar, 2, invent(200));
        }

        int firstMinute = dialsWithin(60);
        dialsWithin(600);
        int laterMinute = dialsWithin(60);

        System.out.println("dials to invented addresses: " + firstMinute + " in the first minute, " + laterMinute
                + " in the twelfth");
        assertThat(firstMinute).isLessThan(130);
        assertThat(laterMinute).isLessThanOrEqualTo(60);
        assertThat(fixture.mesh.unreachable()).as("those it tells now").hasSize(200);
    }

    @Test
    void aPeerThatTellsOthersAllTheTimeMakesItDialFew() {
        fixture.start();
        long liar = fixture.acceptPeer(2);
        int dials = 0;
        for (int i = 0; i < 60; i++) {
            fixture.topology(liar, 2, invent(200));
            dials += dialsWithin(1);
        }

        assertThat(dials).isLessThan(130);
    }

    @Test
    void whatOnePeerToldLeavesWithIt() {
        fixture.start();
        long liar = fixture.acceptPeer(2);
        long honest = fixture.acceptPeer(3);
        fixture.topology(liar, 2, entry(4), entry(5));
        fixture.topology(honest, 3, entry(5));

        fixture.mesh.onClosed(liar, REFUSED, fixture.now);
        fixture.pass(1);

        assertThat(fixture.dialledTo(address(4))).isEmpty();
        assertThat(fixture.dialledTo(address(5))).isPresent();
        assertThat(fixture.mesh.unreachable()).doesNotContain(node(4)).contains(node(5));
    }

    @Test
    void aMemberThatWasNeverLinkedIsDialledOnAndOn() {
        fixture.start();
        long link = fixture.acceptPeer(2);
        fixture.topology(link, 2, entry(3));
        fixture.mesh.onRegularView(List.of(SELF, node(2), node(3)), List.of(), fixture.now);

        assertThat(dialsWithin(60)).isGreaterThan(35);
        fixture.mesh.onClosed(link, REFUSED, fixture.now);
        assertThat(dialsWithin(10)).as("also when nobody tells of it any more").isGreaterThan(10);
    }

    @Test
    void aNodeThatCouldNotBeReachedIsDialledAgainAfterARest() {
        fixture.start();
        fixture.topology(fixture.acceptPeer(2), 2, entry(3));

        assertThat(dialsWithin(20)).isBetween(6, 10);
        assertThat(dialsWithin(60)).isBetween(1, 3);
    }

    @Test
    void aFullBookGivesUpWhatWasNeverReachedFirst() {
        fixture.start();
        for (int i = 2; i < 9; i++) {
            long link = fixture.acceptPeer(i);
            if (i > 2) {
                fixture.topology(link, i, invent(200));
            } else {
                fixture.mesh.onRegularView(List.of(SELF, node(2)), List.of(), fixture.now);
                fixture.mesh.onClosed(link, REFUSED, fixture.now);
            }
        }

        fixture.acceptPeer(20);
        fixture.pass(2);

        assertThat(fixture.dialledTo(address(2))).as("the lost member").isPresent();
    }
}
