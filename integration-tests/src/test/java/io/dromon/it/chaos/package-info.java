/** Real processes in network namespaces, and real faults of networks and processes. */
@NullMarked
package io.dromon.it.chaos;

import org.jspecify.annotations.NullMarked;
