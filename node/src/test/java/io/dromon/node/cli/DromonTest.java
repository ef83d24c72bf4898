package io.dromon.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.cli.member.NodeCommand;
import io.dromon.node.cli.process.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What the executable says to those who mistype: one line with what to do, and never a stack trace. */
@Tag("sockets")
@Timeout(60)
final class DromonTest {
    private static final int USAGE = 2;

    @TempDir
    Path directory;

    private final StringWriter errors = new StringWriter();

    private int run(String... arguments) {
        return Dromon.commandLine()
                .setErr(new PrintWriter(errors, true))
                .setOut(new PrintWriter(new StringWriter(), true))
                .execute(arguments);
    }

    private void assertFails(String expected, String... arguments) {
        assertThat(run(arguments)).as(errors.toString()).isEqualTo(ExitCode.FAILED);
        assertThat(errors.toString()).startsWith("dromon: ").contains(expected).doesNotContain("\tat ", "Exception");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    demo --nodes 1                                      | --nodes is from 3 to 16, not 1
                    demo --seconds 0                                    | --seconds is at least 1
                    demo --input /no/such/text                          | --input: /no/such/text does not exist
                    demo --input /                                      | --input: / is a directory
                    demo --input /dev/null                              | --input: /dev/null has no line
                    arbitrator                                          | no address of the group is given
                    arbitrator gcomm://h                                | no name of the group is given
                    arbitrator --cfg /no/such/file                      | /no/such/file does not exist
                    arbitrator --cfg /                                  | / is a directory, not a file
                    arbitrator --daemon                                 | no address of the group is given
                    arbitrator --daemon -w /no/such gcomm://h -g g      | --daemon: cannot start a process in /no/such
                    arbitrator --sst ../x gcomm://h -g g                | node.snapshot_request: '../x' is refused
                    arbitrator --log /no/such/log -a gcomm://h -g g     | --log: cannot write to /no/such/log
                    bench replication --nodes 0                         | --nodes is from 1 to 64, not 0
                    bench replication --writers -1                      | --writers is from 1 to 4096, not -1
                    bench replication --size 3                          | --size is from 4 to 67108864, not 3
                    bench replication -o evs.send_windw=3               | did you mean evs.send_window?
                    bench replication --versus evs.send_windw=3         | did you mean evs.send_window?
                    node --group g                                      | wsrep_cluster_address: is not set
                    node --config /no/such/file                         | /no/such/file does not exist
                    tunnel /                                            | /: Is a directory
                    options evs.send_windw                              | did you mean evs.send_window?
                    options tls.valid                                   | did you mean tls.valid_ous, tls.valid_cns, tls.valid_sans
                    options gcs.fc                                      | did you mean gcs.fc_limit, gcs.fc_factor
                    node -a gcomm:// -o node.send_queue_bytes=65536     | '65536' is refused (must be at least 1M
                    """)
    void saysInOneLineWhatIsWrong(String line, String expected) {
        assertFails(expected, line.split(" +"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    node --grup g     | Unknown options: '--grup'; solutions: --group; try: dromon node --help
                    pki isue n1       | 'isue', 'n1'; Did you mean: pki issue?; try: dromon pki --help
                    sst receive       | Missing required option: '--target=DIR'; try: dromon sst receive --help
                    """)
    void answersToACommandLineThatCannotBeReadInAFewLines(String line, String expected) {
        assertThat(run(line.split(" +"))).isEqualTo(USAGE);

        assertThat(errors.toString()).startsWith("dromon: ").contains(expected.split("; "));
        assertThat(errors.toString().lines()).hasSizeLessThanOrEqualTo(4).noneMatch(text -> text.contains("Usage:"));
    }

    @Test
    void saysInTheLogWhyAServiceFailedWhereThatIsJson() {
        System.setProperty("DROMON_LOG_FORMAT", "json");
        try {
            assertThat(run("node", "--config", "/no/such/file")).isEqualTo(ExitCode.FAILED);
            assertThat(errors.toString()).as("a line that is no JSON").isEmpty();
            assertThat(run("options", "nosuch")).isEqualTo(ExitCode.FAILED);
            assertThat(errors.toString()).as("to a person").startsWith("dromon: ");
        } finally {
            System.clearProperty("DROMON_LOG_FORMAT");
        }
    }

    /** The first line of a description stands in the list of commands. */
    @Test
    void describesEachCommandByASentence() {
        for (CommandLine command : commands(Dromon.commandLine())) {
            String[] description = command.getCommandSpec().usageMessage().description();
            if (!command.getCommandSpec().usageMessage().hidden()) {
                assertThat(description[0])
                        .as(command.getCommandSpec().qualifiedName())
                        .endsWith(".");
            }
        }
    }

    private static List<CommandLine> commands(CommandLine root) {
        List<CommandLine> all = new ArrayList<>(List.of(root));
        root.getSubcommands().values().forEach(command -> all.addAll(commands(command)));
        return all;
    }

    @Test
    void takesTheFlagsOfGarbd() {
        assertThat(run("arbitrator", "-v")).isZero();
        assertThat(run("arbitrator", "-h")).isZero();
        assertThat(run("arbitrator", "--addr", "gcomm://h", "--gro=g", "--slog=x"))
                .as("beginnings of the first two")
                .isEqualTo(USAGE);
        assertThat(errors.toString()).startsWith("dromon: Unknown option: '--slog=x'");
        errors.getBuffer().setLength(0);
        assertThat(run("arbitrator", "gcomm://h", "-a", "gcomm://i", "-g", "g")).isEqualTo(USAGE);
        assertThat(errors.toString()).startsWith("dromon: the address can be given once, by --address or without it");
        assertThat(run("arbitrator", "gcomm://h", "gcomm://i", "-g", "g")).isEqualTo(USAGE);
    }

    @Test
    void makesANewClusterWhateverTheAddressesAre() {
        NodeCommand.NodeFlags flags = new NodeCommand.NodeFlags();
        new CommandLine(flags).parseArgs("-a", "gcomm://127.0.0.1:1", "-g", "g", "--new-cluster");

        assertThat(flags.config().bootstrap()).isTrue();
        assertThat(flags.config().peers()).hasSize(1);
    }

    @Test
    void refusesANameThatWouldBreakLines() {
        assertFails("it has a control character", "node", "-a", "gcomm://", "-g", "g", "-n", "a\tb");
    }

    @Test
    void saysOnceWhatIsWrongWithTheGroup() {
        assertFails("wsrep_cluster_name: '' is refused", "node", "-a", "gcomm://", "-g", "");

        assertThat(errors.toString()).doesNotContain("gmcast.group");
    }

    @Test
    void readsTheArbitratorsFileAndNamesEachProblemWithItsLine() throws IOException {
        Path file = Files.write(
                directory.resolve("garb.cnf"),
                List.of("# garbd", "adress = gcomm://h", "group = \"g\"", "sst = x", "log"));

        assertFails(
                file + ":2: unknown name 'adress'; known are address, group", "arbitrator", "--cfg", file.toString());
    }

    @ParameterizedTest
    @CsvSource({"''", "nonsense", "node --bogus", "demo --nodes many", "set", "bench", "options --format xml"})
    void explainsTheUsageOfWhatCannotBeRead(String line) {
        int code = line.isEmpty() ? run() : run(line.split(" "));

        assertThat(code).isEqualTo(USAGE);
        assertThat(errors.toString()).isNotBlank().doesNotContain("\tat ");
    }

    @Test
    void describesEveryCommandAndItsFlags() {
        Dromon.commandLine().getSubcommands().forEach((name, command) -> {
            CommandLine.Model.UsageMessageSpec usage = command.getCommandSpec().usageMessage();
            assertThat(usage.description()).as(name).isNotEmpty();
            if (!usage.hidden()) {
                assertThat(command.getCommandSpec().options())
                        .as(name)
                        .allMatch(option -> option.hidden() || option.description().length > 0);
            }
        });
    }
}
