/**
 * What coordinator and node say to each other, as JSON: {@code POST} {@value io.dromon.node.rebootstrap.wire.RebootstrapText#PATH}
 * of the node's admin interface has a request as its body ({@link io.dromon.node.rebootstrap.wire.RebootstrapText#write(
 * io.dromon.node.rebootstrap.core.NodeRequest, java.util.Map)}), and is answered with 200 and the answer, refusals included. A
 * request that is none is answered with problem details, as all of the admin interface.
 */
@NullMarked
package io.dromon.node.rebootstrap.wire;

import org.jspecify.annotations.NullMarked;
