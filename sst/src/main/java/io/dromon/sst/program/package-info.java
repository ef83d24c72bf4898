/**
 * Programs that a method runs: found before anything is sent, watched while they run, ended with their children.
 */
@NullMarked
package io.dromon.sst.program;

import org.jspecify.annotations.NullMarked;
