/** The life of a running cluster's certificates: reload, relink, expiry, the control socket. */
@NullMarked
package io.dromon.it.life;

import org.jspecify.annotations.NullMarked;
