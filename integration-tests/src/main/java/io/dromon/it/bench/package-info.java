/** What Dromon is measured against. Packaged as {@code integration-tests/target/jgroups-bench.jar}, apart from Dromon. */
@NullMarked
package io.dromon.it.bench;

import org.jspecify.annotations.NullMarked;
