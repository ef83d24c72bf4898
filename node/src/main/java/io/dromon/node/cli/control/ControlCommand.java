package io.dromon.node.cli.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.dromon.node.admin.local.ControlClient;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.transport.wire.PeerText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands that a running node on this machine carries out. */
public final class ControlCommand {
    /** A node gives relinking 300 s. */
    private static final Duration RELINK_PATIENCE = Duration.ofSeconds(310);

    private ControlCommand() {}

    /** Asks the node of a data directory. */
    abstract static class Asking implements Callable<Integer> {
        @Option(
                names = "--data-dir",
                paramLabel = "DIR",
                defaultValue = ".",
                description = "Data directory of the node, the current directory if not given.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path dataDirectory;

        /** Says how many links an answer counts, if it does. */
        static void sayRelinked(JsonNode answer) {
            if (answer.has("relinked")) {
                System.out.println(answer.path("relinked").asText() + " links were relinked");
            }
        }

        /** The answer, if the node did what it was asked to. */
        JsonNode ask(String request) {
            return ask(request, ControlClient.PATIENCE);
        }

        JsonNode ask(String request, Duration patience) {
            JsonNode answer;
            try {
                answer = ControlClient.ask(dataDirectory, request, patience);
            } catch (IOException e) {
                throw new CommandFailure(String.valueOf(e.getMessage()));
            }
            if (!answer.path("ok").asBoolean()) {
                throw new CommandFailure(answer.path("error").asText());
            }
            return answer;
        }
    }

    /** {@code dromon status}. */
    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description =
                    "Shows a running node: its group, its links with TLS and identity of each peer, its certificate,"
                            + " refused peers.")
    public static final class Status extends Asking {
        /** How the answer is printed. */
        enum Format {
            TABLE,
            JSON,
            PROMETHEUS
        }

        @Option(names = "--json", description = "The status document as JSON; the same as --format json.")
        private boolean json;

        @Option(names = "--format", description = "table (default), json or prometheus (metrics in its text format).")
        private Format format = Format.TABLE;

        @Option(
                names = "--health",
                description =
                        "One line, for load balancers and monitoring: exit code 0 if the node is ready (synced, in"
                                + " the primary component), 1 if it is not or does not answer. The state of certificates is told,"
                                + " but does not change the code.")
        private boolean health;

        @Override
        public Integer call() {
            if (!json && !health && format == Format.PROMETHEUS) {
                System.out.print(ask("metrics").path("text").asText());
                System.out.flush();
                return 0;
            }
            JsonNode status = ask("status").path("status");
            int code = 0;
            if (health) {
                System.out.println(PeerText.lines(StatusTable.health(status)));
                code = status.path("health").path("ready").asBoolean() ? 0 : ExitCode.FAILED;
            } else if (json || format == Format.JSON) {
                System.out.println(PeerText.json(status.toPrettyString()));
            } else {
                StatusTable.print(status, System.out);
            }
            System.out.flush();
            return code;
        }
    }

    /** {@code dromon reload}. */
    @Command(
            name = "reload",
            mixinStandardHelpOptions = true,
            description =
                    "Lets a running node read certificate, key and CA files again. Open links stay as they are, with"
                            + " --relink they are relinked, one at a time.")
    public static final class Reload extends Asking {
        @Option(names = "--relink", description = "Relink all links afterwards.")
        private boolean relink;

        @Override
        public Integer call() {
            System.out.println(PeerText.lines(ask("reload").path("text").asText()));
            if (relink) {
                sayRelinked(ask("relink", RELINK_PATIENCE));
            }
            return 0;
        }
    }

    /** {@code dromon relink}. */
    @Command(
            name = "relink",
            mixinStandardHelpOptions = true,
            description = "Lets a running node relink all its links, one at a time, without a view change.")
    public static final class Relink extends Asking {
        @Override
        public Integer call() {
            sayRelinked(ask("relink", RELINK_PATIENCE));
            return 0;
        }
    }

    /** {@code dromon rotate}. */
    @Command(
            name = "rotate",
            mixinStandardHelpOptions = true,
            description = {
                "A step of replacing the certification authority of a running cluster.",
                "Stage the new files beside the current ones, with .next behind their names, and do each step on all nodes"
                        + " before the next:",
                "  trust-both   the file of socket.ssl_ca.next holds the old and the new authority",
                "  present-new  socket.ssl_cert.next and socket.ssl_key.next are of the new authority; links are relinked",
                "  drop-old     the file of socket.ssl_ca.next holds the new authority alone",
                "A step is refused, with the reason, while a member of the group is not ready for it."
            })
    public static final class Rotate extends Asking {
        @Parameters(paramLabel = "trust-both|present-new|drop-old")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private String step;

        @Override
        public Integer call() {
            JsonNode answer = ask("rotate " + step, RELINK_PATIENCE);
            System.out.println(PeerText.lines(answer.path("text").asText()));
            sayRelinked(answer);
            return 0;
        }
    }

    /** {@code dromon set}. */
    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = "Changes an option of a running node; see dromon options for those that can be changed.")
    public static final class Set extends Asking {
        @Parameters(paramLabel = "NAME=VALUE")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private String assignment;

        @Override
        public Integer call() {
            System.out.println(
                    PeerText.lines(ask("set " + assignment).path("text").asText()));
            return 0;
        }
    }
}
