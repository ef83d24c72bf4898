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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes a plan of addresses: asks each node for its name and its cluster, but for those that are given up. */
final class Survey {
    private final NodeWays ways;
    private final AdminSessions sessions;
    private final UUID procedure = UUID.randomUUID();

    Survey(NodeWays ways, AdminSessions sessions) {
        this.ways = ways;
        this.sessions = sessions;
    }

    /**
     * A node as {@code --cluster} has it.
     *
     * @param name empty if it is the node that tells it
     */
    record Addressed(String name, String address) {
        private static final Pattern NAMED = Pattern.compile("([^=/:]+)=(.+)");

        /** Of {@code URL} or {@code NAME=URL}. */
        static Addressed of(String text) {
            Matcher named = NAMED.matcher(text);
            return named.matches()
                    ? new Addressed(named.group(1), NodeWays.address(named.group(2)))
                    : new Addressed("", NodeWays.address(text));
        }
    }

    /**
     * The plan.
     *
     * @param without names of nodes that are not asked
     * @param options with the names of files in {@code files}
     * @throws CommandFailure with everything that stands against it
     */
    RebootstrapPlan plan(
            List<Addressed> addresses, Set<String> without, Map<String, String> options, @Nullable Path files) {
        List<String> problems = new ArrayList<>();
        List<PlannedNode> nodes = new ArrayList<>();
        Set<String> clusters = new TreeSet<>();
        for (Addressed each : addresses) {
            try {
                String name = without.contains(each.name()) ? each.name() : told(each, clusters);
                nodes.add(new PlannedNode(
                        name, each.address(), files == null ? Map.of() : PlanFiles.in(files, name, options)));
            } catch (IOException | IllegalArgumentException e) {
                problems.add(each.address() + ": " + e.getMessage());
            }
        }
        if (clusters.size() > 1) {
            problems.add("the nodes are of several clusters, " + clusters + "; name those of one");
        } else if (clusters.isEmpty() && problems.isEmpty()) {
            problems.add("all nodes are given up: none is left to tell which cluster it is");
        }
        if (!problems.isEmpty()) {
            throw new CommandFailure(String.join("\n", problems));
        }
        Map<String, String> everywhere = files == null ? options : PlanFiles.without(options);
        return new RebootstrapPlan(procedure, clusters.iterator().next(), everywhere, nodes);
    }

    private String told(Addressed each, Set<String> clusters) throws IOException {
        NodeFacts facts;
        try {
            facts = facts(each.address());
        } catch (IOException e) {
            if (!each.name().isEmpty()) {
                return each.name(); // the run says what that means
            }
            throw new IOException(e.getMessage() + ". If it is to be given up, write NAME=URL for it", e);
        }
        if (!each.name().isEmpty() && !each.name().equals(facts.name())) {
            throw new IOException("it is '" + facts.name() + "', and not '" + each.name() + "'");
        }
        clusters.add(facts.cluster());
        return facts.name();
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
