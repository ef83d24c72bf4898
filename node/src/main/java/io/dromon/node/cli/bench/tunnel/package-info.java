/** {@code dromon bench tunnel}: bytes through a pair of tunnels. */
@NullMarked
package io.dromon.node.cli.bench.tunnel;

import org.jspecify.annotations.NullMarked;
