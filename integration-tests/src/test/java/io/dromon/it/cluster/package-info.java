/** Nodes in this JVM, through the public API, with the certificates and the writers that a test needs. */
@NullMarked
package io.dromon.it.cluster;

import org.jspecify.annotations.NullMarked;
