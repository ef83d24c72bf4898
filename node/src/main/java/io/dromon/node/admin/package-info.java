/**
 * What an operator sees of a running node and can ask of it, whatever the way to ask: {@link
 * io.dromon.node.admin.AdminOperations}, the status document and the metrics.
 */
@NullMarked
package io.dromon.node.admin;

import org.jspecify.annotations.NullMarked;
