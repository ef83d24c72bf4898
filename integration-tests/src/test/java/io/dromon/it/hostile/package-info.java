/** Attacks of unauthenticated peers and of members on running nodes, and on every listener. */
@NullMarked
package io.dromon.it.hostile;

import org.jspecify.annotations.NullMarked;
