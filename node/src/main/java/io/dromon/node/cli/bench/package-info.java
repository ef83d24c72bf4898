/** {@code dromon bench}: benchmarks on this machine, each in a package of its own. */
@NullMarked
package io.dromon.node.cli.bench;

import org.jspecify.annotations.NullMarked;
