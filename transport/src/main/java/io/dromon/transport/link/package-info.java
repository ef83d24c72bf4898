/**
 * Netty: listener, dialler, first-byte probe, pipelines.
 *
 * <p>All of a node's connections live on the one event loop that is the node's protocol thread; {@link
 * io.dromon.transport.link.NettyLinks} is the implementation of {@link io.dromon.transport.link.Links} on sockets. What
 * goes over them is chapter 01 sections 2 and 3, {@code protocol/01-stream-and-mesh.md} of this module.
 *
 * <h2>Who does what</h2>
 *
 * <pre>
 *  NettyLinks         the way in, and what other threads ask for
 *   ├ Acceptor        the listening socket       Dialler   connects
 *   ├ Probe, Peek, Reply, Detection, TlsHandshake, OneHandshake       negotiate; each is a handler (Negotiation, Sniffer)
 *   ├ FramesHandler   bytes to messages          Compression
 *   └ LinkSet         the connections: negotiated, up, closed; the turn ▸ TurnBuffer; LinkModes  plain text, TLS or either
 * </pre>
 *
 * A connection is NEGOTIATING until its pipeline ends in {@code frames}; then it is UP and the mesh learns of it; CLOSED is
 * the end, also while its socket still sends what is queued ({@code NettyLink.Phase}). A dialled connection that fails is
 * told to the mesh in any case, an accepted one only once it was up: before that it is counted and logged ({@code
 * RefusalLog}).
 *
 * <h2>Pipelines</h2>
 *
 * Each handler has a name; one that has done its work replaces or removes itself.
 *
 * <pre>
 *  accepted, TLS on     probe ──ClientHello──▶ tls ▸ handshake ──verified──▶ tls ▸ frames      onAccepted
 *                         ├─ other bytes ▶ PlainPeer
 *                         └─ nothing for the probe time ▶ a line of text, SilentPeer
 *
 *  accepted, TLS off    peek ──2 ms, or bytes──▶ frames                                        onAccepted
 *                         └─ ClientHello ▶ TLS alert, TlsPeer
 *
 *  dialled, TLS on      reply ▸ tls ▸ handshake ──verified──▶ tls ▸ frames                     onConnected
 *                         └─ no TLS record ▶ PlainPeer
 *
 *  dialled, TLS off     frames                                                                 onConnected
 *                         └─ first bytes a TLS record or the line of text ▶ TlsPeer
 *
 *  TLS 1.2                      one-handshake ▸ tls ▸ frames      a second handshake ▶ Corrupt
 *
 *  with ALPN dromon-zstd/1      tls ▸ inflate ▸ deflate ▸ frames
 *
 *  socket.dynamic, accepted     probe ──nothing for 750 ms──▶ frames      (no key: drop ──750 ms──▶ frames)
 *  socket.dynamic, dialled      await ──a plain frame──▶ frames, nothing for 500 ms──▶ reply ▸ tls ▸ handshake
 * </pre>
 *
 * The owner of a buffer: the handler that receives it in {@code channelRead} and does not pass it on releases it. The frames
 * handler copies each body once into an array of its own, checks it, and releases the buffer.
 *
 * <h2>The turn</h2>
 *
 * <pre>
 *  event loop iteration:  read A ▸ read B ▸ read C ▸ ... ▸ end of turn hook ▸ flush every link that was written to
 *                           │        │        │               │
 *                           └────────┴────────┴─▶ events      └─▶ the cores look once at all that happened
 * </pre>
 *
 * The first read, send or call of {@code scheduleEndTurn} puts one task into the loop's queue; it runs after all
 * sockets that were readable, so that however many messages came in, there is one hook call and one flush per link.
 * Sent messages are encoded once into a buffer that all links of the turn share; a link that sends the same messages
 * as another writes a slice of the same memory.
 *
 * <h2>Where Dromon differs from the reference</h2>
 *
 * <ul>
 *   <li>What a connection speaks is decided by its first bytes and short deadlines, and both ends are told the reason of a
 *       refusal: a line of text to a peer in plain text, a TLS alert to one with TLS (chapter 01 section 3.6).
 *   <li>Half-open connections have a deadline, and there is a cap on them: over it one of the address that holds most is
 *       evicted, so that they cannot keep others out (section 3.4).
 *   <li>A peer that does not read is dropped when too many bytes wait for it (section 2.5).
 *   <li>There is no way back from TLS to plain text with {@code socket.dynamic} (section 3.6).
 * </ul>
 */
@NullMarked
package io.dromon.transport.link;

import org.jspecify.annotations.NullMarked;
