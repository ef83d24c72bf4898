package io.dromon.node.cli.member;

import io.dromon.config.NodeConfig;
import io.dromon.node.admin.HoldableNode;
import io.dromon.node.admin.api.AdminHost;
import io.dromon.node.cli.member.lines.LineState;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.node.kv.StoreRoutes;
import io.dromon.node.rebootstrap.member.NodePart;
import io.dromon.node.store.ReplicatedStore;
import io.dromon.node.store.StoreException;
import io.dromon.node.store.StoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code dromon node} without {@code --pipe}: a process that is a node with the embedded store. */
final class StoreMember {
    private static final Logger LOG = LoggerFactory.getLogger(StoreMember.class);

    private StoreMember() {}

    private static NodePart part(NodeConfig config) {
        try {
            return NodePart.of(config);
        } catch (IOException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }

    /** Runs until the node has ended; returns the exit code. */
    @SuppressWarnings("FutureReturnValueIgnored") // nothing can fail in counting down
    static int run(NodeConfig config, boolean memory, ReloadOnHangUp hangUp) throws InterruptedException {
        if (!memory && Files.isDirectory(config.dataDir().resolve(LineState.DIRECTORY))) {
            throw new CommandFailure(config.dataDir() + " is the data directory of a node with --pipe: start it with"
                    + " --pipe, or give this one a data directory of its own (--data-dir)");
        }
        NodePart part = part(config);
        StoreOptions options = memory ? StoreOptions.memory() : StoreOptions.rocksDb();
        ReplicatedStore store = part.startsHeld()
                ? ReplicatedStore.startHeld(part.config(), options)
                : ReplicatedStore.start(part.config(), options);
        hangUp.of(store.node());
        ((AdminHost) store.node()).admin().add(new StoreRoutes(store));
        HoldableNode node = (HoldableNode) store.node();
        part.serve(store.node(), () -> store.provenPosition(node.isHeld()));
        CountDownLatch stopped = new CountDownLatch(1);
        store.ended().whenComplete((done, why) -> stopped.countDown());
        LeaveOnSignal.install(store::close, stopped, () -> store.ended().isCompletedExceptionally());
        try {
            store.node()
                    .synced()
                    .thenRun(() -> LOG.info("{}: the store is open, at {}", config.name(), store.position()));
            store.ended().get();
            return 0;
        } catch (ExecutionException e) {
            Throwable why = StoreException.in(e).<Throwable>map(found -> found).orElse(e.getCause());
            LOG.error("{}: {}", config.name(), why == null ? "the node has ended" : why.getMessage());
            return ExitCode.FAILED;
        } finally {
            store.close();
        }
    }
}
