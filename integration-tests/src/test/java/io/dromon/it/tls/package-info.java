/** TLS and identity with files that the real openssl made, on whole nodes. */
@NullMarked
package io.dromon.it.tls;

import org.jspecify.annotations.NullMarked;
