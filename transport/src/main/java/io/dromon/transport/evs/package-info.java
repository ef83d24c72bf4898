/**
 * Extended virtual synchrony: a core without I/O. The specification is chapter 02, {@code protocol/02-evs.md} of this
 * module; its boxes say where Dromon differs, and the last part of this page lists them.
 *
 * <p>{@link io.dromon.transport.evs.Evs} takes datagrams and time, agrees with the other nodes on who is in the group (a
 * <i>view</i>), and delivers the messages of a view in one total order, <i>safely</i>: once all members are known to hold
 * them. When a view ends, the members that go on together deliver the same messages before the next one begins.
 *
 * <p>A call delivers nothing from inside. It does its first step and leaves what it has for the layer above in an outbox
 * and what is still to be done on an {@code Agenda}; the driver takes the one ({@code drain}) and has the next step done
 * ({@code proceed}), in turn.
 *
 * <h2>Words</h2>
 *
 * <ul>
 *   <li><i>seq</i>: number of a message of one sender in one view, from 0. Members use up their seqs together; a member
 *       that has nothing to send sends empty messages (it <i>completes</i> its sequence). The order of delivery is seq by
 *       seq, within a seq by the UUIDs of the senders.
 *   <li><i>aru</i>: everything of everybody up to this seq has arrived here. <i>safe</i>: every member has told that its
 *       aru is at least this seq.
 *   <li><i>V</i>: the view that this node is in. <i>Proposed view</i>: the one of the INSTALL that it has accepted.
 *   <li><i>operational</i>: not given up. A node that is given up ({@code setInactive}) stays so until its entry is
 *       removed with the next view; its JOIN is void.
 * </ul>
 *
 * <h2>States</h2>
 *
 * <pre>
 *           open            own JOIN processed, or a JOIN that lists this node
 *  CLOSED ────────▶ JOINING ──────────────────────▶ GATHER ◀───────────────────────────────┐
 *                      │                            │    ▲                                │
 *                      │              all have      │    │ a JOIN or INSTALL              │ a JOIN, a LEAVE, a node that
 *                      │              committed     ▼    │ that contradicts               │ is not known or is silent,
 *                      │                           INSTALL                               │ an eviction, another version
 *                      │  all have installed, a       │                                  │
 *                      │  message of the new view,    ▼                                  │
 *                      │  or the install timer     OPERATIONAL ──────────────────────────┘
 *                      │ close                        │ close
 *                      └────────▶ LEAVING ◀───────────┘
 *                                    │ an INSTALL that lists this node as leaving or gone, or nobody else is left
 *                                    ▼
 *                                 CLOSED          (abort: from every state, without a LEAVE)
 * </pre>
 *
 * A close that is asked for in GATHER or INSTALL is done when the next view has been entered. An instance is opened once.
 *
 * <h2>Messages</h2>
 *
 * <table>
 * <caption>What nodes send each other ({@code EvsMessage}, chapter 02 section 2)</caption>
 * <tr><th>message</th><th>says</th><th>is sent</th></tr>
 * <tr><td>USER</td><td>a message of the layer above or several of them (an aggregate); without payload and with order DROP:
 *     a completion or a keepalive. Carries the sender's aru</td><td>at the end of a turn, within the window; keepalives by
 *     the retransmission timer</td></tr>
 * <tr><td>GAP</td><td>my aru (acknowledgement)</td><td>at the end of a turn, if the aru has grown since it was told
 *     last</td></tr>
 * <tr><td>GAP with RETRANS</td><td>send me these seqs of that member</td><td>when a seq is found missing, at most each
 *     100 ms to one node</td></tr>
 * <tr><td>GAP with COMMIT, source view: the proposed one</td><td>I commit to this INSTALL</td><td>on accepting it, and by
 *     the retransmission timer</td></tr>
 * <tr><td>other GAP, source view: the proposed one</td><td>all have committed (install gap)</td><td>on entering INSTALL,
 *     and by the retransmission timer</td></tr>
 * <tr><td>DELEGATE</td><td>a USER or LEAVE of another node, repeated for one that lacks it</td><td>in answer to a request,
 *     or to a JOIN that does not know of the LEAVE</td></tr>
 * <tr><td>JOIN</td><td>what I know of each node: operational, suspected, view, what it has acknowledged, what I have of
 *     it</td><td>on gathering, and in answer to JOINs until all agree, each 100 ms at most; by the retransmission
 *     timer</td></tr>
 * <tr><td>INSTALL</td><td>this is the next view, and this is what I know of each node</td><td>by the representative (the
 *     first operational node that is not inactive) once all agree; repeated until all have committed</td></tr>
 * <tr><td>LEAVE</td><td>I leave; up to here I have sent, up to here everything has arrived</td><td>on leaving, and by the
 *     retransmission timer</td></tr>
 * <tr><td>DELAYED_LIST</td><td>these nodes answer late</td><td>by the inactivity check, with {@code evs.auto_evict}
 *     only</td></tr>
 * </table>
 *
 * <h2>What happens in each state on each event</h2>
 *
 * In CLOSED everything is dropped. A message of this node itself or of an evicted node is dropped, and so is everything
 * during an isolation ({@code EvsReceiver}). <i>Kept</i>: in {@code EarlyMessages}, until this node has entered the view
 * or given it up. <i>G</i>: to GATHER; <i>GJ</i>: to GATHER, with a JOIN sent.
 *
 * <table>
 * <caption>Events and states (chapter 02 section 7.2)</caption>
 * <tr><th>event</th><th>JOINING</th><th>GATHER</th><th>GATHER, INSTALL accepted</th><th>INSTALL</th><th>OPERATIONAL</th>
 *     <th>LEAVING</th></tr>
 * <tr><td>USER of V</td><td></td><td>taken in; answered and delivered at once; a JOIN where it brings agreement
 *     nearer</td><td>dropped</td><td>dropped</td><td>taken in; the rest at the end of the turn</td><td>taken in,
 *     acknowledged and delivered at once</td></tr>
 * <tr><td>USER of the proposed view</td><td></td><td>kept</td><td>view entered at once, then as in OPERATIONAL</td><td>the
 *     same</td><td>(is V)</td><td>dropped</td></tr>
 * <tr><td>GAP of V</td><td></td><td>counted, requests served, delivered; a JOIN where it brings agreement nearer</td>
 *     <td>requests served</td><td>requests served</td><td>counted, requests served; the rest at the end of the turn</td>
 *     <td>counted, requests served, delivered</td></tr>
 * <tr><td>commit GAP</td><td></td><td>kept</td><td>node marked; all marked: to INSTALL; of a later INSTALL: GJ</td>
 *     <td>a sign of life</td><td>dropped</td><td>dropped</td></tr>
 * <tr><td>install GAP</td><td></td><td>kept</td><td>kept</td><td>node marked; all marked: view entered</td><td>dropped
 *     </td><td>dropped</td></tr>
 * <tr><td>JOIN of a known node</td><td></td><td>taken in: learns, repeats, gives up nodes, answers, proposes a view if all
 *     agree</td><td>of another node than the proposer, and the INSTALL is still right: ignored, unless it refuses the
 *     INSTALL; of the proposed view: kept; else G, taken in</td><td>the same, but one of the proposed view by the proposer: view entered, then G</td><td>G, taken
 *     in</td><td>of V: its acknowledgements counted, a LEAVE again if they are news, missing messages requested</td></tr>
 * <tr><td>INSTALL of a known node</td><td></td><td>taken in as a JOIN; then a commit GAP if it says what this node knows,
 *     else GJ</td><td>later one of the same node: as before; of another node that lists this one: GJ</td><td>the same</td>
 *     <td>dropped</td><td>lists this node as leaving or gone: to CLOSED</td></tr>
 * <tr><td>LEAVE of a known node</td><td></td><td>node is going; a JOIN if it acknowledges something new</td><td>node is
 *     going</td><td>node is going</td><td>node is going; GJ</td><td>node is going</td></tr>
 * <tr><td>DELEGATE of V</td><td colspan="6">what is inside, as if it had come by itself</td></tr>
 * <tr><td>DELAYED_LIST</td><td></td><td colspan="5">counted; nodes that a majority names are evicted, then GJ in
 *     OPERATIONAL</td></tr>
 * <tr><td>message of a node that is not known (no LEAVE, not of a past view)</td><td>a JOIN that lists this node: G, JOIN
 *     processed</td><td>node learnt, GATHER begins again with a JOIN</td><td>dropped</td><td>dropped</td><td>node learnt,
 *     G, JOIN processed</td><td>dropped, but for an INSTALL</td></tr>
 * <tr><td>retransmission timer</td><td>JOIN, processed</td><td>own sequence completed, JOIN, processed</td><td>own INSTALL
 *     again until all have committed; commit GAP</td><td>commit GAP, install GAP</td><td>keepalive</td><td>LEAVE again, own
 *     messages that others lack</td></tr>
 * <tr><td>inactivity timer</td><td>(not armed)</td><td colspan="3">silent nodes suspected, then given up; news told by a
 *     JOIN</td><td>the same; GJ if one is silent</td><td>nobody else is left: to CLOSED</td></tr>
 * <tr><td>install timer</td><td>(not armed)</td><td>nodes that hold up agreement given up, GJ; at last this node isolates
 *     itself</td><td>the same, and those that have not committed</td><td>view entered</td><td>(not armed)</td><td>(not
 *     armed)</td></tr>
 * <tr><td>close</td><td>to LEAVING</td><td colspan="3">done when the next view has been entered</td><td>to LEAVING</td>
 *     <td></td></tr>
 * <tr><td>{@code send}</td><td>NOT_CONNECTED</td><td colspan="3">AGAIN</td><td>queued</td><td>NOT_CONNECTED</td></tr>
 * </table>
 *
 * <h2>Who does what</h2>
 *
 * <pre>
 *  Evs              the way in; timers; Agenda: what a call still has to do
 *   ├ EvsReceiver   filters a message and sends it to the right part; messages that came early
 *   ├ Membership    JOINs, LEAVEs and nodes that were not known ▸ Elimination (who is given up), Consensus (do all agree)
 *   ├ FailureDetector, DelayedNodes     who is silent, who is late
 *   ├ Installation  INSTALL, commits, install gaps
 *   ├ Departure     leaving      Gather   the state GATHER, the own JOIN ▸ NodeRecords
 *   ├ ViewChange    entering a view, and the end
 *   ├ Traffic       the messages of a view ▸ MissingMessages, OrderedDelivery, OutputQueue, CausalQueue
 *   └ GroupKnowledge, InputMap, KnownNode, PastViews, EvictedNodes, Timers     what is known;  EvsSender   the way out
 * </pre>
 *
 * <h2>The turn</h2>
 *
 * In OPERATIONAL nothing is answered message by message. {@code Traffic.settle} does it once for all that came in a turn
 * of the event loop: deliver what is safe, send what is queued, complete the own sequence, acknowledge; again, while that
 * makes more deliverable. It also runs before a message that may end the view is looked at, so that what the turn brought
 * of the view comes first. What the layer above sends while a view is delivered goes out before the acknowledgement that
 * tells the others that this node is in the view ({@code ViewChange.enter}).
 *
 * <h2>Where Dromon differs from the reference, and why</h2>
 *
 * <p>To stay alive where the reference waits or ends:
 *
 * <ul>
 *   <li>The end of the install timer in INSTALL enters the view: all have committed, and any of them may have entered it
 *       with this node's gap, so there is no way back (section 7.11).
 *   <li>Where the reference ends its process after too many install timeouts, the node isolates itself once more; alone it
 *       needs nobody's agreement, and the others find it again (section 7.11).
 *   <li>The install timer judges nobody by a node that has just died, was just given up, or by an INSTALL that was just
 *       accepted; it looks once more after two JOIN periods. Otherwise each of the survivors gives the others up, a moment
 *       one after the other, and is left alone (section 7.11).
 *   <li>Rule E5 gives up of nodes that contradict each other the one that most others have given up, and no newcomer
 *       before its first JOIN can have come: the order of the UUIDs must not decide whether a majority is left (section
 *       7.5).
 *   <li>A leaver that all suspect bounds what can still become safe by what is here of it: what it sent and nobody holds
 *       is not sent again (section 7.6).
 *   <li>Messages of a gone node behind a gap are requested too: they are never delivered, but where only some nodes hold
 *       one, the ranges differ and no view can be agreed on (section 5.5). Of a leaver that is done also where its last
 *       message is here.
 *   <li>While gathering, the own sequence is completed for all that has arrived, further than in a view: a message that
 *       promises more leaves it to the next one of its sender, which may be gone (section 5.2).
 *   <li>A view seq above 2^30 − 2^16 is not taken notice of: one message must not use the numbers up (section 1.3).
 * </ul>
 *
 * <p>To agree on what was delivered:
 *
 * <ul>
 *   <li>A message of the proposed view makes this node enter it in any case: its sender has delivered it (section 7.8).
 *   <li>Once an INSTALL is accepted, no acknowledgement counts any more: it would make messages safe here that the others
 *       deliver in the transitional view (section 5.4).
 *   <li>An INSTALL of this node tells of a gone node of another view what all that go on from there have of it, not
 *       "nothing": they would drop what the gone node has delivered as safe (section 7.7).
 *   <li>An INSTALL that leaves out a member of V, names an operational node that is not known here, or has a view id that
 *       cannot be right is not accepted (section 7.7). {@code left} of a regular view names members of V only (section
 *       7.9).
 *   <li>A member whose JOIN is of another view than V has moved on, whatever seq that view has (section 7.4). One that left
 *       another view before it entered V is gone (section 7.9).
 *   <li>A LEAVE of a member from a view that this node does not know means that the member has gone on without this node
 *       (section 7.10).
 * </ul>
 *
 * <p>To be quick:
 *
 * <ul>
 *   <li>A send only queues; one answer for all messages of a turn (sections 5.2 and 5.3).
 *   <li>Messages of a view that this node is about to enter are kept, 512 or 4 MiB of them; the reference drops them and a
 *       timer of a second heals it (section 6.1). So are JOINs and LEAVEs of the proposed view (section 7.4).
 *   <li>A JOIN that was held back for 100 ms is sent when these are over, and news of the inactivity check at once; the
 *       reference leaves both to a timer of a second (sections 7.4 and 7.5).
 *   <li>A message that was recovered through another node is no sign of life of its origin: those who ask for the last
 *       messages of a dead node would wait for it for another suspect timeout (section 4).
 *   <li>What a node was before it was started again is given up as soon as its later self speaks, and is left out of
 *       JOINs (sections 7.3 and 7.5).
 *   <li>A change of state does not put off an inactivity check that runs (section 8).
 * </ul>
 *
 * <p>To keep a majority together where members die while all gather:
 *
 * <ul>
 *   <li>The install timer judges nobody who was given up a moment ago by another, and nobody who has committed (section
 *       7.11). A commit GAP is a sign of life in INSTALL too (section 7.8).
 *   <li>A member that refuses an accepted INSTALL for two periods of JOINs ends it (section 7.4).
 *   <li>A node that is not heard for two and a half periods is given up with the first one that says so (E2), and what a
 *       node repeats that was given up is no sign of life (section 7.5).
 * </ul>
 *
 * <p>Where acknowledgements are slow a keepalive carries what waits to be sent (section 5.6).
 *
 * <p>To bound what others can cause:
 *
 * <ul>
 *   <li>466 known nodes, 256 evicted ones, 16384 past views, 65536 causal requests (section 4); messages 16384 seqs ahead,
 *       16 MiB of waiting payload (section 5.1); 4096 seqs as window, 8192 unconfirmed completions, 4096 queued messages
 *       without aggregation (section 5.2); 64 runs and 2 MiB for one request (section 5.5).
 *   <li>A message that cannot be decoded changes nothing, and the link that brought it is dropped (section 2.12). Bad
 *       input never ends the process.
 * </ul>
 *
 * <p>Small: FIFO messages are delivered like AGREED ones; no layer uses them (section 1.1). A causal request is answered at
 * the end of the turn at the earliest (section 5.8). The own list of delayed nodes counts as well (section 7.12). A foreign
 * message in V is dropped, and in LEAVING all but an INSTALL (section 6.2). There is no statistics timer (section 8).
 */
@NullMarked
package io.dromon.transport.evs;

import org.jspecify.annotations.NullMarked;
