/**
 * The protocol of incremental state transfer (chapter 06 sections 4.2, 5.3 and 7): codec and both ends as state machines,
 * without I/O, clock and threads.
 *
 * <pre>
 *  donor (dials)                        joiner (listens)
 *                        ◀── HANDSHAKE
 *  HANDSHAKE_RESPONSE    ──▶
 *                        ◀── CTRL OK
 *  TRX, CCHANGE, SKIP …  ──▶            OutgoingStream ─▶ IncomingStream ─▶ IstEvent
 *  CTRL EOF              ──▶
 *                                       closes
 * </pre>
 *
 * Nothing is acknowledged and nothing is resumed: a stream ends with EOF behind its last event, or has failed.
 *
 * <h2>Where Dromon differs from the reference</h2>
 *
 * <ul>
 *   <li>A SKIP with a payload, an event that is not flagged for preload behind one that is, a configuration change of
 *       another history, and a write-set whose own seqno is another one fail the transfer; a real joiner takes them.
 *   <li>A donor sends no write-set whose header is not the one after certification.
 * </ul>
 */
@NullMarked
package io.dromon.node.ist.protocol;

import org.jspecify.annotations.NullMarked;
