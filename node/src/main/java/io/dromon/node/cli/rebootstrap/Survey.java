package io.dromon.node.cli.rebootstrap;

import io.dromon.node.admin.client.AdminSessions;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.rebootstrap.PlanFiles;
import io.dromon.node.rebootstrap.core.Answer;
import io.dromon.node.rebootstrap.core.NodeFacts;
import io.dromon.node.rebootstrap.core.NodeRequest;
import io.dromon.node.rebootstrap.core.PlannedNode;
import io.dromon.node.rebootstrap.core.RebootstrapPlan;
import io.dromon.node.rebootstrap.core.RequestId;
import io.dromon.node.rebootstrap.wire.RebootstrapText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes a plan of addresses: asks each node for its name and its cluster. */
final class Survey {
    private final NodeWays ways;
    private final AdminSessions sessions;
    private final UUID procedure = UUID.randomUUID();

    Survey(NodeWays ways, AdminSessions sessions) {
        this.ways = ways;
        this.sessions = sessions;
    }

    /**
     * The plan.
     *
     * @param options with the names of files in {@code files}
     * @throws CommandFailure with everything that stands against it
     */
    RebootstrapPlan plan(List<String> addresses, Map<String, String> options, @Nullable Path files) {
        List<String> problems = new ArrayList<>();
        List<PlannedNode> nodes = new ArrayList<>();
        Set<String> clusters = new TreeSet<>();
        for (String address : addresses) {
            try {
                NodeFacts facts = facts(address);
                clusters.add(facts.cluster());
                nodes.add(new PlannedNode(
                        facts.name(), address, files == null ? Map.of() : PlanFiles.in(files, facts.name(), options)));
            } catch (IOException | IllegalArgumentException e) {
                problems.add(address + ": " + e.getMessage());
            }
        }
        if (clusters.size() > 1) {
            problems.add("the nodes are of several clusters, " + clusters + "; name those of one");
        }
        if (!problems.isEmpty()) {
            throw new CommandFailure(String.join("\n", problems));
        }
        Map<String, String> everywhere = files == null ? options : PlanFiles.without(options);
        return new RebootstrapPlan(procedure, clusters.iterator().next(), everywhere, nodes);
    }

    private NodeFacts facts(String address) throws IOException {
        PlannedNode unnamed = new PlannedNode("?", address, Map.of());
        NodeRequest request =
                new NodeRequest(new RequestId(0, procedure, 0), procedure, unnamed.name(), new NodeRequest.Inspect());
        try (NodeDialogue dialogue = new NodeDialogue(ways.to(unnamed), sessions)) {
            Answer answer = HttpNodes.answer(dialogue, RebootstrapText.write(request, Map.of()));
            if (answer instanceof Answer.Done done) {
                return done.facts();
            }
            throw new IOException(
                    answer instanceof Answer.Refused refused
                            ? refused.text()
                            : "it does not tell who it is; ask again in a while");
        }
    }
}
