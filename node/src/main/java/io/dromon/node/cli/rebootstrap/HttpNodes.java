package io.dromon.node.cli.rebootstrap;

import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.admin.client.AdminSession.Body;
import io.dromon.node.admin.client.AdminSessions;
import io.dromon.node.rebootstrap.PlanFiles;
import io.dromon.node.rebootstrap.RebootstrapDriver;
import io.dromon.node.rebootstrap.core.Answer;
import io.dromon.node.rebootstrap.core.NodeRequest;
import io.dromon.node.rebootstrap.core.PlannedNode;
import io.dromon.node.rebootstrap.wire.RebootstrapText;
import io.dromon.node.rebootstrap.wire.StagedFile;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The nodes of a plan, asked at their admin interfaces. */
final class HttpNodes implements RebootstrapDriver.Nodes, AutoCloseable {
    private final Map<String, NodeDialogue> dialogues = new TreeMap<>();
    private final Map<String, PlannedNode> nodes = new TreeMap<>();

    HttpNodes(List<PlannedNode> planned, NodeWays ways, AdminSessions sessions) {
        for (PlannedNode node : planned) {
            nodes.put(node.name(), node);
            dialogues.put(node.name(), new NodeDialogue(ways.to(node), sessions));
        }
    }

    @Override
    public Answer ask(NodeRequest request) throws IOException {
        PlannedNode node = nodes.get(request.node());
        NodeDialogue dialogue = dialogues.get(request.node());
        if (node == null || dialogue == null) {
            throw new IOException("the plan has no node '" + request.node() + "'");
        }
        Map<String, StagedFile> files = request.step() instanceof NodeRequest.Stage ? PlanFiles.read(node) : Map.of();
        return answer(dialogue, RebootstrapText.write(request, files));
    }

    /** One request, one answer. */
    static Answer answer(NodeDialogue dialogue, String body) throws IOException {
        Duration patience = AdminClient.PATIENCE;
        AdminClient.Answer answer = dialogue.send("POST", RebootstrapText.PATH, Body.json(body), patience);
        if (!answer.isDone()) {
            throw new IOException(answer.problem());
        }
        try {
            return RebootstrapText.readAnswer(answer.text());
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "what answers there does not speak as a node in a re-bootstrap: " + e.getMessage()
                            + ". Nodes and this program are of one version",
                    e);
        }
    }

    @Override
    public void close() {
        dialogues.values().forEach(NodeDialogue::close);
    }
}
