package io.dromon.node.cli.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.transport.wire.PeerText;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands that a running node carries out: of this machine by its control socket, of another one by its admin listener. */
public final class ControlCommand {
    private ControlCommand() {}

    /** Asks the node of a data directory, or of a URL. */
    abstract static class Asking implements Callable<Integer> {
        @Mixin
        @SuppressWarnings("NullAway.Init") // set by picocli
        private NodeDoor door;

        /** Says how many links an answer counts, if it does. */
        static void sayRelinked(JsonNode answer) {
            if (answer.has("relinked")) {
                System.out.println(answer.path("relinked").asText() + " links were relinked");
            }
        }

        /** A text that can be read. */
        String read(String path) {
            return door.ask(client -> client.get(path)).text();
        }

        /** A document that can be read. */
        JsonNode document(String path) {
            return json(door.ask(client -> client.get(path)));
        }

        /** The answer, if the node did what it was asked to. */
        JsonNode act(String action, ObjectNode order) {
            return json(door.ask(client -> client.post(action, order, AdminClient.LONG_PATIENCE)));
        }

        JsonNode act(String action) {
            return act(action, JsonNodeFactory.instance.objectNode());
        }

        private static JsonNode json(AdminClient.Answer answer) {
            try {
                return answer.json();
            } catch (IOException e) {
                throw new CommandFailure(String.valueOf(e.getMessage()));
            }
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
                System.out.print(read("/metrics"));
                System.out.flush();
                return 0;
            }
            JsonNode status = document("/api/v1/status");
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
            System.out.println(PeerText.lines(act("reload").path("text").asText()));
            if (relink) {
                sayRelinked(act("relink"));
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
            sayRelinked(act("relink"));
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
            JsonNode answer =
                    act("rotate", JsonNodeFactory.instance.objectNode().put("step", step));
            System.out.println(PeerText.lines(answer.path("text").asText()));
            sayRelinked(answer);
            return 0;
        }
    }

    /** {@code dromon evict}. */
    @Command(
            name = "evict",
            mixinStandardHelpOptions = true,
            description =
                    "Has a running node put another member out of the group; it is not let in again until it is restarted.")
    public static final class Evict extends Asking {
        @Parameters(paramLabel = "MEMBER", description = "Its name, or its UUID.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private String member;

        @Option(names = "--dry-run", description = "Check it, and change nothing.")
        private boolean dryRun;

        @Override
        public Integer call() {
            ObjectNode order =
                    JsonNodeFactory.instance.objectNode().put("member", member).put("dryRun", dryRun);
            System.out.println(PeerText.lines(act("evict", order).path("text").asText()));
            return 0;
        }
    }

    /** {@code dromon drain}. */
    @Command(
            name = "drain",
            mixinStandardHelpOptions = true,
            description =
                    "Has a running node refuse writes, and waits for those that it took; it stays a member. See dromon"
                            + " undrain.")
    public static final class Drain extends Asking {
        @Option(names = "--dry-run", description = "Check it, and change nothing.")
        private boolean dryRun;

        @Override
        public Integer call() {
            JsonNode answer = act("drain", JsonNodeFactory.instance.objectNode().put("dryRun", dryRun));
            System.out.println(PeerText.lines(answer.path("text").asText()));
            return answer.has("begun") ? ExitCode.FAILED : 0;
        }
    }

    /** {@code dromon undrain}. */
    @Command(name = "undrain", mixinStandardHelpOptions = true, description = "Has a drained node take writes again.")
    public static final class Undrain extends Asking {
        @Override
        public Integer call() {
            System.out.println(PeerText.lines(act("undrain").path("text").asText()));
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
            int equals = assignment.indexOf('=');
            if (equals < 1) {
                throw new CommandFailure("set needs NAME=VALUE");
            }
            ObjectNode order = JsonNodeFactory.instance
                    .objectNode()
                    .put("option", assignment.substring(0, equals).strip())
                    .put("value", assignment.substring(equals + 1).strip());
            System.out.println(PeerText.lines(act("set", order).path("text").asText()));
            return 0;
        }
    }
}
