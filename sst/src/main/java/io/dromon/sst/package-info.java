/** State snapshot transfer; nothing yet (see the module page). */
@NullMarked
package io.dromon.sst;

import org.jspecify.annotations.NullMarked;
