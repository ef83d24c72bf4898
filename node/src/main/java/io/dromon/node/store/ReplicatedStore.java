package io.dromon.node.store;

import io.dromon.config.NodeConfig;
import io.dromon.config.ReplicationOptions;
import io.dromon.node.Application;
import io.dromon.node.CertificationFailedException;
import io.dromon.node.Committed;
import io.dromon.node.Durability;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.NodeProviders;
import io.dromon.node.WriteSet;
import io.dromon.transport.wire.Position;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A transactional key-value store that every node of a cluster holds whole: a member's {@link Node} with the
 * application that keeps the entries.
 *
 * <pre>{@code
 * try (ReplicatedStore store = ReplicatedStore.join(config)) {
 *     store.update(tx -> {
 *         int balance = tx.getText("accounts/42").map(Integer::parseInt).orElse(0);
 *         tx.put("accounts/42", String.valueOf(balance + 1));
 *     });
 * }
 * }</pre>
 *
 * <p>A transaction reads a snapshot and buffers its writes; then it is replicated, and certified on all nodes. One that
 * came too late is run again, with the snapshot of that moment, after a random pause; so its code may run several
 * times, and must do nothing but compute, read and write the store. What makes it fail is thrown as it is: a {@link
 * CertificationFailedException} after {@link StoreOptions#maxAttempts}, another {@link NodeException} whose reason says
 * whether it may have been committed, a {@link StoreException} if this node's storage failed.
 *
 * <p>Thread-safe. No method may be called on the node's delivery thread. A store that was not closed keeps its data
 * directory.
 */
public final class ReplicatedStore implements AutoCloseable {
    /** Where a store on disk is, in the data directory of its node. */
    public static final String DIRECTORY = "store";

    private static final long FIRST_PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long LONGEST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(32);

    private final StoreOptions options;
    private final Storage storage;
    private final StoreApplication application;
    private final Node node;
    private final Duration readTimeout;

    private ReplicatedStore(
            NodeConfig config,
            StoreOptions options,
            Storage storage,
            BiFunction<NodeConfig, Application, Node> starter) {
        this.options = options;
        this.storage = storage;
        this.readTimeout = config.value(ReplicationOptions.REPL_CAUSAL_READ_TIMEOUT);
        this.application = StoreApplication.of(storage, options.appliers());
        this.node = starter.apply(config, application);
    }

    /**
     * Joins a cluster with a store on disk, and waits until its node is SYNCED.
     *
     * @throws StoreException if what is in the data directory cannot be used
     * @throws NodeException as {@link Node#join}
     */
    public static ReplicatedStore join(NodeConfig config) {
        return join(config, StoreOptions.rocksDb());
    }

    /** {@link #join(NodeConfig)} with options. */
    public static ReplicatedStore join(NodeConfig config, StoreOptions options) {
        ReplicatedStore store = start(config, options);
        try {
            store.await(store.node.synced());
            return store;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /**
     * As {@link #join(NodeConfig, StoreOptions)}, but returns at once: {@link Node#synced} of {@link #node} tells when
     * it can be written to.
     */
    public static ReplicatedStore start(NodeConfig config, StoreOptions options) {
        return open(config, options, Node::start);
    }

    /**
     * As {@link #start}, but the node is held stopped: for a daemon that a re-bootstrap has stopped, which goes on when that has
     * its node started.
     */
    public static ReplicatedStore startHeld(NodeConfig config, StoreOptions options) {
        return open(config, options, NodeProviders::startHeld);
    }

    private static ReplicatedStore open(
            NodeConfig config, StoreOptions options, BiFunction<NodeConfig, Application, Node> starter) {
        Storage storage = options.engine() == StoreOptions.Engine.MEMORY
                ? Storage.inMemory()
                : Storage.onDisk(config.dataDir().resolve(DIRECTORY));
        try {
            return new ReplicatedStore(config, options, storage, starter);
        } catch (RuntimeException | Error e) {
            storage.close();
            throw e;
        }
    }

    /** The node: its status, its options. What is replicated past the store stops all nodes that cannot read it. */
    public Node node() {
        return node;
    }

    /** Where the state ends: what a node with it would announce to a cluster. */
    public Position position() {
        return storage.position();
    }

    /**
     * Where the state ends, views of the group included, so that a cluster without writes has one too; {@link Position#NONE} if
     * that is not known.
     *
     * @param ended whether the node is held stopped: the disk says it then, so that another process knows it
     */
    public Position provenPosition(boolean ended) {
        return application.provenPosition(ended);
    }

    /**
     * Where the state of a store ends whose node does not run.
     *
     * @param dataDirectory of the node
     * @return empty if there is no store
     * @throws StoreException if it cannot be read, or its node runs
     */
    public static Optional<Position> positionIn(Path dataDirectory) {
        Path directory = dataDirectory.resolve(DIRECTORY);
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        try (Storage storage = Storage.onDisk(directory)) {
            return Optional.of(storage.position());
        }
    }

    /**
     * Done when the node has ended, whoever has ended it; fails with the reason if it was not asked to: a {@link
     * StoreException} if its storage failed, else a {@link NodeException}. A {@link Node#restart} is no end.
     */
    public CompletableFuture<Void> ended() {
        return application.ended().copy();
    }

    /**
     * Runs a transaction, with the isolation and the consistency of the options.
     *
     * @param work run again as often as the transaction fails in certification; what it throws ends it without effect
     * @return what {@code work} has returned the last time
     */
    public <T extends @Nullable Object> T transact(Function<? super Transaction, T> work) {
        return transact(options.isolation(), options.consistency(), work).value();
    }

    /** {@link #transact(Function)} without a value; returns its number, as {@link Outcome#seqno}. */
    public long update(Consumer<? super Transaction> work) {
        return transact(options.isolation(), options.consistency(), tx -> {
                    work.accept(tx);
                    return Boolean.TRUE;
                })
                .seqno();
    }

    /** {@link #transact(Function)} with another isolation and consistency; tells its number. */
    public <T extends @Nullable Object> Outcome<T> transact(
            Isolation isolation, Consistency consistency, Function<? super Transaction, T> work) {
        return transact(isolation, consistency, options.durability(), work);
    }

    /**
     * The same with a durability of its own.
     *
     * @param durability empty: {@code node.durability}
     */
    public <T extends @Nullable Object> Outcome<T> transact(
            Isolation isolation,
            Consistency consistency,
            Optional<Durability> durability,
            Function<? super Transaction, T> work) {
        for (int attempt = 1; ; attempt++) {
            T value;
            WriteSet change;
            long seqno;
            int restores;
            try (BufferedTransaction transaction = new BufferedTransaction(snapshot(consistency), isolation)) {
                value = work.apply(transaction);
                change = transaction.writeSet();
                seqno = transaction.seqno();
                restores = transaction.restores();
            }
            if (change == null) {
                return new Outcome<>(value, seqno, attempt);
            }
            try {
                checkNotRestored(restores);
                return new Outcome<>(value, await(replicate(change, durability)).seqno(), attempt);
            } catch (CertificationFailedException e) {
                giveUpOrPause(e, attempt);
            } catch (NodeException e) {
                giveUpOrWaitForRoom(e, attempt);
            }
        }
    }

    private CompletableFuture<Committed> replicate(WriteSet change, Optional<Durability> durability) {
        return durability.map(level -> node.replicate(change, level)).orElseGet(() -> node.replicate(change));
    }

    /**
     * Writes what was decided outside of a transaction, by what was read up to a number: commits only if nobody has written any
     * of these keys behind it. Not run again.
     *
     * @param seqno up to which number the decision knows the order, that of a {@link Snapshot} say
     * @param durability empty: {@code node.durability}
     * @param writes puts and removes; at least one
     * @return its number
     * @throws CertificationFailedException if a key was written since, or the number is so old that nobody can tell
     */
    public long updateIfUnchanged(long seqno, Optional<Durability> durability, Consumer<? super Transaction> writes) {
        seen(seqno); // a number of another node may be ahead of this one
        WriteSet change;
        try (BufferedTransaction transaction =
                new BufferedTransaction(snapshot(Consistency.EVENTUAL), Isolation.SNAPSHOT)) {
            writes.accept(transaction);
            change = transaction.writeSetBasedOn(seqno);
        }
        if (change == null) {
            throw new IllegalArgumentException("nothing is written");
        }
        return await(replicate(change, durability)).seqno();
    }

    /** The number of its snapshot could be one of another history. */
    private void checkNotRestored(int restores) {
        if (storage.restores() != restores) {
            throw new CertificationFailedException(
                    "the state of another node has taken the place of what the transaction has read. Read again and try"
                            + " again",
                    null);
        }
    }

    private void giveUpOrPause(CertificationFailedException why, int attempt) {
        if (attempt >= options.maxAttempts()) {
            throw why;
        }
        long longest = Math.min(LONGEST_PAUSE_NS, FIRST_PAUSE_NS << Math.min(attempt - 1, 10));
        long pause = 1 + ThreadLocalRandom.current().nextLong(longest);
        why.against()
                .filter(winner -> winner.seqno().isPresent())
                .ifPresent(winner -> seen(winner.seqno().getAsLong()));
        LockSupport.parkNanos(pause);
    }

    /** A snapshot without what the transaction failed against would fail again. */
    private void seen(long seqno) {
        if (application.applied() < seqno) {
            awaitApplied(seqno);
        }
    }

    private void giveUpOrWaitForRoom(NodeException why, int attempt) {
        if (why.reason() != NodeException.Reason.BUSY || attempt >= options.maxAttempts()) {
            throw why;
        }
        await(node.room());
    }

    /** Reads one snapshot. */
    public <T extends @Nullable Object> T read(Consistency consistency, Function<? super Snapshot, T> work) {
        try (ViewSnapshot snapshot = snapshot(consistency)) {
            return work.apply(snapshot);
        }
    }

    /** The value of a key, with the consistency of the options; empty if there is none. */
    public Optional<byte[]> get(byte[] key) {
        return read(options.consistency(), snapshot -> snapshot.get(key));
    }

    /** {@link #get(byte[])} of a text as a text. */
    public Optional<String> getText(String key) {
        return read(options.consistency(), snapshot -> snapshot.getText(key));
    }

    /** Sets a value, in a transaction of its own; returns its number. */
    public long put(byte[] key, byte[] value) {
        return update(tx -> tx.put(key, value));
    }

    /** {@link #put(byte[], byte[])} of texts. */
    public long put(String key, String value) {
        return update(tx -> tx.put(key, value));
    }

    /** Removes a key, in a transaction of its own; returns its number. */
    public long delete(byte[] key) {
        return update(tx -> tx.delete(key));
    }

    /** {@link #delete(byte[])} of a text. */
    public long delete(String key) {
        return update(tx -> tx.delete(key));
    }

    private ViewSnapshot snapshot(Consistency consistency) {
        if (consistency instanceof Consistency.Before) {
            await(node.sync());
        } else if (consistency instanceof Consistency.After after) {
            seen(after.seqno());
        }
        return new ViewSnapshot(application.view());
    }

    private void awaitApplied(long seqno) {
        CompletableFuture<Void> wait = application.waits().reached(seqno, application::applied);
        try {
            wait.get(readTimeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new NodeException(
                    NodeException.Reason.TIMEOUT,
                    "number " + seqno + " was not applied within " + readTimeout.toMillis() + " ms ("
                            + ReplicationOptions.REPL_CAUSAL_READ_TIMEOUT.name() + "); the store is at "
                            + application.applied(),
                    e);
        } catch (ExecutionException e) {
            throw unwrapped(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            application.waits().forget(seqno, wait);
        }
    }

    private <T extends @Nullable Object> T await(CompletableFuture<T> call) {
        try {
            return call.get();
        } catch (ExecutionException e) {
            throw unwrapped(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private RuntimeException unwrapped(ExecutionException e) {
        StoreException own = application.failure();
        if (own != null) {
            return own;
        }
        return e.getCause() instanceof RuntimeException failure
                ? failure
                : new NodeException(NodeException.Reason.PROTOCOL, "the node failed", e);
    }

    private static NodeException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new NodeException(
                NodeException.Reason.OUTCOME_UNKNOWN, "interrupted while waiting; the transaction may be committed", e);
    }

    /** Of the last state that this node made for a joiner; empty if there was none. */
    public Optional<CheckpointTimes> lastCheckpoint() {
        return Optional.ofNullable(storage.lastCheckpoint());
    }

    /** For tests, which have its disk fail, or its state taken. */
    Storage storage() {
        return storage;
    }

    /** Leaves the cluster and closes the storage. Further calls do nothing. */
    @Override
    public void close() {
        node.close();
        storage.close();
    }
}
