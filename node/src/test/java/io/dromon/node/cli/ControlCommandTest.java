package io.dromon.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dromon.config.NodeConfig;
import io.dromon.node.Node;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the commands for a running node print. */
@Timeout(60)
final class ControlCommandTest {
    @TempDir
    Path directory;

    private final StringWriter errors = new StringWriter();

    @Test
    void showsAndChangesARunningNode() {
        NodeConfig config = NodeConfig.builder()
                .group("g")
                .name("a")
                .address("gcomm://")
                .listen("tcp://127.0.0.1:0")
                .dataDir(directory)
                .build();
        try (Node node = Node.join(config, delivery -> {})) {
            String status = run(0, "status");
            assertThat(status)
                    .contains("group g is PRIMARY", "members     1: a (SYNCED)", "off: PLAIN TEXT")
                    .contains(node.uuid().toString());
            assertThat(run(0, "status", "--json")).contains("\"linkSummary\" : \"0 of 0 links TLS 1.3\"");
            assertThat(run(0, "set", "evs.send_window=8")).contains("evs.send_window is set");
            assertThat(run(0, "relink")).contains("0 links were made anew");

            run(Dromon.FAILED, "set", "gmcast.segment=3");
            run(Dromon.FAILED, "reload");
            run(Dromon.FAILED, "rotate", "present-new");

            assertThat(errors.toString())
                    .contains("gmcast.segment: cannot be changed while the node runs")
                    .contains("this node runs in plain text");
        }
    }

    @Test
    void saysThatNoNodeRunsThere() {
        run(Dromon.FAILED, "status");

        assertThat(errors.toString()).contains("no node runs in " + directory, "--data-dir");
    }

    @Test
    void printsLinksAndWarningsAsATable() throws Exception {
        String json = """
                {"name":"a","uuid":"u","listenAddress":"ssl://h:1","state":"SYNCED","linkSummary":"1 of 1 links TLS 1.3",
                 "group":{"name":"g","state":"PRIMARY","configuration":2,"seqno":7,"weight":2,
                          "members":[{"name":"a","state":"SYNCED"},{"name":"b","state":"SYNCED","arbitrator":true}]},
                 "tls":{"enabled":true,"provider":"BoringSSL","generation":3,"loaded":"2026-11-21T00:00:00Z",
                        "subject":"CN=a","serial":"1","notAfter":"2020-01-01T00:00:00Z","trustFingerprint":"abcd",
                        "trusted":["CN=ca"],"warnings":["the certificate has EXPIRED"],"refusedReload":"no key"},
                 "links":[{"peerName":"b","peerAddress":"ssl://h:2","state":"OK","mode":"TLS","protocol":"TLSv1.3",
                           "cipher":"TLS_AES_128_GCM_SHA256","subject":"CN=b","serial":"2","generation":3,
                           "notAfter":"2020-01-01T00:00:00Z","bytesIn":5,"bytesOut":6}],
                 "refused":[{"kind":"PlainPeer","address":"10.0.0.9","message":"speaks plain text","count":4,
                             "lastSeen":"2026-11-21T00:00:00Z"}]}
                """;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        StatusTable.print(new ObjectMapper().readTree(json), new PrintStream(bytes, true, StandardCharsets.UTF_8));

        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .contains("b (SYNCED, arbitrator)", "generation 3 since", "fingerprint abcd")
                .contains("WARNING     the certificate has EXPIRED", "the files on disk are not used: no key")
                .containsPattern("b +ssl://h:2 +OK +TLSv1.3 +TLS_AES_128_GCM_SHA256 +- +CN=b +2 +2020.* EXPIRED")
                .contains("PlainPeer  4 times  speaks plain text");
    }

    private String run(int expected, String... arguments) {
        String[] all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--data-dir";
        all[arguments.length + 1] = directory.toString();
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            CommandLine command = Dromon.commandLine().setErr(new PrintWriter(errors, true));
            assertThat(command.execute(all)).as("%s", String.join(" ", all)).isEqualTo(expected);
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
