/**
 * The primary component: a core without I/O. The specification is chapter 03, {@code
 * protocol/03-primary-component.md} of this module; its boxes say where Dromon differs.
 *
 * <p>{@link io.dromon.transport.primary.Primary} takes views and totally ordered messages from EVS, decides by quorum
 * which partition may go on, agrees on the state of all members after each view (STATE, INSTALL), and numbers user
 * messages. A primary view also tells which members had come further than this node ({@code Progress}): the layer above
 * needs it if the view is torn before its own exchange is over. {@link io.dromon.transport.primary.SavedView} is what a
 * node keeps on disk to come back after a crash.
 *
 * <h2>States</h2>
 *
 * <pre>
 *            open                    transitional view
 *  CLOSED ─────────▶ NON_PRIM ────────────────────────────▶ TRANS ◀───────────────┬──────────────┐
 *     ▲                 │ ▲ ▲                                 │ regular view       │              │
 *     │ empty view      │ │ │ no primary component            ▼                    │ transitional │
 *     └─────────────────┘ │ └─ is possible ─────────── STATES_EXCHANGE ───────────┤ view         │
 *                         │                                   │ all states are here│              │
 *          INSTALL by     │                                   ▼                    │              │
 *          decision       │                                INSTALL ────────────────┘              │
 *            (bootstrap)  │                                   │ the INSTALL of the first member    │
 *                         └─────────────────────────────▶    PRIM ────────────────────────────────┘
 * </pre>
 *
 * A fatal contradiction leads to CLOSED from every state ({@link io.dromon.transport.primary.PrimaryDeliveries#onFatal}).
 *
 * <table>
 * <caption>What happens on each event (chapter 03 section 4)</caption>
 * <tr><th>event</th><th>what follows</th></tr>
 * <tr><td>transitional view</td><td>to TRANS. Whoever was primary stays so if the members hold more than half of the weight
 *     that did not leave in order ({@code WeightedQuorum}), or an option ignores the loss; else a NON_PRIM view is
 *     delivered. The first view of a node that starts the primary component makes it primary</td></tr>
 * <tr><td>regular view</td><td>to STATES_EXCHANGE, the own STATE is sent; the empty one: a NON_PRIM view without members
 *     is delivered, to CLOSED</td></tr>
 * <tr><td>STATE</td><td>collected ({@code MemberStates}). When all are here: what the others know is taken over; no
 *     primary component possible: NON_PRIM view, and a promotion if the members are those of the saved view ({@code
 *     Recovery}); else to INSTALL, and the first member sends an INSTALL</td></tr>
 * <tr><td>INSTALL</td><td>in INSTALL, or in NON_PRIM by decision: to PRIM, the view is saved and delivered ({@code
 *     Formation}). In TRANS it came too late: this node stays primary only if the present members outvote the others that it
 *     lists</td></tr>
 * <tr><td>INSTALL with a change of weight</td><td>in PRIM: the weight of its source changes. In TRANS too, and the primary
 *     component is lost if a member is missing</td></tr>
 * <tr><td>USER</td><td>counted while primary, and delivered with its number; delivered without one while not</td></tr>
 * </table>
 *
 * <h2>Messages that break the protocol</h2>
 *
 * The reference ends its process on nearly all of them (section 2.6). Here the process lives, and one of three things
 * happens. What decides is who can see the fault. A message that is wrong in itself is dropped by every member at the
 * same place in the order: agreement holds, and the sender can be excluded ({@link
 * io.dromon.transport.primary.PrimaryDeliveries#onViolation}). A message that contradicts what this node knows may be
 * right for others, who then count it: this node must not stay in the group with another history ({@link
 * io.dromon.transport.primary.PrimaryDeliveries#onFatal}; it leaves without a LEAVE and may join again). Where real peers
 * only warn, so do we ({@link io.dromon.transport.primary.Primary#Primary}).
 *
 * <table>
 * <caption>Conditions of section 2.6 and section 4.3</caption>
 * <tr><th>condition</th><th>reaction</th><th>why</th></tr>
 * <tr><td>version &gt; 1, primary</td><td>dropped, notice</td><td>as real peers; a dropped USER shows as a gap at the
 *     next one and is fatal there, as with them</td></tr>
 * <tr><td>version &gt; 1, not primary</td><td>dropped, notice</td><td>nothing is counted outside of the primary
 *     component; all members drop it alike</td></tr>
 * <tr><td>shorter than its header, unknown type, truncated entries, more than 1024 entries, duplicate node, both INSTALL
 *     flags</td><td>dropped, violation</td><td>wrong in itself</td></tr>
 * <tr><td>STATE without an entry for its source</td><td>dropped, violation</td><td>wrong in itself; the exchange waits
 *     until the source is excluded</td></tr>
 * <tr><td>STATE in NON_PRIM, INSTALL or PRIM; second STATE in one exchange</td><td>dropped, violation</td><td>the
 *     exchange is complete on all members at the same message, the first one counts everywhere</td></tr>
 * <tr><td>STATE in TRANS</td><td>dropped</td><td>not an error (section 5.10)</td></tr>
 * <tr><td>INSTALL in STATES_EXCHANGE</td><td>fatal</td><td>its sender saw a complete exchange: this node missed a
 *     message, or the sender lies; the two cannot be told apart</td></tr>
 * <tr><td>weight change in INSTALL or NON_PRIM</td><td>fatal</td><td>its sender is primary in this view</td></tr>
 * <tr><td>weight change without an entry for its source</td><td>dropped, violation</td><td>wrong in itself</td></tr>
 * <tr><td>USER in STATES_EXCHANGE or INSTALL</td><td>fatal</td><td>its sender has delivered an INSTALL that this node
 *     has not</td></tr>
 * <tr><td>INSTALL whose entry for this node is missing or differs, or with different to_seqs</td><td>fatal</td><td>the
 *     others enter the primary component with another idea of this node</td></tr>
 * <tr><td>last_prim or to_seq of primary nodes not consistent, own record of a node not consistent</td><td>fatal</td>
 *     <td>histories differ</td></tr>
 * <tr><td>two primary components meet, the other one wins</td><td>fatal</td><td>section 5.4</td></tr>
 * <tr><td>USER with a gap in its sequence, or of an unknown node, while primary</td><td>fatal</td><td>a message is
 *     missing here, or to_seq would differ</td></tr>
 * <tr><td>USER with a gap while not primary</td><td>dropped, violation</td><td>it is not counted</td></tr>
 * <tr><td>checksum wrong</td><td>fatal</td><td>only nodes with {@code pc.checksum} see it, others count the message
 *     </td></tr>
 * </table>
 *
 * <h2>Stricter or milder than the reference</h2>
 *
 * Found by playing random partitions; all members that follow these rules decide alike, and what goes to the wire is
 * what real peers send too.
 *
 * <ul>
 *   <li>INSTALL in TRANS (section 5.10): nodes of it that are not known here count with the weight that it gives them.
 *       The reference leaves them out; if the STATEs came in TRANS as well, a heavy joiner that got the INSTALL in its
 *       regular view and the old members could then both stay primary. The same nodes count when a change of weight
 *       follows in that TRANS view (section 5.11).
 *   <li>After such an INSTALL, a primary node takes user messages of the absent ones that begin at 1 again: they were
 *       sent in the primary component that this node missed, and delivered there. The reference ends by the gap.
 *   <li>Validation (section 5.5): a present node's weight may also be the one known before this exchange. A node that
 *       changed its weight while it lost quorum otherwise ends the primary node that it comes back to.
 *   <li>A node shows at most 400 absent nodes in its STATE: members cannot fill its memory with invented ones.
 * </ul>
 */
@NullMarked
package io.dromon.transport.primary;

import org.jspecify.annotations.NullMarked;
