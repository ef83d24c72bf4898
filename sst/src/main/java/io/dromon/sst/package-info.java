/**
 * State snapshot transfer: {@code method} brings a snapshot from donor to joiner, {@code archive} is what it is made of,
 * {@code tunnel} wraps any program's connections into TLS.
 */
@NullMarked
package io.dromon.sst;

import org.jspecify.annotations.NullMarked;
