/** Keys and certificates in the PEM shapes that openssl writes, read with Bouncy Castle. */
@NullMarked
package io.dromon.transport.tls.pem;

import org.jspecify.annotations.NullMarked;
