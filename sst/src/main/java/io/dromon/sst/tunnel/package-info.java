/**
 * A tunnel as stunnel makes it: wraps the connections of any TCP service into TLS with both ends verified, from the
 * same configuration files.
 *
 * <h2>One connection</h2>
 *
 * <pre>
 *  server:  accepted ▸ tls handshake ──verified──▶ connect, or start a program ▸ relay
 *  client:  accepted (or standard input and output) ▸ connect ▸ tls handshake ──verified──▶ relay
 *
 *             network                         event loop of the connection                       local
 *  TLS peer ◀════════▶ records ◀─plain text─▶ ChannelSide ◀─▶ Relay ◀─▶ ChannelSide or StreamSide ◀──▶ service
 *
 *  close_notify  ──▶ end of the direction  ──▶ shutdown(SHUT_WR), end of the program's standard input
 *  end of input  ──▶ end of the direction  ──▶ close_notify
 *  reset, TLS failure, end without close_notify ──▶ reset on the other side: what came was not all
 * </pre>
 *
 * Both channels of a connection live on one event loop; reading is asked for one portion at a time and only while the
 * other side takes more, so that a slow receiver slows the sender down. Who receives a buffer owns it.
 *
 * <p>Netty's own TLS handler answers a {@code close_notify} with one of its own, which ends both directions. With
 * BoringSSL it is therefore replaced after the handshake by {@link io.dromon.transport.tls.RecordHandler}.
 */
@NullMarked
package io.dromon.sst.tunnel;

import org.jspecify.annotations.NullMarked;
