/** Keys and certificates for tests, made in memory. */
@NullMarked
package io.dromon.transport.testpki;

import org.jspecify.annotations.NullMarked;
