package io.dromon.node.store;

import io.dromon.node.Durability;
import java.util.Optional;

/**
 * How a {@link ReplicatedStore} keeps its data and runs its transactions. All nodes of a cluster have the same engine.
 *
 * @param engine where the data are
 * @param isolation of transactions that do not say otherwise
 * @param consistency of the snapshots of transactions and reads that do not say otherwise
 * @param maxAttempts how often the code of a transaction is run before its {@link
 *     io.dromon.node.CertificationFailedException} is thrown; at least 1
 * @param appliers how many threads may prepare changes of the cluster; {@code repl.appliers}, 1 by default, may be
 *     lower
 * @param durability of transactions; empty: {@code node.durability}. In memory none but {@code ORDERED}
 */
public record StoreOptions(
        Engine engine,
        Isolation isolation,
        Consistency consistency,
        int maxAttempts,
        int appliers,
        Optional<Durability> durability) {
    /** Where the data are. */
    public enum Engine {
        /** On disk, by RocksDB, in {@code store} of the data directory; needs {@code org.rocksdb:rocksdbjni}. */
        ROCKSDB,
        /** In memory: a node that was restarted gets all from another one, and what all nodes lose is lost. */
        MEMORY
    }

    private static final int MAX_ATTEMPTS = 50;
    private static final int APPLIERS = 4;

    public StoreOptions {
        if (maxAttempts < 1 || appliers < 1) {
            throw new IllegalArgumentException("maxAttempts " + maxAttempts + ", appliers " + appliers);
        }
        if (engine == Engine.MEMORY && durability.orElse(Durability.ORDERED) != Durability.ORDERED) {
            throw new IllegalArgumentException("a store in memory has nothing that it could sync: " + durability.get()
                    + " needs the store on disk (StoreOptions.rocksDb()), or use ORDERED");
        }
    }

    /** On disk; snapshot isolation of what this node has applied, 50 attempts, 4 appliers. */
    public static StoreOptions rocksDb() {
        return new StoreOptions(
                Engine.ROCKSDB, Isolation.SNAPSHOT, Consistency.EVENTUAL, MAX_ATTEMPTS, APPLIERS, Optional.empty());
    }

    /** The same in memory. */
    public static StoreOptions memory() {
        return new StoreOptions(
                Engine.MEMORY, Isolation.SNAPSHOT, Consistency.EVENTUAL, MAX_ATTEMPTS, APPLIERS, Optional.empty());
    }

    /** With another isolation. */
    public StoreOptions with(Isolation other) {
        return new StoreOptions(engine, other, consistency, maxAttempts, appliers, durability);
    }

    /** With another consistency. */
    public StoreOptions with(Consistency other) {
        return new StoreOptions(engine, isolation, other, maxAttempts, appliers, durability);
    }

    /** With another bound of attempts. */
    public StoreOptions withMaxAttempts(int most) {
        return new StoreOptions(engine, isolation, consistency, most, appliers, durability);
    }

    /** With another number of appliers. */
    public StoreOptions withAppliers(int count) {
        return new StoreOptions(engine, isolation, consistency, maxAttempts, count, durability);
    }

    /** With another durability of its transactions. */
    public StoreOptions with(Durability other) {
        return new StoreOptions(engine, isolation, consistency, maxAttempts, appliers, Optional.of(other));
    }
}
