/** The page of the admin interface in a real browser. */
@NullMarked
package io.dromon.it.page;

import org.jspecify.annotations.NullMarked;
