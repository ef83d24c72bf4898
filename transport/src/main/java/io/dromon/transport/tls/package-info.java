/**
 * TLS contexts and the checks of a peer's certificate (chapter 01 section 3, {@code protocol/01-stream-and-mesh.md} of
 * this module).
 */
@NullMarked
package io.dromon.transport.tls;

import org.jspecify.annotations.NullMarked;
