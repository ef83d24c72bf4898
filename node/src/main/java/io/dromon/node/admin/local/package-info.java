/**
 * The control socket of a running node: a Unix domain socket in its data directory, for the user that runs the node alone (mode
 * 0600). It speaks the same HTTP as the admin listener, and every caller may do everything.
 */
@NullMarked
package io.dromon.node.admin.local;

import org.jspecify.annotations.NullMarked;
