/**
 * State snapshot transfer, the face: a {@link io.dromon.sst.SnapshotMethod} makes the two ends of one transfer.
 *
 * <pre>
 *   script ──▶ stream ─────┐
 *     └──▶ program ────────┼──▶ channel ──▶ (this package) ──▶ archive, tunnel
 *   rsync ────┴────────────┘
 * </pre>
 *
 * Dependencies go along the arrows only. {@code channel} is one TLS connection on which both ends have proven the token of
 * the transfer; {@code stream}, {@code rsync} and {@code script} are the methods, {@code program} runs what the last two
 * need; {@code archive} is what a snapshot is made of, {@code tunnel} wraps any program's connections into TLS.
 */
@NullMarked
package io.dromon.sst;

import org.jspecify.annotations.NullMarked;
