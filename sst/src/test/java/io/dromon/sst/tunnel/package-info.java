@NullMarked
package io.dromon.sst.tunnel;

import org.jspecify.annotations.NullMarked;
