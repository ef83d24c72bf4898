/**
 * Method {@code stream}: the joiner listens, the donor dials as many TLS connections as pay off. Each connection is
 * proven before the first byte of state, and then carries segments, each of which stands on its own. {@link
 * io.dromon.sst.stream.StreamMethod} is the way in.
 *
 * <pre>{@code
 *   joiner                                                      donor
 *     |  <------------- TLS, both certificates verified -------   |
 *     |  magic, nonce J, session J                            ->  |
 *     |  <-   magic, nonce D, session D, HMAC(token, D | ...)     |
 *     |  verdict, HMAC(token, J | ...)                        ->  |
 *     |  <-   BEGIN entries, bytes, position      (each connection)
 *     |  <-   BATCH of small entries | CHUNK of a file | LIVE     |
 *     |  ACK segment (written to the staging folder)             ->  |
 *     |  <-   MANIFEST, once all segments are acknowledged           |
 *     |  DONE (on disk and switched over), or FAIL            ->  |
 *     |  <-   ABORT: the donor gives up; the answer is FAIL       |
 * }</pre>
 *
 * <p>A connection that breaks costs its unacknowledged segments, which travel again over this or another connection; a
 * segment that arrives twice counts once. Threads: one per connection at each end, and nothing is shared between them but
 * the queue of segments (donor) and the staging folder (joiner).
 */
@NullMarked
package io.dromon.sst.stream;

import org.jspecify.annotations.NullMarked;
