/** State transfers of a node: what {@link io.dromon.node.state.core} asks for is done here, at joiner and donor. */
@NullMarked
package io.dromon.node.state;

import org.jspecify.annotations.NullMarked;
