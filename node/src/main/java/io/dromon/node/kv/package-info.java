/** The store over the node's admin interface: {@link io.dromon.node.kv.StoreRoutes}. */
@NullMarked
package io.dromon.node.kv;

import org.jspecify.annotations.NullMarked;
