/** Netty: listener, dialler, first-byte probe, pipelines. */
@NullMarked
package io.dromon.transport.link;

import org.jspecify.annotations.NullMarked;
