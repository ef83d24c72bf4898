/**
 * Puts a node together: the engine, its credentials, the ways to administer it. {@link io.dromon.node.Node#start} finds
 * {@link io.dromon.node.assembly.DromonNodes} by {@link java.util.ServiceLoader}, so that the public API knows no room.
 */
@NullMarked
package io.dromon.node.assembly;

import org.jspecify.annotations.NullMarked;
