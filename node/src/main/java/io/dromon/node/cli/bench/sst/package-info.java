/** {@code dromon bench sst}: state transfers, by Dromon and by other programs. */
@NullMarked
package io.dromon.node.cli.bench.sst;

import org.jspecify.annotations.NullMarked;
