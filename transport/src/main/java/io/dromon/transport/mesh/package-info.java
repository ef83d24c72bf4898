/**
 * The full mesh of links: a core without I/O (specification, chapter 01). {@link io.dromon.transport.mesh.Mesh} is the way
 * in: handshakes, who is known at which address, who relays for whom. It gives EVS the messages of all nodes, whatever way
 * they came, and tells it who is reachable.
 *
 * <p>The specification is {@code protocol/01-stream-and-mesh.md} of this module; its boxes say where Dromon differs.
 */
@NullMarked
package io.dromon.transport.mesh;

import org.jspecify.annotations.NullMarked;
