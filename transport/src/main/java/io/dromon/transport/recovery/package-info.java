/**
 * What a node keeps on disk to find its way back into its group: {@code gvwstate.dat} (chapter 03 section 6, {@code
 * protocol/03-primary-component.md} of this module); and who else could change it.
 */
@NullMarked
package io.dromon.transport.recovery;

import org.jspecify.annotations.NullMarked;
