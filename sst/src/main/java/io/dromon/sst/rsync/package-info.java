/**
 * Method {@code rsync}: the real program, both ends of it on loopback, with a tunnel between them that accepts the very
 * certificates that have proven the token. {@link io.dromon.sst.rsync.RsyncMethod} is the way in; the protocol stands at
 * {@code RsyncJoiner}.
 */
@NullMarked
package io.dromon.sst.rsync;

import org.jspecify.annotations.NullMarked;
