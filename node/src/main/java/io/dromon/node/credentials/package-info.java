/** Key, certificates and trust of a running node: renewal from files, rotation of authorities, expiry. */
@NullMarked
package io.dromon.node.credentials;

import org.jspecify.annotations.NullMarked;
