/** {@code dromon demo}: a cluster of processes on this machine that loses a node and takes it back. */
@NullMarked
package io.dromon.node.cli.demo;

import org.jspecify.annotations.NullMarked;
