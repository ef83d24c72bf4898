/**
 * Datagram framing, checksums, and the values that every layer writes on the wire (chapter 01, {@code
 * protocol/01-stream-and-mesh.md} of this module).
 */
@NullMarked
package io.dromon.transport.wire;

import org.jspecify.annotations.NullMarked;
