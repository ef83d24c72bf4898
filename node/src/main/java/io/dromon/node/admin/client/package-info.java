/** Asks a running node, over its control socket or its admin listener: the same requests at both doors. */
@NullMarked
package io.dromon.node.admin.client;

import org.jspecify.annotations.NullMarked;
