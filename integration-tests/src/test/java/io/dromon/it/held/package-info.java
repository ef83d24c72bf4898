/** The node's side of a re-bootstrap: daemons that are asked by raw requests, without a coordinator. */
@NullMarked
package io.dromon.it.held;

import org.jspecify.annotations.NullMarked;
