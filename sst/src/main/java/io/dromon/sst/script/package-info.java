/**
 * Method {@code script}: any pair of programs, the donor's standard output being the joiner's standard input. It is a live
 * stream of method {@code stream} between the two. {@link io.dromon.sst.script.ScriptMethod} is the way in.
 */
@NullMarked
package io.dromon.sst.script;

import org.jspecify.annotations.NullMarked;
