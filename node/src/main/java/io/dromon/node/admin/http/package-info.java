/**
 * Carries HTTP/1.1 to the {@link io.dromon.node.admin.api.AdminApi}, over TCP, TLS and the control socket.
 *
 * <pre>
 * TCP:            port ─▶ [tls] ─▶ decoder ─▶ hold ─▶ exchange ─▶ AdminApi on the event loop or on a worker
 * control socket:                  decoder ─▶ hold ─▶ exchange
 * all:            ◀─ encoder
 * </pre>
 *
 * <p>{@code port} looks at the first byte and leaves; {@code decoder} is Netty's, made stricter; {@code hold} keeps what a
 * client has sent ahead until the answer before is written; {@code exchange} has the deadlines, the limits and the state of
 * the connection. One event loop for all connections, and bounded workers: the protocol thread of the node is asked for
 * its status, and does nothing else here.
 */
@NullMarked
package io.dromon.node.admin.http;

import org.jspecify.annotations.NullMarked;
