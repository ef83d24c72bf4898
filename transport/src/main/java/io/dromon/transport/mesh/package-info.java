/**
 * The full mesh of links between the nodes of a group (gmcast): a core without I/O. The specification is chapter 01, {@code
 * protocol/01-stream-and-mesh.md} of this module; its boxes say where Dromon differs, and the last part of this page names
 * the differences that matter most.
 *
 * <p>{@link io.dromon.transport.mesh.Mesh} gives EVS the messages of all nodes, whatever way they came, and sends what EVS
 * has to say: to all nodes, over direct links, one node of each other segment, and relays where links are missing.
 *
 * <h2>A link</h2>
 *
 * <pre>
 *  dialled                                                        accepted
 *  HANDSHAKE_WAIT  ◀──────────── HANDSHAKE ─────────────────────  HANDSHAKE_SENT
 *       │          ───────────── HANDSHAKE_RESPONSE ────────────▶      │
 *       ▼                                                              ▼
 *  RESPONSE_SENT   ◀──────────── OK ────────────────────────────      OK
 *       │
 *       ▼
 *      OK          ◀───────────▶ TOPOLOGY_CHANGE, USER, KEEPALIVE/OK, FAIL
 *
 *  from every state: FAILED, and the link is no longer listed; its address is due again in a second
 * </pre>
 *
 * <table>
 * <caption>What happens in each state on each message (chapter 01 section 6.2; {@code MeshReceiver})</caption>
 * <tr><th>message</th><th>HANDSHAKE_SENT</th><th>HANDSHAKE_WAIT</th><th>RESPONSE_SENT</th><th>OK</th></tr>
 * <tr><td>HANDSHAKE</td><td>link dropped</td><td>checked; answered by HANDSHAKE_RESPONSE</td><td>link dropped</td><td>link
 *     dropped</td></tr>
 * <tr><td>HANDSHAKE_RESPONSE</td><td>group, address and identity checked; answered by OK; established</td><td>link dropped
 *     </td><td>link dropped</td><td>link dropped</td></tr>
 * <tr><td>OK</td><td>link dropped</td><td>link dropped</td><td>established</td><td>nothing</td></tr>
 * <tr><td>TOPOLOGY_CHANGE</td><td>link dropped</td><td>link dropped</td><td>link dropped</td><td>stored; told on, unknown
 *     nodes dialled</td></tr>
 * <tr><td>USER</td><td>link dropped</td><td>link dropped</td><td>link dropped</td><td>delivered; relayed if it says
 *     so</td></tr>
 * <tr><td>KEEPALIVE</td><td colspan="4">answered by OK</td></tr>
 * <tr><td>FAIL</td><td>link dropped</td><td>link dropped</td><td>link dropped; "evicted" and "duplicate uuid" of a proven
 *     member end the node</td><td>link dropped</td></tr>
 * <tr><td>what cannot be decoded, or another version</td><td colspan="4">link dropped</td></tr>
 * <tr><td>nothing for {@code gmcast.peer_timeout}</td><td colspan="4">link dropped; a KEEPALIVE asks for a sign of life
 *     before, on an established one</td></tr>
 * </table>
 *
 * <h2>Who does what</h2>
 *
 * <pre>
 *  Mesh              the way in; views of EVS, run-time options
 *   ├ MeshReceiver   what comes over a link ▸ Handshaker (who is let in, which of two links stays)
 *   ├ LinkKeeper     liveness, closing ▸ Relinker (relinks one link at a time), RetiredLinks (superseded ones)
 *   ├ Topology       who is linked to whom; relays are chosen ▸ Router (which links a message takes)
 *   ├ MeshDialler    configured addresses and names, addresses that peers told ▸ AddressBook
 *   └ LinkTable, MeshLink     what is known
 * </pre>
 *
 * <h2>Where Dromon differs from the reference, and why</h2>
 *
 * <ul>
 *   <li>Where the reference ends its process, the link is dropped and the node lives (sections 6.2 and 13). The two words
 *       that do end a node, "evicted" and "duplicate uuid", count only as the answer of a proven member to this node's own
 *       handshake (section 5.4).
 *   <li>A second link with a member's UUID must show the same identity as the open one (section 5.4): the UUID alone, which
 *       every peer sees, replaces no member.
 *   <li>What is on its way on a superseded link still counts, for a second (section 6.5).
 *   <li>Of an acceptor's two links the later one gets the greater handshake UUID, so that relinking succeeds whatever the
 *       clocks say (section 5.2).
 *   <li>Addresses that only a peer told are dialled a few times, then rest, all of them together within a budget; they leave
 *       with the peer that told them: one member must not make this node dial addresses of its choice (sections 7.3 and
 *       7.4).
 *   <li>A name is looked up before each round of dials, and all its addresses are dialled; a name that is not known yet
 *       prevents no start (section 7.1).
 *   <li>A node that is linked and was in no view yet is not closed by a primary view without it: it came while the others
 *       agreed (section 7.5).
 *   <li>A node that a peer is linked to and this one is not is reached by relays, whether it can be dialled or not (section
 *       9.5).
 *   <li>A node with TLS never falls back to plain text for an address that a peer told (section 3.6).
 * </ul>
 */
@NullMarked
package io.dromon.transport.mesh;

import org.jspecify.annotations.NullMarked;
