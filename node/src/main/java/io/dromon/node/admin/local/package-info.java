/**
 * The control socket of a running node: a Unix domain socket in its data directory, for the user that runs the node
 * alone (mode 0600). A request is one line, a command and its argument; the answer is one line, a JSON object with
 * {@code "ok": true}, or with {@code "ok": false} and {@code "error"}.
 */
@NullMarked
package io.dromon.node.admin.local;

import org.jspecify.annotations.NullMarked;
