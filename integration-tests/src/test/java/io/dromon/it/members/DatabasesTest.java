package io.dromon.it.members;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.MariaDb;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Data nodes of Dromon and real databases in one group: the one that came to the others goes, before anything breaks. */
@Tag("peers")
@Timeout(240)
final class DatabasesTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    @Test
    void aDataNodeLeavesDatabasesBeforeOneOfThemCanChooseItAsDonor() {
        MariaDb.Template template =
                MariaDb.Template.create(directory, "CREATE DATABASE d; CREATE TABLE d.t (a INT PRIMARY KEY);");
        try (MariaDb first = template.server(directory, "first").bootstrap().start();
                DromonNode node =
                        DromonNode.in(directory, "node").peers(first.hostPort()).startPipe()) {
            int code = node.process().awaitExit(LIMIT);

            assertThat(code).isEqualTo(1);
            assertThat(node.process().log().lines())
                    .anyMatch(line ->
                            line.contains("a database is a member (first)") && line.contains("'dromon arbitrator'"))
                    .noneMatch(line -> line.contains(": state ") && !line.endsWith(": state CLOSED"));
            await().atMost(LIMIT)
                    .untilAsserted(() ->
                            assertThat(first.statusNumber("wsrep_cluster_size")).isEqualTo(1));
            assertThat(first.status("wsrep_local_state_comment")).isEqualTo("Synced");
            first.execute("INSERT INTO d.t VALUES (1)");
            try (MariaDb second = template.server(directory, "second")
                    .peers(first.hostPort())
                    .withoutState()
                    .launch()) {
                first.process().awaitLog("Selected \\d\\.\\d \\(first\\)\\(SYNCED\\) as donor", LIMIT);
                assertThat(second.process().isAlive()).isTrue();
            }
        }
    }

    @Test
    void aDatabaseThatComesToDataNodesEndsAndTheyGoOn() {
        MariaDb.Template template =
                MariaDb.Template.create(directory, "CREATE DATABASE d; CREATE TABLE d.t (a INT PRIMARY KEY);");
        try (DromonNode a = DromonNode.in(directory, "a").startPipe()) {
            a.awaitSynced(LIMIT);
            try (DromonNode b =
                    DromonNode.in(directory, "b").peers(a.hostPort()).startPipe()) {
                b.awaitSynced(LIMIT);
                try (MariaDb database = template.server(directory, "db")
                        .peers(a.hostPort(), b.hostPort())
                        .withoutState()
                        .launch()) {
                    a.process().awaitLog("a database is a member \\(db\\).*it cannot read their write-sets", LIMIT);
                    database.process().awaitExit(LIMIT);

                    int mark = a.process().output().lines().size();
                    a.process().write("after\n");
                    b.process().awaitOutput("\tafter$", 0, LIMIT);
                    a.process().awaitOutput("\tafter$", mark, LIMIT);
                    a.awaitPrimary(2, 0, LIMIT);
                    // One request: that of the second data node, when it came in.
                    assertThat(a.process().log().lines())
                            .filteredOn(line -> line.contains("is asked for its state"))
                            .hasSize(1);
                    assertThat(b.process().log().lines()).noneMatch(line -> line.contains("is asked for its state"));
                    for (DromonNode node : new DromonNode[] {a, b}) {
                        assertThat(node.process().log().lines()).noneMatch(line -> line.contains("stopped:"));
                    }
                    assertThat(database.process().log().lines())
                            .anyMatch(line -> line.contains("ERROR") || line.contains("FATAL"));
                }
            }
        }
    }
}
