package io.dromon.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.HostilePeer;
import io.dromon.it.peers.Ports;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks of unauthenticated peers and of members that mean harm, in either mode. */
abstract class Attacks extends AttackedCluster {
    @Test
    void garbageIsDroppedAtOnceOrByADeadline() throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < 20; i++) {
            byte[] garbage = new byte[1 + random.nextInt(50_000)];
            random.nextBytes(garbage);
            try (HostilePeer peer = HostilePeer.connect(a.port())) {
                peer.send(garbage);

                assertThat(peer.closedWithin(20_000))
                        .as("garbage of " + garbage.length + " bytes")
                        .isTrue();
            }
        }
    }

    @Test
    void silenceIsEndedByADeadline() throws IOException {
        try (HostilePeer peer = HostilePeer.connect(a.port())) {
            assertThat(peer.closedWithin(30_000)).isTrue();
        }
    }

    @Test
    void theLargestHeaderAndNothingBehindItIsEndedByADeadline() throws IOException {
        try (HostilePeer legal = HostilePeer.connect(a.port());
                HostilePeer illegal = HostilePeer.connect(a.port())) {
            legal.sendHeader(32_768);
            illegal.sendHeader(0xffffff);

            assertThat(illegal.closedWithin(30_000)).isTrue();
            assertThat(legal.closedWithin(30_000)).isTrue();
        }
    }

    @Test
    void aThousandConnectionsDoNotKeepAProperNodeOut() throws IOException {
        List<HostilePeer> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < 1000; i++) {
                crowd.add(HostilePeer.connect(a.port()));
            }

            try (DromonNode late =
                    node("late").peers(a.hostPort(), b.hostPort()).startPipe()) {
                late.awaitPrimary(3, 0, LIMIT);
                late.awaitSynced(LIMIT);
                assertThat(late.leave()).isZero();
            }
            a.awaitPrimary(2, markA, LIMIT);
            b.awaitPrimary(2, markB, LIMIT);
        } finally {
            for (HostilePeer peer : crowd) {
                peer.close();
            }
        }
        rememberWhereTheLogsAre(); // the proper node's coming and going were views
    }

    @Test
    void somebodyElsesUuidIsRefused() throws IOException {
        UUID uuidOfB;
        try (HostilePeer asker = member(b)) {
            uuidOfB = asker.receiveHandshake().acceptor();
        }
        for (int i = 0; i < 5; i++) {
            try (HostilePeer impostor = member(a)) {
                int answer = impostor.shakeHands(uuidOfB, GROUP, "tcp://127.0.0.1:" + Ports.free());

                assertThat(answer).isEqualTo(HostilePeer.FAIL);
            }
        }
    }

    @Test
    void theNodesOwnUuidIsRefused() throws IOException {
        try (HostilePeer impostor = member(a)) {
            HostilePeer.Handshake handshake = impostor.receiveHandshake();
            impostor.sendFrame(HostilePeer.response(
                    handshake.acceptor(), handshake.handshake(), GROUP, "tcp://127.0.0.1:" + Ports.free()));

            assertThat(impostor.closedWithin(10_000)).isTrue();
        }
    }

    /** A real node ends at the word "evicted", whoever says it. */
    @ParameterizedTest
    @ValueSource(strings = {"evicted", "duplicate uuid"})
    void theWordThatEndsARealNodeCostsOnlyTheLink(String word) throws IOException {
        UUID self = UUID.randomUUID();
        ByteBuffer text = ByteBuffer.allocate(64).put(word.getBytes(StandardCharsets.US_ASCII));
        byte[] fail = HostilePeer.message(HostilePeer.FAIL, 0x04, self, text.array());
        try (HostilePeer first = member(a);
                HostilePeer linked = member(a)) {
            first.sendFrame(fail);
            assertThat(first.closedWithin(20_000)).isTrue();

            assertThat(linked.shakeHands(self, GROUP, "tcp://127.0.0.1:" + Ports.free()))
                    .isEqualTo(HostilePeer.OK);
            linked.sendFrame(fail);
            assertThat(linked.closedWithin(20_000)).isTrue();
        }
    }

    @Test
    void aWrongGroupIsRefused() throws IOException {
        try (HostilePeer peer = member(a)) {
            int answer = peer.shakeHands(UUID.randomUUID(), "other", "tcp://127.0.0.1:" + Ports.free());

            assertThat(answer).isEqualTo(HostilePeer.FAIL);
        }
    }

    @Test
    void messagesOutOfOrderCostOnlyTheirLink() throws IOException {
        UUID self = UUID.randomUUID();
        String address = "tcp://127.0.0.1:" + Ports.free();
        UUID nil = new UUID(0, 0);
        List<byte[]> asFirstMessage = List.of(
                HostilePeer.message(HostilePeer.OK, 0, self, new byte[0]),
                HostilePeer.message(HostilePeer.HANDSHAKE, 0x10, self, new byte[16]),
                HostilePeer.message(HostilePeer.USER, 0, self, new byte[4]),
                HostilePeer.message(HostilePeer.TOPOLOGY_CHANGE, 9, self, new byte[36]),
                HostilePeer.response(self, nil, GROUP, "tcp://127.0.0.1"),
                HostilePeer.response(self, nil, GROUP, "\u007f\u0001//:::"),
                HostilePeer.response(nil, nil, GROUP, address));
        for (byte[] message : asFirstMessage) {
            try (HostilePeer peer = member(a)) {
                peer.sendFrame(message);

                assertThat(peer.closedWithin(20_000))
                        .as("first message of type " + message[1])
                        .isTrue();
            }
        }
    }

    @Test
    void whatKillsARealMemberCostsOnlyTheLink() throws IOException {
        UUID nil = new UUID(0, 0);
        byte[] addressOfA = ("tcp://" + a.hostPort()).getBytes(StandardCharsets.US_ASCII);
        for (int attack = 0; attack < 6; attack++) {
            UUID self = new UUID(0x1234_5678_9abc_11f1L, 0x8000_0000_0000_0000L + attack);
            try (HostilePeer peer = member(a)) {
                assertThat(peer.shakeHands(self, GROUP, "tcp://127.0.0.1:" + Ports.free()))
                        .isEqualTo(HostilePeer.OK);
                switch (attack) {
                    case 0 -> peer.sendFrame(HostilePeer.message(HostilePeer.HANDSHAKE, 0x10, self, new byte[16]));
                    case 1 -> peer.sendFrame(HostilePeer.response(self, nil, GROUP, "tcp://127.0.0.1:1"));
                    case 2 -> peer.sendFrame(HostilePeer.message(HostilePeer.USER, 0, nil, new byte[60]));
                    case 3 -> peer.sendFrame(HostilePeer.message(HostilePeer.USER, 0, self, new byte[4]));
                    case 4 ->
                        peer.sendFrame(HostilePeer.message(
                                HostilePeer.TOPOLOGY_CHANGE, 9, self, topology(UUID.randomUUID(), addressOfA)));
                    default ->
                        peer.sendFrame(HostilePeer.message(
                                HostilePeer.TOPOLOGY_CHANGE,
                                9,
                                self,
                                topology(nil, "no address".getBytes(StandardCharsets.US_ASCII))));
                }
                // a peer that goes on regardless: nothing it says may matter
                Random random = new Random(attack);
                for (int i = 0; i < 200; i++) {
                    byte[] noise = new byte[random.nextInt(300)];
                    random.nextBytes(noise);
                    peer.sendFrame(HostilePeer.message(HostilePeer.USER, 0, self, noise));
                }
                peer.closedWithin(500);
            }
        }
    }

    private static byte[] topology(UUID uuid, byte[] address) {
        ByteBuffer rest = ByteBuffer.allocate(36 + 148);
        rest.put(32, (byte) 1);
        rest.position(36);
        rest.putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits());
        rest.position(36 + 20);
        rest.put(address);
        return rest.array();
    }
}
