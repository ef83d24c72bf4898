/** {@code dromon doctor}: prints the diagnosis of {@code io.dromon.node.doctor}. */
@NullMarked
package io.dromon.node.cli.doctor;

import org.jspecify.annotations.NullMarked;
