package io.dromon.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.ApplicationCall;
import io.dromon.node.Health;
import io.dromon.node.NodeState;
import io.dromon.node.NodeStatus;
import io.dromon.node.TlsStatus;
import io.dromon.node.group.GroupMember;
import io.dromon.node.group.GroupState;
import io.dromon.node.group.GroupStatus;
import io.dromon.node.group.GroupVersions;
import io.dromon.node.group.MemberStatus;
import io.dromon.transport.link.LinkStatus;
import io.dromon.transport.mesh.MeshLinkState;
import io.dromon.transport.mesh.MeshLinkStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What follows from what the parts of a node tell: whether it is ready, what somebody should look at, and why. */
@Tag("unit")
final class StatusFactsTest {
    private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");
    private static final UUID N1 = new UUID(0, 1);
    private static final UUID N2 = new UUID(0, 2);

    private GroupState groupState = GroupState.PRIMARY;
    private Duration paused = Duration.ZERO;
    private List<LinkStatus> links = List.of();
    private List<MeshLinkStatus> mesh = List.of();
    private Optional<TlsStatus> tls = Optional.empty();
    private Optional<DynamicWindow> dynamic = Optional.empty();
    private Optional<UnsavedView> unsaved = Optional.empty();
    private Optional<ApplicationCall> call = Optional.empty();

    private StatusFacts facts() {
        return new StatusFacts(
                "n1",
                "g",
                N1,
                "tcp://10.0.0.1:4567",
                NodeState.SYNCED,
                new GroupStatus(
                        groupState,
                        MemberStatus.SYNCED,
                        7,
                        new UUID(0, 9),
                        42,
                        List.of(
                                new GroupMember(N1, "n1", "", 0, MemberStatus.SYNCED, false, -1),
                                new GroupMember(N2, "n2", "", 3, MemberStatus.JOINER, false, -1)),
                        0,
                        GroupVersions.NONE,
                        40,
                        new GroupStatus.FlowControlStatus(
                                !paused.isZero(), false, 8, 16, 3, 4, 5, paused.toNanos(), List.of("n1", "n2")),
                        1000,
                        2),
                3,
                CertificationStatus.NONE,
                Optional.empty(),
                links,
                mesh,
                List.of(),
                Map.of(),
                tls,
                dynamic,
                unsaved,
                17,
                1700,
                call,
                new TreeMap<>(Map.of("pc.weight", "1")),
                NOW,
                NodeStatus.Latency.NONE);
    }

    private Health health() {
        return facts().status(NOW).health();
    }

    private void linkInPlainText(MeshLinkState state) {
        links = List.of(new LinkStatus(
                5,
                true,
                "tcp://10.0.0.2:1",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(NOW),
                0,
                0,
                0,
                0));
        mesh = List.of(new MeshLinkStatus(5, N2, "tcp://10.0.0.2:4567", state, false, 3, 0, 0));
    }

    @Test
    void isReadyInThePrimaryComponentAlone() {
        assertThat(health()).isEqualTo(new Health(true, Health.Word.OK, List.of()));

        groupState = GroupState.NON_PRIMARY;

        assertThat(health())
                .isEqualTo(
                        new Health(false, Health.Word.CRITICAL, List.of("the node is SYNCED, the group NON_PRIMARY")));
    }

    @Test
    void tellsWhatHoldsItUpFromFiveSecondsOnAndIsCriticalFromAMinuteOn() {
        paused = Duration.ofMillis(4999);
        call = Optional.of(new ApplicationCall("a view", Duration.ofMillis(4999)));
        assertThat(facts().standstills()).isEmpty();

        paused = Duration.ofSeconds(6);
        call = Optional.of(new ApplicationCall("write-set 17", Duration.ofSeconds(9)));

        assertThat(health().word()).isEqualTo(Health.Word.WARNING);
        assertThat(health().reasons())
                .containsExactly(
                        "paused for 6 s by n1, this node and n2 (flow control): no member can write",
                        "the application has not returned for 9 s from write-set 17, 17 events wait");

        paused = Duration.ofMinutes(1);

        assertThat(health().word()).isEqualTo(Health.Word.CRITICAL);
        assertThat(health().ready()).isTrue();
    }

    @Test
    void isCriticalWithAStaleViewOnDiskAndWarnsOfAMissingOne() {
        unsaved = Optional.of(new UnsavedView("was not saved", false));
        assertThat(health()).isEqualTo(new Health(true, Health.Word.WARNING, List.of("was not saved")));

        unsaved = Optional.of(new UnsavedView("can neither be replaced nor removed", true));
        assertThat(health().word()).isEqualTo(Health.Word.CRITICAL);
    }

    @Test
    void warnsWhileSocketDynamicIsOnAndIsCriticalWithPlainTextBehindItsEnd() {
        linkInPlainText(MeshLinkState.OK);
        dynamic = Optional.of(new DynamicWindow(NOW.plusSeconds(1), Duration.ofDays(1)));

        assertThat(health().word()).isEqualTo(Health.Word.WARNING);
        assertThat(facts().status(NOW).dynamicWarning().orElseThrow())
                .contains("plain text is let in until", "links in plain text: n2 at tcp://10.0.0.2:4567");
        assertThat(facts().plainLinks()).containsExactly(new DynamicEnd.Plain(5, true, "n2 at tcp://10.0.0.2:4567"));

        dynamic = Optional.of(new DynamicWindow(NOW, Duration.ofDays(1)));
        assertThat(health().word()).isEqualTo(Health.Word.CRITICAL);

        linkInPlainText(MeshLinkState.HANDSHAKE_SENT);
        assertThat(facts().plainLinks()).as("not established").isEmpty();
        assertThat(health().word()).isEqualTo(Health.Word.WARNING);
    }

    @Test
    void hasTheHealthOfItsCertificatesAndTheFilesThatWereRefused() {
        tls = Optional.of(new TlsStatus(
                "JDK",
                1,
                NOW,
                "CN=n1",
                "1",
                "ab",
                "cd",
                List.of("CN=ca"),
                NOW,
                List.of(),
                Health.Word.EXPIRED,
                List.of("it has expired"),
                Optional.of("no key")));

        assertThat(health())
                .isEqualTo(new Health(
                        true,
                        Health.Word.EXPIRED,
                        List.of("it has expired", "the files on disk are not used: no key")));
    }

    @Test
    void tellsTheGroupInTheWordsOfThePublicApi() {
        NodeStatus.Group group = facts().status(NOW).group();

        assertThat(group.name()).isEqualTo("g");
        assertThat(group.primary()).isTrue();
        assertThat(group.members())
                .extracting(member -> member.name() + " " + member.segment() + " " + member.state())
                .containsExactly("n1 0 SYNCED", "n2 3 JOINER");
        assertThat(group.memberName(N2)).contains("n2");
        assertThat(group.weight()).isEqualTo(3);
        assertThat(facts().status(NOW).options()).containsExactly(Map.entry("pc.weight", "1"));
    }
}
