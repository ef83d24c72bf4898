package io.dromon.transport.primary;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.evs.EvsView;
import io.dromon.transport.evs.Order;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.primary.SimulatedEvs.Node;
import io.dromon.transport.testpeer.Fuzz;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.ViewId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Messages that break the protocol: each row of the table in the package's description (chapter 03 sections 2.6, 4.3
 * and 5.5).
 */
@Tag("unit")
class PrimaryBadInputTest {
    private static final Bytes USER = PcVectors.hex("0103000001000000 41");

    private final SimulatedEvs evs = new SimulatedEvs();

    static List<Bytes> wrongInThemselves() throws MalformedMessageException {
        NodeEntry entry = ((PcMessage.State) PcMessage.decode(PcVectors.STATE_OF_JOINER))
                .nodes()
                .get(0);
        return List.of(
                Bytes.EMPTY,
                PcVectors.hex("01030000010000"),
                PcVectors.hex("0100000001000000"),
                PcVectors.hex("0104000001000000"),
                PcVectors.hex("010100000000000001000000"),
                PcVectors.hex("0101000000000000ffffffff"),
                Bytes.of(new PcMessage.State(1, List.of(entry, entry))),
                PcVectors.hex("6102000000000000 00000000"),
                // A weight change that says nothing of its source.
                PcVectors.hex("4102000000000000 00000000"));
    }

    @ParameterizedTest
    @MethodSource("wrongInThemselves")
    void messageThatIsWrongInItselfIsDroppedByEverybody(Bytes message) {
        List<Node> nodes = evs.primaryOf(1, 1, 1);

        evs.inject(nodes.get(2), 1, message);
        evs.run();

        for (Node node : nodes) {
            assertThat(node.violations).singleElement().asString().contains("00000003-8001");
            assertThat(node.fatals).isEmpty();
            assertThat(node.primary.state()).isEqualTo(PrimaryState.PRIM);
            assertThat(node.messages()).isEmpty();
        }
        assertThat(nodes.get(0).send("goes on")).isEqualTo(SendResult.ACCEPTED);
        evs.run();
        assertThat(nodes.get(1).messages()).hasSize(1);
    }

    @Test
    void stateWithoutItsSourceIsDroppedAndTheExchangeGoesOnWithoutIt() {
        List<Node> nodes = evs.primaryOf(1, 1, 1);
        nodes.get(2).onTheWire = bytes -> changed(bytes, 12 + 2 * NodeEntry.LENGTH, 0x77);

        evs.regroup(nodes.get(0), nodes.get(1), nodes.get(2));
        assertThat(nodes.get(0).violations).singleElement().asString().contains("without an entry for its source");
        evs.regroup(nodes.get(0), nodes.get(1));

        assertThat(nodes.get(0).primary.state()).isEqualTo(PrimaryState.PRIM);
        assertThat(nodes.get(1).primary.state()).isEqualTo(PrimaryState.PRIM);
    }

    @Test
    void stateThatIsNotDueIsDropped() {
        List<Node> nodes = evs.primaryOf(1, 1);
        Bytes state = Bytes.of(lastState(nodes.get(1)));

        evs.inject(nodes.get(1), 0xFF, state);
        evs.run();
        assertThat(nodes.get(0).violations).singleElement().asString().contains("not due");
        evs.regroup(nodes.get(0));
        evs.inject(nodes.get(0), 0xFF, state);
        evs.run();

        assertThat(nodes.get(0).violations).hasSize(2);
        assertThat(nodes.get(0).primary.state()).isEqualTo(PrimaryState.NON_PRIM);
    }

    @Test
    void ofTwoStatesTheFirstCounts() {
        List<Node> nodes = evs.primaryOf(1, 1);
        evs.transition(nodes.get(0), nodes.get(1));
        evs.install(nodes.get(0), nodes.get(1));
        for (Node node : nodes) {
            assertThat(node.step()).isTrue();
        }
        PcMessage.State wrong = new PcMessage.State(
                1,
                List.of(new NodeEntry(
                        nodes.get(0).uuid,
                        true,
                        false,
                        false,
                        0,
                        9,
                        0,
                        nodes.get(0).lastView().id(),
                        7)));

        nodes.get(1).evsMessage(nodes.get(0).uuid, 0xFF, Order.SAFE, Bytes.of(wrong));
        nodes.get(0).evsMessage(nodes.get(0).uuid, 0xFF, Order.SAFE, Bytes.of(wrong));
        evs.run();

        assertThat(nodes).allMatch(node -> node.violations.size() == 1);
        assertThat(nodes).allMatch(node -> node.primary.state() == PrimaryState.PRIM);
    }

    @Test
    void unknownVersionIsDroppedAndItsSequenceNumberIsMissed() {
        List<Node> nodes = evs.primaryOf(1, 1);
        nodes.get(1).onTheWire = bytes -> changed(bytes, 0, 2);
        assertThat(nodes.get(1).send("version 2")).isEqualTo(SendResult.ACCEPTED);
        evs.run();
        assertThat(nodes.get(0).messages()).isEmpty();
        assertThat(nodes.get(0).fatals).isEmpty();
        assertThat(nodes.get(0).notices).last().asString().contains("version 2");
        nodes.get(1).onTheWire = bytes -> bytes;

        assertThat(nodes.get(1).send("version 1")).isEqualTo(SendResult.ACCEPTED);
        evs.run();

        assertThat(nodes.get(0).fatals).singleElement().asString().contains("gap");
    }

    @Test
    void unknownVersionOutsideOfThePrimaryComponentIsDropped() {
        Node node = evs.add(1);
        evs.regroup(node);

        evs.inject(node, 1, changed(USER, 0, 15));
        evs.run();

        assertThat(node.fatals).isEmpty();
        assertThat(node.messages()).isEmpty();
    }

    @Test
    void userMessageDuringTheExchangeIsFatal() {
        List<Node> nodes = evs.primaryOf(1, 1);
        evs.transition(nodes.get(0), nodes.get(1));
        evs.install(nodes.get(0), nodes.get(1));

        nodes.get(0).evsMessage(nodes.get(1).uuid, 1, Order.SAFE, USER);

        assertThat(nodes.get(0).fatals).singleElement().asString().contains("in state STATES_EXCHANGE");
    }

    @Test
    void installDuringTheExchangeIsFatal() {
        List<Node> nodes = evs.primaryOf(1, 1);
        evs.transition(nodes.get(0), nodes.get(1));
        evs.install(nodes.get(0), nodes.get(1));

        nodes.get(0).evsMessage(nodes.get(1).uuid, 1, Order.SAFE, PcVectors.INSTALL);

        assertThat(nodes.get(0).fatals).singleElement().asString().contains("in state STATES_EXCHANGE");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16, 18, 19, 20, 24, 44})
    void installThatDiffersFromMyStateIsFatal(int fieldOfMyEntry) {
        Node representative = evs.bootstrap(1, PrimarySettings.defaults());
        evs.regroup(representative);
        Node joiner = evs.add(2);
        representative.onTheWire = bytes -> PcMessage.type(bytes) == PcMessage.TYPE_INSTALL
                ? flipped(bytes, 12 + NodeEntry.LENGTH + fieldOfMyEntry)
                : bytes;

        evs.regroup(representative, joiner);

        assertThat(joiner.fatals).singleElement().asString().contains("INSTALL of node 00000001-8001");
        assertThat(joiner.primary.state()).isEqualTo(PrimaryState.CLOSED);
        assertThat(joiner.views()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {18, 19, 20, 24, 44})
    void stateOfAPrimaryThatDiffersFromMyRecordIsFatal(int field) {
        List<Node> nodes = evs.primaryOf(1, 1);
        assertThat(nodes.get(0).send("x")).isEqualTo(SendResult.ACCEPTED);
        evs.run();
        nodes.get(1).onTheWire =
                bytes -> PcMessage.type(bytes) == PcMessage.TYPE_STATE ? flipped(bytes, 12 + field) : bytes;

        evs.regroup(nodes.get(0), nodes.get(1));

        assertThat(nodes.get(0).fatals).singleElement().asString().contains("not consistent");
    }

    @Test
    void evictedFlagIsNotCompared() {
        List<Node> nodes = evs.primaryOf(1, 1);
        nodes.get(1).primary.setEvicted(Set.of(nodes.get(0).uuid));

        evs.regroup(nodes.get(0), nodes.get(1));

        assertThat(nodes).allMatch(node -> node.primary.state() == PrimaryState.PRIM);
    }

    @Test
    void gapOutsideOfThePrimaryComponentIsDropped() {
        Node node = evs.add(1);
        evs.regroup(node);

        evs.inject(node, 1, USER);
        evs.run();

        assertThat(node.violations).singleElement().asString().contains("gap");
        assertThat(node.messages()).isEmpty();
    }

    @Test
    void userMessageOfAnUnknownNodeIsFatalWhilePrimary() {
        List<Node> nodes = evs.primaryOf(1);

        nodes.get(0).evsMessage(SimulatedEvs.uuid(77), 1, Order.SAFE, USER);

        assertThat(nodes.get(0).fatals).singleElement().asString().contains("not known");
    }

    @Test
    void viewsOutOfOrderAreFatal() {
        Node node = evs.primaryOf(1).get(0);
        EvsView strange = new EvsView(
                1,
                new ViewId(ViewId.Type.TRANS, SimulatedEvs.uuid(9), 1),
                List.of(node.uuid),
                List.of(),
                List.of(),
                List.of());

        node.evsView(strange);

        assertThat(node.fatals).singleElement().asString().contains("does not belong");
        node.evsView(strange);
        node.evsMessage(node.uuid, 1, Order.SAFE, USER);
        assertThat(node.fatals).hasSize(1);
        assertThat(node.send("x")).isEqualTo(SendResult.NOT_CONNECTED);
    }

    @Test
    void inventedNodesDoNotAddUpWithoutBound() {
        Node node = evs.add(1);
        evs.adversarial = true;
        evs.regroup(node);
        for (int round = 0; round < 8; round++) {
            Node liar = evs.add(1000 + round);
            List<NodeEntry> entries = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                entries.add(
                        new NodeEntry(new UUID(round, i + 1), true, false, false, 0, 255, 1, liarsView(liar.uuid), 5));
            }
            entries.add(new NodeEntry(liar.uuid, false, false, false, 0, 1, 1, liarsView(liar.uuid), -1));
            liar.onTheWire = bytes -> Bytes.of(new PcMessage.State(1, entries));

            evs.regroup(node, liar);
            assertThat(node.primary.state()).isEqualTo(PrimaryState.NON_PRIM);
            evs.crash(liar);
        }
        evs.regroup(node);

        assertThat(lastState(node).nodes()).hasSizeBetween(100, 420);
        assertThat(node.fatals).isEmpty();
    }

    private static ViewId liarsView(UUID liar) {
        return new ViewId(ViewId.Type.PRIM, liar, 99);
    }

    /** Sequences of mutated messages to a live endpoint, in every state: it reports or ends, it does not throw. */
    @Test
    void endpointSurvivesMutatedMessages() {
        int inputs = Fuzz.inputs() / 10 + 1;
        for (int i = 0; i < inputs; i++) {
            long seed = Fuzz.seed() + i;
            SimulatedEvs group = new SimulatedEvs();
            group.adversarial = true;
            try {
                bombard(group, seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(Fuzz.replay(PrimaryBadInputTest.class, seed), e);
            }
        }
    }

    private static void bombard(SimulatedEvs group, long seed) {
        var random = Fuzz.random(seed);
        List<Node> nodes = group.primaryOf(1, 1);
        Node victim = nodes.get(0);
        Node attacker = nodes.get(1);
        List<Bytes> samples = new ArrayList<>(PcVectors.ALL);
        nodes.forEach(node -> node.sent.forEach(message -> samples.add(Bytes.of(message))));
        for (int step = 0; step < 20 && victim.primary.state() != PrimaryState.CLOSED; step++) {
            int kind = random.nextInt(8);
            if (kind == 0 && victim.component != null) {
                group.transition(victim, attacker);
            } else if (kind == 1 && victim.component == null) {
                group.install(victim, attacker);
            } else if (kind == 2 && victim.component != null) {
                victim.step();
            } else {
                Order order = random.nextInt(4) == 0 ? Order.AGREED : Order.SAFE;
                victim.evsMessage(attacker.uuid, random.nextInt(256), order, Fuzz.next(random, samples));
            }
        }
        assertThat(victim.fatals).hasSizeLessThanOrEqualTo(1);
        assertThat(victim.primary.state() == PrimaryState.CLOSED).isEqualTo(victim.fatals.size() == 1);
    }

    private static PcMessage.State lastState(Node node) {
        return (PcMessage.State) node.sent.stream()
                .filter(PcMessage.State.class::isInstance)
                .reduce((a, b) -> b)
                .orElseThrow();
    }

    private static Bytes changed(Bytes message, int at, int octet) {
        byte[] bytes = message.toArray();
        bytes[at] = (byte) octet;
        return new Bytes(bytes);
    }

    private static Bytes flipped(Bytes message, int at) {
        byte[] bytes = message.toArray();
        bytes[at] ^= 1;
        return new Bytes(bytes);
    }
}
