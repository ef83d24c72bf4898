/**
 * How a snapshot gets from donor to joiner: {@link io.dromon.sst.method.SnapshotMethod} is the way in.
 *
 * <p>Methods {@code rsync} and {@code script} run programs: see {@link io.dromon.sst.method.RsyncJoiner} and
 * {@link io.dromon.sst.method.ScriptJoiner}, which is a live stream of method {@code stream} between two programs.
 *
 * <p>Method {@code stream}: the joiner listens, the donor dials as many TLS connections as pay off. Each connection is
 * proven before the first byte of state, and then carries units, each of which stands on its own:
 *
 * <pre>{@code
 *   joiner                                                      donor
 *     |  <------------- TLS, both certificates verified -------   |
 *     |  magic, nonce J, session J                            ->  |
 *     |  <-   magic, nonce D, session D, HMAC(token, D | ...)     |
 *     |  verdict, HMAC(token, J | ...)                        ->  |
 *     |  <-   BEGIN entries, bytes, position      (each connection)
 *     |  <-   BATCH of small entries | CHUNK of a file | LIVE     |
 *     |  ACK unit (written to the staging folder)             ->  |
 *     |  <-   MANIFEST, once all units are acknowledged           |
 *     |  DONE (on disk and switched over), or FAIL            ->  |
 *     |  <-   ABORT: the donor gives up; the answer is FAIL       |
 * }</pre>
 *
 * <p>A connection that breaks costs its unacknowledged units, which travel again over this or another connection; a
 * unit that arrives twice counts once. Threads: one per connection at each end, and nothing is shared between them but
 * the list of units (donor) and the staging folder (joiner).
 *
 * <p>Input and output are plain NIO with the engines of {@code transport.tls}: a connection does one thing at a time
 * (read a piece of a file, encrypt it, write it), which needs no event loop; the engine encrypts half a megabyte per
 * call, from the very buffer that the file was read into.
 */
@NullMarked
package io.dromon.sst.method;

import org.jspecify.annotations.NullMarked;
