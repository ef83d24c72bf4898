package io.dromon.node.rebootstrap.member;

import io.dromon.config.NodeConfig;
import io.dromon.node.Node;
import io.dromon.node.admin.HoldableNode;
import io.dromon.node.admin.api.AdminHost;
import io.dromon.node.rebootstrap.ParticipantFile;
import io.dromon.node.rebootstrap.core.Participant;
import io.dromon.node.rebootstrap.core.Participant.StartMode;
import io.dromon.node.rebootstrap.core.ParticipantState;
import io.dromon.node.rebootstrap.core.ParticipantState.Stage;
import io.dromon.transport.recovery.SavedViewFile;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of a daemon in re-bootstraps of its cluster. What the caller owes: to start the node by {@link #config}, held if
 * {@link #startsHeld} says so; then {@link #serve}. A node that is held, or was started by a procedure that has not ended, stays
 * open when it stops.
 */
public final class NodePart {
    private static final Logger LOG = LoggerFactory.getLogger(NodePart.class);

    private final ParticipantFile file;
    private final ParticipantState state;
    private final StagedConfiguration staged;
    private final Peers peers;
    private final StartMode mode;
    private final NodeConfig config;
    private final boolean held;
    /** It is the whole component that the procedure has made: it comes back to it, and need not be asked. */
    private final boolean alone;

    private NodePart(NodeConfig original) throws IOException {
        this.file = new ParticipantFile(original.dataDir());
        this.state = file.read();
        this.staged = new StagedConfiguration(original);
        this.peers = new Peers(original.dataDir());
        this.mode = state.startMode();
        NodeConfig active = staged.config(state.active());
        this.config = state.opened() == null ? active : HoldableNode.joining(active, peers.read());
        this.alone = mode == StartMode.NORMAL
                && state.stage() == Stage.STARTED
                && new SavedViewFile(original.dataDir()).read() instanceof SavedViewFile.Content.Found found
                && found.view().view().members().size() == 1;
        this.held = alone || mode != StartMode.NORMAL || (state.opened() != null && config.bootstrap());
    }

    /**
     * Reads what the disk has of a procedure; nothing of the node is open yet.
     *
     * @param original the node's configuration
     * @throws IOException if it cannot be relied on: the node must not start then
     */
    public static NodePart of(NodeConfig original) throws IOException {
        NodePart part = new NodePart(original);
        if (part.state.opened() == null) {
            part.staged.forget();
        } else {
            LOG.warn(
                    "{}: a re-bootstrap is open here, procedure {}: {}, with the {} configuration; carry it through by"
                            + " dromon rebootstrap --resume, or take it back by --undo",
                    original.name(),
                    part.state.opened().procedure(),
                    part.state.stage(),
                    part.state.active());
        }
        return part;
    }

    /** What the node is started with. */
    public NodeConfig config() {
        return config;
    }

    /** Whether only its doors are opened. */
    public boolean startsHeld() {
        return held;
    }

    /**
     * Takes part from now on.
     *
     * @param node of this process, started as this said
     * @param position where the state of its store ends; {@link Position#NONE} if that is not known
     */
    public void serve(Node node, Supplier<Position> position) {
        HoldableNode holdable = (HoldableNode) node;
        DaemonControl control = new DaemonControl(holdable, position, staged, peers, InstantSource.system());
        Participant participant = new Participant(state, file, control);
        if (held || state.stage() == Stage.STARTED) {
            holdable.keepOpen(true);
        }
        AdminHost host = (AdminHost) node;
        host.admin().add(new RebootstrapRoutes(participant, control, host.audit(), InstantSource.system()));
        if (alone) {
            LOG.info("{}: {}", config.name(), control.comeBackAlone(state.active()));
        } else if (mode == StartMode.AS_JOINER) {
            LOG.info("{}: {}", config.name(), control.start(state.active(), null));
        }
    }
}
