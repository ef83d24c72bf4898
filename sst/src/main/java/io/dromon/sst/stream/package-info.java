/**
 * Method {@code stream}: the joiner listens, the donor dials as many TLS connections as pay off. Each connection is
 * proven before the first byte of state, and then carries segments, each of which stands on its own. {@link
 * io.dromon.sst.stream.StreamMethod} is the way in.
 *
 * <h2>One connection</h2>
 *
 * <pre>{@code
 *   joiner                                                         donor
 *     |  <---------------- TLS, both certificates verified ------   |
 *     |  magic, nonce J, session J                              ->  |
 *     |  <-   magic, nonce D, session D, HMAC(token, D | ...)       |
 *     |  verdict, HMAC(token, J | ...)                          ->  |
 *     |  <-   BEGIN kind, entries, bytes, position                  |
 *     |  <-   BATCH of small entries | CHUNK or HOLE of a file | LIVE
 *     |  ACK segment (written to the staging folder)            ->  |
 *     |  <-   MANIFEST, once all segments are acknowledged          |
 *     |  DONE (on disk and switched over), or FAIL              ->  |
 * }</pre>
 *
 * <h2>Messages</h2>
 *
 * <table>
 *   <caption>Frames behind the proof, with what they mean</caption>
 *   <tr><th>message</th><th>from</th><th>meaning</th></tr>
 *   <tr><td>BEGIN</td><td>donor</td><td>first on each connection; must be the same on all of them</td></tr>
 *   <tr><td>BATCH, CHUNK, HOLE, LIVE</td><td>donor</td><td>a segment: small entries, a stretch of a file, a stretch of
 *       zeros, a piece of a live stream; at most 16 on their way on a connection</td></tr>
 *   <tr><td>ACK</td><td>joiner</td><td>this segment need not travel again; not yet on disk</td></tr>
 *   <tr><td>MANIFEST</td><td>donor</td><td>entries, bytes and checksum of all: commit</td></tr>
 *   <tr><td>DONE</td><td>joiner</td><td>on disk and in place</td></tr>
 *   <tr><td>ALIVE</td><td>both</td><td>this end is there and has nothing to say; the joiner says it during a commit</td></tr>
 *   <tr><td>ABORT</td><td>donor</td><td>the donor gives up, with the reason; answered by FAIL</td></tr>
 *   <tr><td>FAIL</td><td>joiner</td><td>the joiner gives up, with the reason, or has heard ABORT</td></tr>
 * </table>
 *
 * <h2>States</h2>
 *
 * <pre>
 *   joiner (JoinerState):  waiting ──first proof──▶ receiving ──MANIFEST──▶ committing ──on disk──▶ done
 *                             └───────────┴──── a time is over, cancel, ABORT, cannot write ────▶ failed
 *   donor (DonorState):    sending ──DONE──▶ finished
 *                             └── a time is over, cancel, FAIL, the source changed ──▶ failed
 * </pre>
 *
 * <table>
 *   <caption>What happens on each event</caption>
 *   <tr><th>event</th><th>joiner</th><th>donor</th></tr>
 *   <tr><td>a connection is refused (TLS, token)</td><td>tells it to its operator and goes on</td><td>tries again 200 ms
 *       later; a certificate that is refused again, or a token without any open connection, ends the transfer</td></tr>
 *   <tr><td>a connection breaks</td><td>waits: what was acknowledged stays</td><td>its unacknowledged segments go again,
 *       over this or another connection; a segment that arrives twice counts once</td></tr>
 *   <tr><td>the connection with MANIFEST breaks</td><td>a commit goes on</td><td>MANIFEST goes again over the next one;
 *       the joiner, which lingers for 3 s, answers DONE again</td></tr>
 *   <tr><td>nothing came on a connection for half of the idle time</td><td>closes it</td><td>closes it if segments are on
 *       their way, and dials again</td></tr>
 *   <tr><td>nothing moved for the idle time, or the total time is over</td><td>fails</td><td>fails</td></tr>
 *   <tr><td>cancelled</td><td>fails; not during a commit, which alone decides then</td><td>fails</td></tr>
 *   <tr><td>failed</td><td>says FAIL on every open connection; waits 1.5 s for a donor that has none to reconnect for
 *       it</td><td>says ABORT on every open connection, or on a new one</td></tr>
 * </table>
 *
 * <h2>Threads</h2>
 *
 * One per connection at each end ({@code DonorWorker}, {@code JoinerConnection}). They share the queue of segments and the
 * state (donor), the staging folder and the state (joiner), and nothing else. A thread waits for its connection only;
 * what else may concern it (a failure, another segment to send) wakes it there.
 */
@NullMarked
package io.dromon.sst.stream;

import org.jspecify.annotations.NullMarked;
