/** TLS contexts and the checks of a peer's certificate. */
@NullMarked
package io.dromon.transport.tls;

import org.jspecify.annotations.NullMarked;
