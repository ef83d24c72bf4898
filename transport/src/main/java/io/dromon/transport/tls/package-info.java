/**
 * TLS contexts and the checks of a peer's certificate (chapter 01 section 3, {@code protocol/01-stream-and-mesh.md} of
 * this module).
 *
 * <h2>Who moves the records</h2>
 *
 * All contexts and verdicts are made here; the bytes of an established connection are moved in three ways, each where
 * its reason holds:
 *
 * <ul>
 *   <li>links: Netty's {@code SslHandler}. Small datagrams in batches; a link ends as a whole.
 *   <li>tunnels: {@link io.dromon.transport.tls.RecordHandler}, which takes the handler's place after the handshake. A
 *       tunnel ends one direction at a time, which neither Netty's handler nor its engine can do, and carries portions of
 *       128 KiB.
 *   <li>state transfers: the engine itself, on the thread of the connection and without an event loop, half a megabyte a
 *       call from the very buffer that a file was read into ({@code io.dromon.sst.channel.TlsChannel}). The native calls
 *       of {@code RecordHandler} would need the native library; the engine is also the JDK's.
 * </ul>
 */
@NullMarked
package io.dromon.transport.tls;

import org.jspecify.annotations.NullMarked;
