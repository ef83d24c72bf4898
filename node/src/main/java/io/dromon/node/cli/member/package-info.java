/** {@code dromon node} and {@code dromon arbitrator}: members of a group that run until a signal. */
@NullMarked
package io.dromon.node.cli.member;

import org.jspecify.annotations.NullMarked;
