/** {@code dromon rebootstrap}: leads a re-bootstrap, and measures the outage that it makes. */
@NullMarked
package io.dromon.node.cli.rebootstrap;

import org.jspecify.annotations.NullMarked;
