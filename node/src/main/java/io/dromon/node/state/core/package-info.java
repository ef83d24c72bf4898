/**
 * How a node comes to the state that it lacks (chapter 06): what the group has ordered behind a gap is held back until a
 * transfer has closed the gap. Cores, without I/O, threads and clock; {@link io.dromon.node.state} runs what they ask for.
 *
 * <pre>
 *  COMPLETE ──a configuration behind a gap──▶ PREPARING ──▶ REQUESTED ──a donor──▶ RECEIVING ──▶ COMPLETE
 *                                                ▲              │                   │    ▲
 *                                                │              ▼                   │    │ it brings all
 *                                                └─────────── PAUSED ◀── LEAVING ◀──┴─ RESTORING
 * </pre>
 *
 * <table>
 * <caption>Phases</caption>
 * <tr><td>COMPLETE</td><td>all that is ordered goes to the application at once; in all others it is held back</td></tr>
 * <tr><td>PREPARING</td><td>the node opens its listener and makes its request</td></tr>
 * <tr><td>REQUESTED</td><td>the group looks for a donor</td></tr>
 * <tr><td>RECEIVING</td><td>JOINER: the donor sends events, or a snapshot</td></tr>
 * <tr><td>RESTORING</td><td>the application takes a snapshot that is whole; nothing interrupts that</td></tr>
 * <tr><td>LEAVING</td><td>a transfer has failed: the group is told, so that the donor is free and another can be asked</td></tr>
 * <tr><td>PAUSED</td><td>before the next attempt</td></tr>
 * </table>
 */
@NullMarked
package io.dromon.node.state.core;

import org.jspecify.annotations.NullMarked;
