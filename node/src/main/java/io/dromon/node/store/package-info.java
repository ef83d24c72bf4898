/**
 * The embedded default application: a transactional key-value store that every node holds whole.
 *
 * <pre>
 *  transact(tx -> ...)                        delivery thread (and appliers)
 *    snapshot of the engine                     StoreApplication: decode, prepare | commit in order
 *    BufferedTransaction: reads, own writes         |
 *    keys + ChangeCodec ── Node.replicate ──▶ ...  ──▶ Storage ── StorageEngine: entries + position, one step
 *    CertificationFailedException: again                            MemoryEngine | RocksEngine
 * </pre>
 *
 * {@link io.dromon.node.store.ReplicatedStore} is the way in. What it adds to what its {@link io.dromon.node.Node}
 * guarantees:
 *
 * <table>
 * <caption>Guarantees</caption>
 * <tr><td>a snapshot</td><td>shows the effects of all numbers of the order up to its own, and of no later one</td></tr>
 * <tr><td>{@code SNAPSHOT}</td><td>of two transactions that write the same key at the same time, one is run again: no
 *     lost update, no dirty or fuzzy read; write skew is possible</td></tr>
 * <tr><td>{@code SERIALIZABLE}</td><td>no write skew and no phantom among transactions of this level: keys that were
 *     read, also those that are not there, and branches that were scanned are certified. A transaction that scanned and
 *     writes conflicts with every other one that reads (at this level) or writes a key of the branch at the same time;
 *     a scan that is not within one branch counts as one of all keys</td></tr>
 * <tr><td>only reads</td><td>never fail in certification, and are serialisable with those of the level above, since
 *     commit order is a serial order of them; how old they may be is their
 *     {@link io.dromon.node.store.Consistency}</td></tr>
 * <tr><td>entries and position</td><td>are written in one step: a store on disk never has one without the other, also
 *     after a crash of the process. The log of RocksDB is not synced for each commit: a crash of the machine may set a
 *     node back to an earlier position, which it announces when it comes again</td></tr>
 * <tr><td>a state of another node</td><td>is taken whole, or the old one stays, also over a crash at any
 *     point</td></tr>
 * </table>
 *
 * <p>RocksDB is an optional dependency ({@code org.rocksdb:rocksdbjni}, classifier {@code linux64}); without it only
 * stores in memory can be had. {@code dromon}, the executable, holds it.
 */
@NullMarked
package io.dromon.node.store;

import org.jspecify.annotations.NullMarked;
