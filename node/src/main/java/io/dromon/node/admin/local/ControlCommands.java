package io.dromon.node.admin.local;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.config.ConfigException;
import io.dromon.node.NodeException;
import io.dromon.node.admin.AdminOperations;
import io.dromon.node.admin.StatusDocument;
import io.dromon.node.admin.StatusMetrics;
import io.dromon.node.credentials.CaRotation;
import io.dromon.transport.wire.PeerText;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The commands of a node's control socket. */
final class ControlCommands implements ControlServer.Commands {
    private static final Logger LOG = LoggerFactory.getLogger(ControlCommands.class);
    private static final int RELINK_SECONDS = 300;

    private static final Set<String> READING = Set.of("status", "metrics");

    private final AdminOperations node;
    private final String name;

    /** @param name of the node, for the log */
    ControlCommands(AdminOperations node, String name) {
        this.node = node;
        this.name = name;
    }

    @Override
    public ObjectNode execute(String command, String argument, String user) {
        ObjectNode answer = answer(command, argument);
        if (!READING.contains(command)) {
            boolean done = answer.path("ok").asBoolean();
            LOG.info(
                    "{}: {} on the control socket: {} {}: {}",
                    name,
                    user,
                    PeerText.printable(command),
                    PeerText.printable(argument),
                    done
                            ? "done"
                            : "refused, " + PeerText.lines(answer.path("error").asText()));
        }
        return answer;
    }

    private ObjectNode answer(String command, String argument) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        try {
            answer.put("ok", true);
            switch (command) {
                case "status" ->
                    answer.set("status", StatusDocument.of(node.status()).toTree());
                case "metrics" -> answer.put("text", StatusMetrics.of(node.status()));
                case "reload" -> answer.put("text", node.reload());
                case "relink" -> answer.put("relinked", relink());
                case "rotate" -> rotate(argument, answer);
                case "set" -> set(argument, answer);
                default ->
                    fail(
                            answer,
                            "unknown command; known are status, reload, relink, rotate STEP, set NAME=VALUE, metrics");
            }
        } catch (NodeException | ConfigException e) {
            fail(answer, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("control socket: {} failed", command, e);
            fail(answer, "failed: " + e.getClass().getSimpleName() + "; see the log of the node");
        }
        return answer;
    }

    private static void fail(ObjectNode answer, String message) {
        answer.put("ok", false).put("error", message);
    }

    private int relink() {
        try {
            return node.relink().get(RELINK_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof NodeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new NodeException(
                    NodeException.Reason.BUSY, "not done after " + RELINK_SECONDS + " s; see dromon status", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException(NodeException.Reason.CLOSED, "interrupted while relinking", e);
        }
    }

    private void rotate(String word, ObjectNode answer) {
        CaRotation.Step step = CaRotation.Step.of(word).orElse(null);
        if (step == null) {
            fail(answer, "rotate needs a step: trust-both, present-new or drop-old");
            return;
        }
        answer.put("text", node.rotate(step));
        if (step == CaRotation.Step.PRESENT_NEW) {
            answer.put("relinked", relink());
        }
    }

    private void set(String argument, ObjectNode answer) {
        int equals = argument.indexOf('=');
        if (equals < 1) {
            fail(answer, "set needs NAME=VALUE");
            return;
        }
        String option = argument.substring(0, equals).strip();
        node.set(option, argument.substring(equals + 1).strip());
        answer.put("text", option + " is set");
    }
}
