/**
 * Incremental state transfer over sockets (chapter 06 sections 7 and 8): a donor gives a joiner the events that it missed.
 *
 * <pre>
 *  IstDonor                                                IstJoiner
 *   IstSource ─▶ OutgoingStream ─▶ IstChannel ══════▶ IstChannel ─▶ IncomingStream ─▶ IstRecipient
 *   (the cache)                    TLS or plain text, as the links                    (index, cache, applier)
 * </pre>
 *
 * {@link io.dromon.node.ist.protocol} is what goes over the connection. A connection does one thing at a time, so that each
 * has a thread and no event loop: TLS is {@code io.dromon.sst.channel.TlsChannel}, with the contexts and the rules of the
 * links. Memory is bounded by the buffers of a connection and one event: a recipient that is slow stops the reading, then
 * TCP stops the donor.
 *
 * <h2>Where Dromon differs from the reference</h2>
 *
 * <ul>
 *   <li>The listener goes on accepting until a donor has proven itself and answered the handshake; what connects before is
 *       refused, with a line in the log, and neither ends the transfer nor the node (section 17, pitfall 6).
 *   <li>Every step has a deadline, see {@link io.dromon.node.ist.IstSettings}. A donor waits long for a joiner that does not
 *       read, since that may be installing its snapshot.
 *   <li>A donor dials an address that says {@code tcp://} with TLS if it has TLS, and one that says {@code ssl://} not at
 *       all if it has none. {@code socket.dynamic} is not followed here: the connection has the mode of the node.
 *   <li>ALPN is offered as on links, and what it selects changes nothing: the stream is never compressed.
 * </ul>
 */
@NullMarked
package io.dromon.node.ist;

import org.jspecify.annotations.NullMarked;
