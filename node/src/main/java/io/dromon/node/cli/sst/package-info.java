/** {@code dromon sst}: sends, receives, packs and unpacks a snapshot. */
@NullMarked
package io.dromon.node.cli.sst;

import org.jspecify.annotations.NullMarked;
