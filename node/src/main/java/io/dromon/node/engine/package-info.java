/**
 * What runs a node: {@link io.dromon.node.engine.NodeCore}, the protocol of one node without I/O; {@link
 * io.dromon.node.engine.Ordering}, which decides what becomes of each event of the group; a node's settings in the words of
 * each layer, its identity and data directory, options that change at run time, its log.
 */
@NullMarked
package io.dromon.node.engine;

import org.jspecify.annotations.NullMarked;
