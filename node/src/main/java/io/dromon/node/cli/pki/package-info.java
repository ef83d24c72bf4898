/** {@code dromon pki}: a small certification authority for the nodes of a cluster. */
@NullMarked
package io.dromon.node.cli.pki;

import org.jspecify.annotations.NullMarked;
