/**
 * One TLS connection of a transfer, on which both ends have proven that they know the token: what all methods have in common.
 *
 * <pre>
 *   donor                                          joiner
 *   JoinerDialler ──────── TCP ──────────▶ AcceptLoop ▸ half-open connections, bounded
 *        └──────────── TlsChannel: TLS, both certificates verified ────────────┘
 *        └──────────── Proof: both know the token, bound to both certificates ─┘
 *                      Frame: what a method says over it
 * </pre>
 *
 * A connection is half-open until its proof; until then it gets no byte of state, costs at most one thread for the
 * time of a handshake, and is told nothing but what TLS says. {@link io.dromon.sst.channel.Refusals} tells the operator why it
 * was refused.
 *
 * <p>Input and output are plain NIO with the engines of {@code transport.tls}: a connection does one thing at a time
 * (read a piece of a file, encrypt it, write it), which needs no event loop; the engine encrypts half a megabyte per
 * call, from the very buffer that the file was read into.
 */
@NullMarked
package io.dromon.sst.channel;

import org.jspecify.annotations.NullMarked;
