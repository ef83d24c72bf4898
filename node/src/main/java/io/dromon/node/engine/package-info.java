/**
 * What runs a node: its settings in the words of each layer, its identity and data directory, options that change at run
 * time, its log.
 */
@NullMarked
package io.dromon.node.engine;

import org.jspecify.annotations.NullMarked;
