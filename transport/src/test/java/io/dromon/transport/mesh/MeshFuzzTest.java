package io.dromon.transport.mesh;

import static io.dromon.transport.mesh.MeshFixture.SELF;
import static io.dromon.transport.mesh.MeshFixture.address;
import static io.dromon.transport.mesh.MeshFixture.entry;
import static io.dromon.transport.mesh.MeshFixture.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.testpeer.Fuzz;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.LinkFailure;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sequences of mutated messages and events against a live mesh: no exception, bounded lists, a life after. */
@Tag("unit")
class MeshFuzzTest {
    private static final int STEPS = 40;

    private static final UUID HANDSHAKE = node(0x77);

    private static final List<Bytes> SAMPLES = Stream.<GmcastMessage>of(
                    new GmcastMessage.Handshake(0, node(2), HANDSHAKE),
                    new GmcastMessage.Handshake(1, node(3), node(0x1001)),
                    new GmcastMessage.HandshakeResponse(0, node(2), HANDSHAKE, address(2), "g"),
                    new GmcastMessage.HandshakeResponse(2, node(4), HANDSHAKE, address(4), "g"),
                    new GmcastMessage.HandshakeResponse(0, node(5), HANDSHAKE, address(5), "other"),
                    new GmcastMessage.Ok(0, node(2)),
                    new GmcastMessage.Ok(0, node(3)),
                    new GmcastMessage.Fail(0, node(2), "invalid group"),
                    new GmcastMessage.Fail(0, node(2), "whatever"),
                    new GmcastMessage.KeepAlive(0, node(2)),
                    new GmcastMessage.TopologyChange(node(2), "g", List.of(entry(3), entry(4), entry(9))),
                    new GmcastMessage.TopologyChange(node(3), "g", List.of(entry(2), entry(0x50), entry(0x22))),
                    new GmcastMessage.TopologyChange(
                            node(3), "g", List.of(new GmcastMessage.TopologyChange.Entry(node(7), "ssl://10.0.0.7:1"))),
                    new GmcastMessage.User(0, 0, node(2), new Bytes(new byte[52])),
                    new GmcastMessage.User(0x20, 0, node(2), new Bytes(new byte[5])),
                    new GmcastMessage.User(0x40, 3, node(3), new Bytes(new byte[5])),
                    new GmcastMessage.User(0x60, 0, SELF, Bytes.EMPTY))
            .map(Bytes::of)
            .toList();

    @Test
    void survivesAnySequenceOfMessagesAndEvents() {
        int sequences = Math.max(1, Fuzz.inputs() / STEPS);
        for (int i = 0; i < sequences; i++) {
            long seed = Fuzz.seed() + i;
            try {
                sequence(Fuzz.random(seed));
            } catch (Throwable wrong) {
                throw new AssertionError(Fuzz.replay(MeshFuzzTest.class, seed), wrong);
            }
        }
    }

    private static void sequence(RandomGenerator random) {
        MeshFixture fixture = new MeshFixture(random.nextInt(2), random.nextBoolean() ? "tcp" : "ssl");
        fixture.start(fixture.scheme + "://10.0.0.2:4567", fixture.scheme + "://10.0.0.3:4567");
        for (int step = 0; step < STEPS; step++) {
            event(random, fixture);
            fixture.refuseMessages = random.nextInt(50) == 0;
        }
        assertThat(fixture.mesh.links()).noneMatch(link -> link.state() == MeshLinkState.FAILED);
        if (fixture.fatal.isEmpty()) {
            fixture.mesh.isolate(false, fixture.now);
            fixture.pass(20);
            long link = fixture.accept("10.0.0.66");
            fixture.respond(link, node(0x66), 0, "tcp://0.0.0.0:1", "g");
            assertThat(fixture.state(link)).contains(MeshLinkState.OK);
        } else {
            assertThat(fixture.mesh.links()).isEmpty();
        }
    }

    private static void event(RandomGenerator random, MeshFixture fixture) {
        List<MeshLinkStatus> links = fixture.mesh.links();
        long any =
                links.isEmpty() ? 99 : links.get(random.nextInt(links.size())).link();
        int peer = 2 + random.nextInt(4);
        switch (random.nextInt(24)) {
            case 0 -> fixture.accept("10.0.0." + peer);
            case 1 -> fixture.mesh.onClosed(any, new LinkFailure.Disconnected("reset"), fixture.now);
            case 2 -> fixture.pass(random.nextDouble() * 4);
            case 3 -> fixture.mesh.broadcast(new Bytes(new byte[3]), fixture.now);
            case 4 -> fixture.mesh.onPrimaryView(List.of(SELF, node(peer)), fixture.now);
            case 5 -> fixture.mesh.onRegularView(List.of(SELF), List.of(node(peer)), fixture.now);
            case 6 -> fixture.mesh.allow(node(peer));
            case 7 -> fixture.mesh.evict(node(peer));
            case 8 -> fixture.mesh.unevict(node(peer));
            case 9 -> fixture.mesh.isolate(random.nextInt(4) == 0, fixture.now);
            case 10 -> fixture.mesh.sendTo(node(peer), Bytes.EMPTY, fixture.now);
            case 11, 12 -> handshake(random, fixture, any, peer);
            default -> fixture.mesh.onMessage(any, Fuzz.next(random, SAMPLES), fixture.now);
        }
    }

    /** Valid steps of a handshake, so that states behind it are reached. */
    private static void handshake(RandomGenerator random, MeshFixture fixture, long link, int peer) {
        GmcastMessage message = switch (fixture.state(link).orElse(MeshLinkState.FAILED)) {
            case HANDSHAKE_WAIT -> new GmcastMessage.Handshake(random.nextInt(2), node(peer), HANDSHAKE);
            case HANDSHAKE_SENT ->
                new GmcastMessage.HandshakeResponse(random.nextInt(2), node(peer), HANDSHAKE, address(peer), "g");
            case RESPONSE_SENT -> new GmcastMessage.Ok(0, node(peer));
            case OK, FAILED -> new GmcastMessage.KeepAlive(0, node(peer));
        };
        fixture.receive(link, message);
    }
}
