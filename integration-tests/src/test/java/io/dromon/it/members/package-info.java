/** Clusters of nodes, arbitrators and databases: members that hang, return, or are refused. */
@NullMarked
package io.dromon.it.members;

import org.jspecify.annotations.NullMarked;
