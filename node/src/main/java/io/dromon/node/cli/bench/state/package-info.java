/** {@code dromon bench state}: how state gets to a node that lacks it, and what that costs the one that gives it. */
@NullMarked
package io.dromon.node.cli.bench.state;

import org.jspecify.annotations.NullMarked;
