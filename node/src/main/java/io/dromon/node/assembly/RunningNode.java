package io.dromon.node.assembly;

import io.dromon.config.NodeConfig;
import io.dromon.config.Options;
import io.dromon.node.Application;
import io.dromon.node.Committed;
import io.dromon.node.Durability;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.NodeStatus;
import io.dromon.node.WriteSet;
import io.dromon.node.admin.HoldableNode;
import io.dromon.node.admin.api.AdminApi;
import io.dromon.node.admin.api.AdminHost;
import io.dromon.node.admin.api.Audit;
import io.dromon.node.admin.routes.NodeAdmin;
import io.dromon.node.apply.CallFailures;
import io.dromon.node.apply.PendingCall;
import io.dromon.node.credentials.CaRotation;
import io.dromon.node.credentials.TlsRenewal;
import io.dromon.node.engine.NodeEngine;
import io.dromon.node.state.LastComponent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A node: what is asked of it goes to its present run. Any thread. */
final class RunningNode implements Node, HoldableNode, AdminHost {
    private final AdminApi admin = new AdminApi();
    private final Audit audit;
    private final NodeRuns runs;
    /** Why writes are refused; null if they are not. */
    private final AtomicReference<@Nullable String> refusesWrites = new AtomicReference<>();

    /** @throws NodeException if the configuration, a file it names, the data directory or the listen address cannot be used */
    RunningNode(NodeConfig config, Application application) {
        this.audit = NodeAdmin.addTo(admin, this);
        this.runs = new NodeRuns(config, application, admin);
    }

    void start() {
        runs.start();
    }

    void startHeld() {
        runs.startHeld();
    }

    @Override
    public CompletableFuture<Void> synced() {
        PendingCall<Void> result = new PendingCall<>(engine().applicationThread());
        CompletableFuture<Void> unused = runs.synced().whenComplete((done, why) -> {
            if (why == null) {
                result.complete(null);
            } else {
                result.completeExceptionally(why);
            }
        });
        return result;
    }

    @Override
    public CompletableFuture<Committed> replicate(WriteSet change) {
        return write(engine -> engine.writes().replicate(change));
    }

    @Override
    public CompletableFuture<Committed> replicate(WriteSet change, Durability durability) {
        return write(engine -> engine.writes().replicate(change, durability));
    }

    private CompletableFuture<Committed> write(Function<NodeEngine, CompletableFuture<Committed>> call) {
        String why = refusesWrites.get();
        return why == null
                ? call(call)
                : CompletableFuture.failedFuture(new NodeException(NodeException.Reason.RESTARTING, why));
    }

    @Override
    public CompletableFuture<Void> room() {
        return call(NodeEngine::room);
    }

    @Override
    public CompletableFuture<Long> sync() {
        return call(NodeEngine::sync);
    }

    private <T> CompletableFuture<T> call(Function<NodeEngine, CompletableFuture<T>> call) {
        NodeException closed = runs.closed();
        return closed == null ? call.apply(engine()) : CompletableFuture.failedFuture(closed);
    }

    private NodeEngine engine() {
        return runs.run().engine();
    }

    @Override
    public UUID uuid() {
        return engine().uuid();
    }

    @Override
    public String listenAddress() {
        return engine().listenAddress();
    }

    @Override
    public boolean isOpen() {
        return runs.isOpen();
    }

    @Override
    public NodeStatus status() {
        engine().refuseOnProtocolThread();
        NodeStatus status = runs.run().status();
        String why = runs.isHeld() ? CallFailures.held().getMessage() : refusesWrites.get();
        return why == null ? status : status.unready(why);
    }

    @Override
    public void keepOpen(boolean on) {
        runs.keepOpen(on);
    }

    @Override
    public boolean isHeld() {
        return runs.isHeld();
    }

    @Override
    public boolean refuseWrites(String why) {
        return why.equals(refusesWrites.updateAndGet(now -> now == null ? why : now));
    }

    @Override
    public void acceptWrites(String why) {
        refusesWrites.updateAndGet(now -> why.equals(now) ? null : now);
    }

    @Override
    public @Nullable String refusesWrites() {
        return refusesWrites.get();
    }

    @Override
    public CompletableFuture<Void> beginHold() {
        return runs.beginHold();
    }

    @Override
    public CompletableFuture<Void> beginStart(NodeConfig config, Start start, String further) {
        return runs.beginStart(config, start, further);
    }

    @Override
    public Optional<LastComponent> lastComponent() {
        return engine().lastComponent();
    }

    @Override
    public Audit audit() {
        return audit;
    }

    @Override
    public void set(String option, String value) {
        engine().refuseOnProtocolThread();
        if (Options.SOCKET_SSL_RELOAD.name().equals(option)) {
            engine().config().withChanged(option, value); // refuses what is no value of it
            reload();
        } else {
            runs.change(() -> engine().set(option, value));
        }
    }

    @Override
    public AdminApi admin() {
        return admin;
    }

    @Override
    public NodeConfig config() {
        return engine().config();
    }

    @Override
    public String reload() {
        engine().refuseOnProtocolThread();
        refuseWhereHeld();
        return runs.run().reload();
    }

    /** What is read at the next start is not read before. */
    private void refuseWhereHeld() {
        if (runs.isHeld()) {
            throw CallFailures.held();
        }
    }

    @Override
    public String checkReload() {
        engine().refuseOnProtocolThread();
        refuseWhereHeld();
        return runs.run().checkReload();
    }

    @Override
    public String rotate(CaRotation.Step step) {
        engine().refuseOnProtocolThread();
        TlsRenewal tls = runs.run().tls();
        return tls.rotate(step, rotationPeers());
    }

    @Override
    public void checkRotation(CaRotation.Step step) {
        engine().refuseOnProtocolThread();
        TlsRenewal tls = runs.run().tls();
        tls.checkRotation(step, rotationPeers());
    }

    private List<CaRotation.Peer> rotationPeers() {
        NodeEngine engine = engine();
        NodeStatus status = status();
        if (!engine.isOpen()) {
            throw new NodeException(NodeException.Reason.CLOSED, "the node has left its group");
        }
        return CaRotation.peers(
                status.group().members(),
                engine.uuid(),
                status.mesh(),
                engine.links().presented().join());
    }

    @Override
    public CompletableFuture<Integer> relink() {
        return engine().relink(link -> true);
    }

    @Override
    public void restart(Map<String, String> options) {
        engine().refuseOnProtocolThread();
        runs.restart(options);
    }

    @Override
    public void checkRestart(Map<String, String> options) {
        runs.checkRestart(options);
    }

    @Override
    public CompletableFuture<Void> beginRestart(Map<String, String> options) {
        return runs.beginRestart(options);
    }

    @Override
    public void leave() {
        runs.leave();
    }
}
