/** What holds for all sources of the repository: the order of the modules, what is cited, how tests are marked. */
@NullMarked
package io.dromon.it.repository;

import org.jspecify.annotations.NullMarked;
