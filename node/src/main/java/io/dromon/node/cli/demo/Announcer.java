package io.dromon.node.cli.demo;

import io.dromon.node.ClusterView;
import io.dromon.node.Delivery;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.node.StatefulApplication;
import io.dromon.node.cli.member.lines.LineState;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells what happens to the lines of a node: {@code view primary|non-primary NAMES}; {@code marker TEXT}, a delivered line that
 * begins with the marker sign; {@code returned HOW FROM TO SECONDS}, once, when the node is SYNCED: where its state ended at the
 * start and ends now, and whether what lies between came by {@code IST}, by {@code SST} or in no transfer ({@code NONE});
 * {@code stopped REASON}.
 */
final class Announcer implements StatefulApplication {
    /** A line that begins so is announced when it is delivered. */
    static final String MARKER = "#dromon-demo-marker";

    private final LineState lines;
    private final Consumer<String> out;
    private OptionalLong stateAtStart = OptionalLong.empty();
    private String how = "NONE";
    private long joinerSinceNs;
    private boolean returned;

    Announcer(LineState lines, Consumer<String> out) {
        this.lines = lines;
        this.out = out;
    }

    @Override
    public Position position() {
        Position position = lines.position();
        if (stateAtStart.isEmpty()) {
            stateAtStart = OptionalLong.of(position.seqno());
        }
        return position;
    }

    @Override
    public void deliver(Delivery delivery) {
        lines.deliver(delivery);
        String line = StandardCharsets.UTF_8.decode(delivery.data().duplicate()).toString();
        if (line.startsWith(MARKER)) {
            onDrained();
            out.accept("marker " + line.strip());
        }
    }

    @Override
    public void onDrained() {
        lines.onDrained();
    }

    @Override
    public void snapshot(Path directory) throws IOException {
        lines.snapshot(directory);
    }

    @Override
    public void restore(Path directory) throws IOException {
        lines.restore(directory);
        how = "SST";
    }

    @Override
    public void onView(ClusterView view) {
        lines.onView(view);
        out.accept("view " + (view.primary() ? "primary " : "non-primary ")
                + view.members().stream().map(ClusterView.Member::name).sorted().collect(Collectors.joining(",")));
    }

    @Override
    public void onState(NodeState state) {
        lines.onState(state);
        if (state == NodeState.JOINER && how.equals("NONE")) {
            how = "IST";
            joinerSinceNs = System.nanoTime();
        } else if (state == NodeState.SYNCED && !returned) {
            returned = true;
            double seconds = how.equals("NONE") ? 0 : (System.nanoTime() - joinerSinceNs) / 1e9;
            out.accept("returned " + how + " " + stateAtStart.orElse(-1) + " "
                    + lines.position().seqno() + " " + seconds);
        }
    }

    @Override
    public void onStopped(@Nullable NodeException failure) {
        lines.onStopped(failure);
        if (failure != null) {
            out.accept("stopped " + failure.getMessage());
        }
    }
}
