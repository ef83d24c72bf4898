/**
 * The routes of every node: status, health, metrics, events, actions with their audit. All of them ask {@link
 * io.dromon.node.admin.AdminOperations}.
 */
@NullMarked
package io.dromon.node.admin.routes;

import org.jspecify.annotations.NullMarked;
