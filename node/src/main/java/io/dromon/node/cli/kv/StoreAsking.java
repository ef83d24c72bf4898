package io.dromon.node.cli.kv;

import com.fasterxml.jackson.databind.JsonNode;
import io.dromon.node.admin.api.Content;
import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.cli.control.NodeDoor;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.ExitCode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that asks the store of a node, and ends with a code that says how far its word goes. */
abstract class StoreAsking implements Callable<Integer> {
    /** A causal read waits for the order, a write for it and for disks; the node ends both before. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private NodeDoor door;

    @Option(
            names = "--consistency",
            paramLabel = "LEVEL",
            description = "How fresh what is read must be: eventual (default; what this node has), before (all that was"
                    + " committed anywhere before), after=SEQNO.")
    private @Nullable String consistency;

    @Option(
            names = "--durability",
            paramLabel = "LEVEL",
            description =
                    "When a write is done: ordered, local (synced here), majority; as the node has it if not given.")
    private @Nullable String durability;

    /** What was read. */
    final AdminClient.Answer read(String path) {
        return send(new AdminClient.Request("GET", path, terms(Map.of()), "", Content.NONE));
    }

    /** What came of a write. */
    final AdminClient.Answer write(
            String method, String path, Map<String, String> headers, String mediaType, Content body) {
        return send(new AdminClient.Request(method, path, terms(headers), mediaType, body));
    }

    private Map<String, String> terms(Map<String, String> headers) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        if (consistency != null) {
            all.put("Dromon-Consistency", consistency);
        }
        if (durability != null) {
            all.put("Dromon-Durability", durability);
        }
        return all;
    }

    private AdminClient.Answer send(AdminClient.Request request) {
        boolean writes = !request.method().equals("GET");
        try {
            AdminClient.Answer answer = door.answer(client -> client.send(request, PATIENCE));
            if (!answer.isDone()) {
                throw new CommandFailure(answer.problem(), code(answer));
            }
            return answer;
        } catch (AdminClient.NoAnswer e) {
            throw new CommandFailure(
                    e.getMessage() + (writes ? ". It may have been written: read it, with --consistency before" : ""),
                    writes ? ExitCode.OUTCOME_UNKNOWN : ExitCode.FAILED);
        } catch (IOException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }

    private static int code(AdminClient.Answer answer) {
        if (answer.headers().getOrDefault("dromon-outcome", "").equals("unknown")) {
            return ExitCode.OUTCOME_UNKNOWN;
        }
        // Without a position the path is unknown: a node without a store.
        boolean noKey = answer.status() == 404 && answer.headers().containsKey("dromon-position");
        return noKey ? ExitCode.NO_SUCH_KEY : answer.status() == 412 ? ExitCode.CONDITION_NOT_MET : ExitCode.FAILED;
    }

    static JsonNode document(AdminClient.Answer answer) {
        try {
            return answer.json();
        } catch (IOException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }

    static String position(AdminClient.Answer answer) {
        return answer.headers().getOrDefault("dromon-position", "");
    }

    static String query(Map<String, String> parameters) {
        return new TreeMap<>(parameters)
                .entrySet().stream()
                        .filter(parameter -> !parameter.getValue().isEmpty())
                        .map(parameter -> parameter.getKey() + "="
                                + URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&"));
    }
}
