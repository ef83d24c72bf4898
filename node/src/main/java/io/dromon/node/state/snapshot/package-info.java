/**
 * Snapshots between nodes: what a state request says (chapter 06 sections 4.2 and 9.2), and the ends that run one transfer of
 * the module {@code sst} each. Who decides that a snapshot is needed, and what becomes of it, is above this package.
 *
 * <pre>
 *  joiner                                                   donor
 *   SnapshotTaker.listen                                     StateRequest.decode
 *     request() ──▶ StateRequest.encode ═══ STATE_REQ ═══▶   SnapshotRequest.decode
 *     take()    ◀══════════ SnapshotMethod, TLS ═══════════  SnapshotGiver.give(directory of the application)
 *     directory() ──▶ the application restores
 *   close()
 * </pre>
 *
 * <h2>Directories</h2>
 *
 * Both lie in {@code state-transfer} below the data directory, which this user alone may enter: a joiner receives {@code
 * incoming}, a donor's application leaves its snapshot in {@code outgoing}. What is not whole never has its name, and nothing of
 * either is left when its transfer is over.
 *
 * <h2>Trust</h2>
 *
 * A snapshot travels in TLS with both certificates verified, always: those of the section {@code [sst]}, else those of the
 * links, with the links' rules for peers. The token of the transfer is made by the joiner and travels in the state request, which
 * every member of the group sees; it names the transfer, and the certificate proves that the peer may have it. Without
 * certificates no snapshot is given or taken, and {@link io.dromon.node.state.snapshot.SnapshotSettings#whyNotTaken} says what
 * to do. A request names a method and no program: by {@code script} a donor runs what its own {@code [sst]} names, or refuses.
 */
@NullMarked
package io.dromon.node.state.snapshot;

import org.jspecify.annotations.NullMarked;
