/**
 * The decisions of a re-bootstrap: cores without I/O, clock and threads. {@link
 * io.dromon.node.rebootstrap.core.Coordinator} leads one run, {@link io.dromon.node.rebootstrap.core.Participant} answers
 * for one node. {@code node/REBOOTSTRAP.md} says what each phase proves.
 *
 * <pre>
 *             nothing is touched yet                          the outage
 *  INSPECT ▶ PROVE ▶ STAGE ▶ REHEARSE ▶│ DRAIN ▶ STOP ▶ BOOTSTRAP ▶│ JOIN ▶ VERIFY ▶ SEAL ▶ ended
 *                                          ▲                  │          ▲
 *         a failure in the outage,         │   none serves    ▼          │ a component serves
 *         --undo, --resume behind it  ───▶ └─────────────── (look) ──────┘
 * </pre>
 *
 * The way back is the same one with the original configuration as its target. Before DRAIN it is SEAL alone.
 *
 * <p>One node at a time may make the component anew, because of four rules together:
 *
 * <ul>
 *   <li>a token is granted only when all nodes of the run have answered this very run that they are stopped, and a node
 *       that was stopped stays so until a request of the procedure starts it;
 *   <li>the grant is in the journal before it is sent, and another one needs the former one's node to answer;
 *   <li>the node has the token among those it has used on its disk before it starts;
 *   <li>a node refuses what is older than the newest request that it has acted upon: what an earlier run has sent arrives
 *       in vain.
 * </ul>
 */
@NullMarked
package io.dromon.node.rebootstrap.core;

import org.jspecify.annotations.NullMarked;
