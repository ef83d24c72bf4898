/** Datagram framing, checksums, and the values that every layer writes on the wire (specification, chapter 01). */
@NullMarked
package io.dromon.transport.wire;

import org.jspecify.annotations.NullMarked;
