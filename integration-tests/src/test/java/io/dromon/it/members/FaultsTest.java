package io.dromon.it.members;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.Garbd;
import io.dromon.it.peers.MariaDb;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.TlsFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members that hang, return or restart, Dromon's and real ones, over TLS. */
@Tag("peers")
@Timeout(240)
final class FaultsTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String SHORT =
            "evs.keepalive_period=PT0.5S;evs.inactive_check_period=PT0.25S;evs.suspect_timeout=PT2S;evs.inactive_timeout=PT5S";

    @TempDir
    Path directory;

    private TlsFiles files;

    @BeforeEach
    void makeTheSharedPair() {
        files = new OpenSsl(directory).sharedPair();
    }

    @Test
    void aGarbdThatHangsIsPutOutAndTakenBack() throws Exception {
        try (DromonNode a = node("a");
                DromonNode b = node("b", a);
                Garbd garbd = Garbd.in(Files.createDirectory(directory.resolve("garbd")))
                        .tls(files)
                        .options(SHORT)
                        .peers(a.hostPort(), b.hostPort())
                        .start()) {
            garbd.awaitSynced(LIMIT);
            awaitSize(3, a, b);

            List<Integer> marks = marks(a, b);
            garbd.process().signal("STOP");
            awaitSizeSince(marks, 2, a, b);
            write(a, "while garbd hangs", a, b);
            marks = marks(a, b);
            int mark = garbd.process().log().size();
            garbd.process().signal("CONT");

            awaitSizeSince(marks, 3, a, b);
            garbd.awaitPrimary(3, mark, LIMIT);
            write(b, "when garbd is back", a, b);
            assertThat(garbd.process().isAlive()).isTrue();
        }
    }

    @Test
    void aNodeThatHangsIsPutOutAndComesBackToAnEqualOrder() throws Exception {
        try (DromonNode a = node("a");
                DromonNode b = node("b", a);
                DromonNode c = node("c", a, b)) {
            awaitSize(3, a, b, c);
            write(a, "before", a, b, c);

            List<Integer> marks = marks(a, b);
            c.process().signal("STOP");
            awaitSizeSince(marks, 2, a, b);
            write(a, "meanwhile", a, b);
            marks = marks(a, b, c);
            c.process().signal("CONT");

            awaitSizeSince(marks, 3, a, b, c);
            write(b, "after", a, b, c);
            List<String> all = a.process().output().lines();
            assertThat(b.process().output().lines()).isEqualTo(all);
            assertThat(c.process().output().lines()).isSubsetOf(all);
        }
    }

    @Test
    void aKilledNodeThatIsStartedAgainInItsDirectoryIsAMemberAgain() throws Exception {
        try (DromonNode a = node("a");
                DromonNode b = node("b", a);
                DromonNode first = node("c", a, b)) {
            awaitSize(3, a, b, first);
            List<Integer> marks = marks(a, b);
            first.process().kill();
            awaitSizeSince(marks, 2, a, b);

            marks = marks(a, b);
            try (DromonNode second = node("c", a, b)) {
                second.awaitSynced(LIMIT);
                awaitSizeSince(marks, 3, a, b);
                write(second, "from the second life", a, b, second);
            }
        }
    }

    @Test
    void allNodesKilledComeBackToOnePrimaryComponentByTheirSavedView() throws Exception {
        DromonNode a = node("a");
        DromonNode b = node("b", a);
        DromonNode c = node("c", a, b);
        try (a;
                b;
                c) {
            awaitSize(3, a, b, c);
        }
        // none bootstraps: each dials the others, and the saved views prove that all are there
        DromonNode a2 = restarted("a", a, b, c);
        DromonNode b2 = restarted("b", b, a, c);
        DromonNode c2 = restarted("c", c, a, b);
        try (a2;
                b2;
                c2) {
            for (DromonNode node : List.of(a2, b2, c2)) {
                node.awaitPrimary(3, 0, LIMIT);
            }
        }
    }

    @Test
    void aMariadbThatHangsIsPutOutAndTakenBackBesideTheArbitrator() throws Exception {
        MariaDb.Template template =
                MariaDb.Template.create(directory, "CREATE DATABASE d; CREATE TABLE d.t (a INT PRIMARY KEY);");
        try (MariaDb first = template.server(directory, "first")
                        .tls(files)
                        .options(SHORT)
                        .bootstrap()
                        .start();
                MariaDb second = template.server(directory, "second")
                        .tls(files)
                        .options(SHORT)
                        .peers(first.hostPort())
                        .start();
                DromonNode arbitrator = DromonNode.in(directory, "arbitrator")
                        .tls(files)
                        .options(SHORT)
                        .peers(first.hostPort(), second.hostPort())
                        .startArbitrator()) {
            arbitrator.awaitSynced(LIMIT);

            second.process().signal("STOP");
            await().atMost(LIMIT)
                    .untilAsserted(() ->
                            assertThat(first.statusNumber("wsrep_cluster_size")).isEqualTo(2));
            first.execute("INSERT INTO d.t VALUES (1), (2), (3)");
            second.process().signal("CONT");

            await().atMost(LIMIT).untilAsserted(() -> {
                assertThat(first.statusNumber("wsrep_cluster_size")).isEqualTo(3);
                assertThat(second.status("wsrep_local_state_comment")).isEqualTo("Synced");
            });
            assertThat(second.execute("SELECT COUNT(*) FROM d.t")).isEqualTo("3");
            assertThat(arbitrator.process().isAlive()).isTrue();
        }
    }

    private DromonNode node(String name, DromonNode... peers) {
        String[] addresses = new String[peers.length];
        for (int i = 0; i < peers.length; i++) {
            peers[i].awaitPrimary(i + 1, 0, LIMIT);
            addresses[i] = peers[i].hostPort();
        }
        return DromonNode.in(directory, name)
                .tls(files)
                .options(SHORT)
                .peers(addresses)
                .startPipe();
    }

    private DromonNode restarted(String name, DromonNode own, DromonNode... others) {
        return DromonNode.in(directory, name)
                .tls(files)
                .options(SHORT)
                .port(own.port())
                .peers(others[0].hostPort(), others[1].hostPort())
                .startPipe();
    }

    private static void awaitSize(int members, DromonNode... nodes) {
        for (DromonNode node : nodes) {
            node.awaitPrimary(members, 0, LIMIT);
            node.awaitSynced(LIMIT);
        }
    }

    private static List<Integer> marks(DromonNode... nodes) {
        return List.of(nodes).stream().map(node -> node.process().log().size()).toList();
    }

    private static void awaitSizeSince(List<Integer> marks, int members, DromonNode... nodes) {
        for (int i = 0; i < nodes.length; i++) {
            nodes[i].awaitPrimary(members, marks.get(i), LIMIT);
        }
    }

    private static void write(DromonNode writer, String text, DromonNode... readers) {
        writer.process().write(text + "\n");
        for (DromonNode reader : readers) {
            reader.process().awaitOutput("\t" + text + "$", 0, LIMIT);
        }
    }
}
