/** {@code dromon kv}: the embedded store of a running node, from the command line. */
@NullMarked
package io.dromon.node.cli.kv;

import org.jspecify.annotations.NullMarked;
