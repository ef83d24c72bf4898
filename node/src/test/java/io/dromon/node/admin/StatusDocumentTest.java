package io.dromon.node.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.ApplicationCall;
import io.dromon.node.CertificateExpiry;
import io.dromon.node.ClusterView;
import io.dromon.node.Health;
import io.dromon.node.NodeState;
import io.dromon.node.NodeStatus;
import io.dromon.node.TlsStatus;
import io.dromon.transport.link.LinkStatus;
import io.dromon.transport.link.RefusedPeer;
import io.dromon.transport.mesh.MeshLinkState;
import io.dromon.transport.mesh.MeshLinkStatus;
import io.dromon.transport.tls.TlsPeer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What monitoring reads of a node: each field with its name, type, place and value, and each metric. */
@Tag("unit")
final class StatusDocumentTest {
    private static final Instant SINCE = Instant.parse("2026-11-29T12:00:00Z");
    private static final UUID N1 = UUID.fromString("00000000-0000-1000-8000-000000000001");
    private static final UUID N2 = UUID.fromString("00000000-0000-1000-8000-000000000002");
    private static final UUID N3 = UUID.fromString("00000000-0000-1000-8000-000000000003");
    private static final UUID HISTORY = UUID.fromString("00000000-0000-1000-8000-0000000000aa");

    private final Instant expiry = Instant.now().truncatedTo(ChronoUnit.SECONDS).plus(Duration.ofHours(300));

    private static final Health HEALTH =
            new Health(true, Health.Word.WARNING, List.of("the certificate will expire", "socket.dynamic is on"));

    private static ClusterView.Member member(UUID uuid, String name, NodeState state, boolean arbitrator) {
        return new ClusterView.Member(uuid, name, arbitrator ? "" : name + ":80", 0, state, arbitrator);
    }

    private static NodeStatus.Group group(boolean paused) {
        return new NodeStatus.Group(
                "g",
                "PRIMARY",
                true,
                7,
                HISTORY,
                42,
                40,
                3,
                List.of(
                        member(N1, "n1", NodeState.SYNCED, false),
                        member(N2, "n2", NodeState.PRIMARY, false),
                        member(N3, "n3", NodeState.OPEN, true)),
                0,
                new NodeStatus.FlowControl(
                        paused, 3, 4, 5_500_000_000L, paused ? 6_000_000_000L : 0, paused ? List.of("n2") : List.of()),
                1000,
                2);
    }

    private TlsPeer peer() {
        return new TlsPeer(
                "TLSv1.3",
                "TLS_AES_128_GCM_SHA256",
                "CN=n2,O=acme",
                "1f",
                expiry,
                3,
                List.of("acme"),
                List.of("db-nodes"),
                List.of("DNS:n2", "IP:10.0.0.2"),
                "ab12",
                "tls.valid_ous: db-nodes");
    }

    private TlsStatus tls() {
        return new TlsStatus(
                "BoringSSL",
                3,
                SINCE,
                "CN=n1",
                "2a",
                "cd34",
                "ef56",
                List.of("CN=ca"),
                expiry,
                List.of(
                        new CertificateExpiry(CertificateExpiry.Role.OWN, "CN=n1", "2a", "cd34", expiry),
                        new CertificateExpiry(CertificateExpiry.Role.REVOCATION_LIST, "CN=ca", "", "crl", expiry)),
                Health.Word.WARNING,
                List.of("the certificate will expire"),
                Optional.of("key and certificate do not belong together"));
    }

    /** A node of which everything can be told that there is. */
    NodeStatus everything() {
        return new NodeStatus(
                "n1",
                N1,
                "ssl://10.0.0.1:4567",
                NodeState.SYNCED,
                HEALTH,
                group(true),
                new NodeStatus.Certification(
                        5,
                        2,
                        3,
                        1000,
                        4,
                        List.of(new NodeStatus.Conflict(40, N1, 39, N2, "accounts/42")),
                        new NodeStatus.Ordered(30, 3000, 11, 1100)),
                Optional.of(new NodeStatus.Kept(
                        41,
                        new NodeStatus.Cache(
                                2,
                                41,
                                4000,
                                8000,
                                Optional.of("the disk is full"),
                                new NodeStatus.MayBeAwayFor(7000, 70, Optional.of(Duration.ofMinutes(2)))),
                        Optional.of(new NodeStatus.Transfer("SST, 30 to 41", 500, 2000, 100)),
                        Optional.of("the donor left"),
                        1)),
                List.of(
                        new LinkStatus(
                                1,
                                true,
                                "ssl://10.0.0.2:4567",
                                Optional.of(peer()),
                                Optional.of("dromon/zstd"),
                                Optional.of(new LinkStatus.Compressed(100, 200)),
                                Optional.of(SINCE),
                                1000,
                                500,
                                10,
                                5),
                        new LinkStatus(
                                2,
                                false,
                                "tcp://10.0.0.3:4567",
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(SINCE),
                                30,
                                20,
                                3,
                                2),
                        new LinkStatus(
                                3,
                                true,
                                "tcp://10.0.0.9:1",
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                0,
                                0,
                                0,
                                0)),
                List.of(
                        new MeshLinkStatus(1, N2, "ssl://10.0.0.2:4567", MeshLinkState.OK, false, 0, 1, 2),
                        new MeshLinkStatus(
                                2, UUID.randomUUID(), "tcp://10.0.0.3:4567", MeshLinkState.OK, true, 0, 1, 2)),
                List.of(new RefusedPeer("PlainPeer", "10.0.0.9", "speaks plain text", 2, SINCE, SINCE.plusSeconds(1))),
                Map.of("PlainPeer", 2L, "ExpiredPeer", 1L),
                Optional.of(tls()),
                Optional.of("socket.dynamic is on: plain text is let in"),
                17,
                1700,
                Optional.of(new ApplicationCall("write-set 17", Duration.ofSeconds(9))),
                new TreeMap<>(Map.of("pc.weight", "1", "gcs.fc_limit", "16")),
                SINCE,
                Optional.of(new NodeStatus.Admin(
                        "10.0.0.1:4580",
                        "HTTPS",
                        true,
                        new TreeMap<>(Map.of("health", "open", "read", "OU ops", "change", "off")))),
                new NodeStatus.Latency(
                        new NodeStatus.Histogram(
                                List.of(1L, 2L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L),
                                20_000_000_000L),
                        NodeStatus.Latency.NONE.apply()));
    }

    /** A node of which nothing can be told that need not be. */
    private NodeStatus bare() {
        return new NodeStatus(
                "n1",
                N1,
                "tcp://10.0.0.1:4567",
                NodeState.SYNCED,
                new Health(true, Health.Word.OK, List.of()),
                group(false),
                NodeStatus.Certification.NONE,
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                Optional.empty(),
                new TreeMap<>(),
                SINCE,
                Optional.empty(),
                NodeStatus.Latency.NONE);
    }

    /** With what differs from run to run replaced by words. */
    private String settled(String text, NodeStatus status) {
        String peer = status.mesh().size() > 1 ? status.mesh().get(1).peer().toString() : "none";
        return text.replace(expiry.toString(), "EXPIRY")
                .replace(Double.toString((double) expiry.getEpochSecond()), "EXPIRY_SECONDS")
                .replace(peer, "UNKNOWN_PEER");
    }

    private static String expected(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(StatusDocumentTest.class.getResourceAsStream("/status/" + name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void isTheSameAsEver() throws IOException {
        NodeStatus status = everything();

        assertThat(settled(StatusDocument.of(status).toJson(), status))
                .isEqualToIgnoringNewLines(expected("everything.json"));
    }

    @Test
    void leavesOutWhatThereIsNot() throws IOException {
        NodeStatus status = bare();

        assertThat(settled(StatusDocument.of(status).toJson(), status))
                .isEqualToIgnoringNewLines(expected("bare.json"));
    }

    @Test
    void hasTheMetricsOfTheSameMoment() throws IOException {
        NodeStatus status = everything();

        assertThat(settled(StatusMetrics.of(status, SINCE.plusSeconds(11)), status))
                .isEqualTo(expected("everything.prometheus"));
    }
}
