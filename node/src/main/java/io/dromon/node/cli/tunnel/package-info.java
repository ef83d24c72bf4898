/** {@code dromon tunnel}: TCP services in TLS. */
@NullMarked
package io.dromon.node.cli.tunnel;

import org.jspecify.annotations.NullMarked;
